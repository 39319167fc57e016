import { expect, it } from "vitest";
import { createOneKeyPayouts } from "./cashouts";

const ACCOUNT = "021790064060296642";

// The branch is the start of the account's number.
const PAYOUT = { reference: "order-refund-1", receiver: { bank_branch: "0217", bank_account: ACCOUNT } };

function payoutsRefusedWith(message: string, { code = 300, status = 400 } = {}) {
  return createOneKeyPayouts({
    baseUrl: "https://onekey.example",
    cashouts: { login: "login-1", passphrase: "pass-1", secret: "secret-1" },
    country: "BR",
    webhookUrl: "https://shop.example/api/webhooks/onekey",
    timeoutMs: 1_000,
    fetch: async () => Response.json({ code, message }, { status }),
  });
}

it.each([
  ["beside another detail that is part of it", `account ${ACCOUNT}`],
  ["where the words are cut", `${"x".repeat(280)} ${ACCOUNT}`],
])("a refusal hides the receiver's account %s", async (_name, message) => {
  const payouts = payoutsRefusedWith(message);
  const known = { ...PAYOUT, payoutId: "1" };
  const answers = await Promise.all([
    payouts.createPayout({ ...PAYOUT, coin: "BRL", amount: "3.20", network: null, message: null }),
    payouts.readPayout?.(PAYOUT),
    payouts.cancelPayout(known),
    payouts.holdPayout?.(known, true),
  ]);
  for (const refused of answers) {
    if (!refused || refused.ok) throw new Error("It was not refused.");
    expect(refused.failure).toMatchObject({ kind: "refused", code: "300" });
    expect(refused.failure.reason).not.toMatch(/0217|9006|6642/);
  }
});

it.each([
  [401, "unauthorized"],
  [403, "forbidden"],
  [412, "not_found"],
])("HTTP %i with the code of an unknown cashout is %s", async (status, kind) => {
  const payouts = payoutsRefusedWith("Cashout not found", { code: 509, status });
  expect(await payouts.readPayout?.(PAYOUT)).toMatchObject({ ok: false, failure: { kind, code: "509" } });
});
