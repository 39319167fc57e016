import { expect, it } from "vitest";
import { createOneKeyPayouts } from "./cashouts";

const ACCOUNT = "021790064060296642";

function refusedWith(message: string) {
  const payouts = createOneKeyPayouts({
    baseUrl: "https://onekey.example",
    cashouts: { login: "login-1", passphrase: "pass-1", secret: "secret-1" },
    country: "BR",
    webhookUrl: "https://shop.example/api/webhooks/onekey",
    timeoutMs: 1_000,
    fetch: async () => Response.json({ code: 300, message }, { status: 400 }),
  });
  // The branch is the start of the account's number.
  const receiver = { bank_branch: "0217", bank_account: ACCOUNT };
  const terms = { reference: "order-refund-1", coin: "BRL", amount: "3.20", network: null, message: null };
  return payouts.createPayout({ ...terms, receiver });
}

it.each([
  ["beside another detail that is part of it", `account ${ACCOUNT}`],
  ["where the words are cut", `${"x".repeat(280)} ${ACCOUNT}`],
])("a refusal hides the receiver's account %s", async (_name, message) => {
  const refused = await refusedWith(message);
  if (refused.ok) throw new Error("It was not refused.");
  expect(refused.failure).toMatchObject({ kind: "refused", code: "300" });
  expect(refused.failure.reason).not.toMatch(/0217|9006|6642/);
});
