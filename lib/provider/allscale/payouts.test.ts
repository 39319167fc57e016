import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { SettingReader } from "@/lib/settings";
import type { ProviderCall, WebhookDelivery } from "../provider";
import { allscale } from "./module";
import { createAllScalePayouts } from "./payouts";
import { parseWebhook } from "./provider";
import { expectedSignature, json, raw, startScriptedServer, success } from "./test-support/scripted-server";

const apiKey = "st_key_0123456789abcdef";
const apiSecret = "st_secret_Zm9vYmFyMDEyMzQ1Njc4OTA";
const REFERENCE = "order-0123456789-refund-1";
const request = { reference: REFERENCE, coin: "USDC", amount: "3.20", network: "Base", message: "Entschuldigung ☕" };
const name = { reference: REFERENCE, payoutId: "65b2f3d0d2d9c0a1b2c3d4e5" };
const made = {
  claim_link_id: name.payoutId,
  reference_id: REFERENCE,
  amount: "3.200000",
  token_symbol: "USDC",
  status: "pending_deposit",
  token: "clk_live_secret",
  claim_url: "https://claim.allscale.io/clk_live_secret",
  funding_tx_hash: `0x${"1".repeat(64)}`,
  funded_amount: "3.200000",
  idempotent_hit: false,
};
const error = (code: number, details: object = {}, status = 400) =>
  json({ code, payload: null, error: { message: "no", details } }, { status });

const server = await startScriptedServer();
afterAll(() => server.close());

function payouts(onCall?: (call: ProviderCall) => void) {
  const options = { baseUrl: server.url, apiKey, apiSecret, signedResponses: false, timeoutMs: 5_000 };
  return createAllScalePayouts({ ...options, payoutChain: "base", ...(onCall && { onCall }) });
}

function expectSigned(): void {
  const signature = expectedSignature(server.seen[0], apiSecret);
  expect(server.seen[0]?.headers).toMatchObject({ "x-signature": signature, "content-type": "application/json" });
}

describe("a payout", () => {
  test("is a signed POST without a slash at the end, the same at every repetition", async () => {
    server.answerWith(success(made));
    const calls: ProviderCall[] = [];
    const result = await payouts((call) => calls.push(call)).createPayout(request);
    expect(result).toEqual({
      ok: true,
      report: {
        reference: REFERENCE,
        payoutId: name.payoutId,
        status: "waiting",
        providerStatus: "pending_deposit",
        money: { coin: "USDC", amount: "3.200000" },
        claimUrl: "https://claim.allscale.io/clk_live_secret",
        transactionHash: null,
      },
    });
    expect(server.seen[0]?.target).toBe("/v1/claim_link_auto_payouts");
    const sent = { amount: "3.20", stable_coin: 2, chain: 5, reference_id: REFERENCE, sender_message: request.message };
    expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual(sent);
    expectSigned();
    await payouts().createPayout(request);
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body);
    // The log names the call and not the secret.
    expect(calls).toMatchObject([{ operation: "payout", reference: REFERENCE, failure: null }]);
    expect(JSON.stringify(calls)).not.toContain("clk_live");
  });

  test.each([
    ["pending_deposit", "waiting"],
    ["claiming", "waiting"],
    ["a word of next year", "waiting"],
    ["claimed", "sent"],
    ["expired", "expired"],
    ["cancelled", "canceled"],
  ])("that is %s, as a repeated call tells, is %s, and its secret is not repeated", async (status, ours) => {
    server.answerWith(success({ ...made, status, token: null, claim_url: null, idempotent_hit: true }));
    expect(await payouts().createPayout(request)).toMatchObject({ report: { status: ours, claimUrl: null } });
  });

  test("with a claim link to another host is made all the same, and the link is not handed out", async () => {
    for (const claim_url of [
      "https://claim.allscale.io.evil.example/x",
      "javascript:alert(1)",
      "http://allscale.io/x",
    ]) {
      server.answerWith(success({ ...made, claim_url }));
      expect(await payouts().createPayout(request), claim_url).toMatchObject({ ok: true, report: { claimUrl: null } });
    }
  });

  test("fails for certain only by the code that is about it", async () => {
    server.answerWith(error(50103, { reason: "not enough USDC", reason_code: "policy_denied" }));
    expect(await payouts().createPayout(request)).toMatchObject({
      ok: true,
      report: { status: "failed", reason: "not enough USDC" },
    });
    for (const [code, kind, maybeAccepted] of [
      [10001, "refused", false],
      [20002, "unauthorized", false],
      [30002, "forbidden", false],
      [40001, "rate_limited", false],
      [50104, "forbidden", false],
      [50105, "provider_error", true],
      [50106, "provider_error", true],
      [90000, "provider_error", true],
      [12345, "provider_error", true],
    ] as const) {
      server.answerWith(error(code));
      expect(await payouts().createPayout(request), `${code}`).toMatchObject({
        ok: false,
        failure: { kind, maybeAccepted },
      });
    }
  });

  test("whose answer cannot be read, or is about another one, may have been made", async () => {
    const unreadable = [
      raw('{"code":0,"payload":{"claim'),
      success({ ...made, claim_link_id: 5 }),
      success({ ...made, amount: "1e3" }),
      success({ ...made, reference_id: "another" }),
      success(null),
    ];
    for (const answer of unreadable) {
      server.answerWith(answer);
      expect(await payouts().createPayout(request)).toMatchObject({ ok: false, failure: { maybeAccepted: true } });
    }
  });

  test("of a coin or on a network that AllScale does not have is not asked for", async () => {
    server.answerWith(success(made));
    for (const change of [{ coin: "DAI" }, { network: "Solana" }, { network: null }]) {
      const result = await payouts().createPayout({ ...request, ...change });
      expect(result).toMatchObject({ ok: false, failure: { kind: "refused", maybeAccepted: false } });
    }
    expect(server.seen).toEqual([]);
  });

  test("is canceled by a signed POST without a body, at once or perhaps", async () => {
    for (const [status, ours] of [
      ["cancelled", "canceled"],
      ["claiming", "waiting"],
    ]) {
      server.answerWith(success({ claim_link_id: name.payoutId, status, outcome: "refund_pending" }));
      expect(await payouts().cancelPayout(name)).toMatchObject({
        ok: true,
        report: { status: ours, payoutId: name.payoutId },
      });
      expect(server.seen[0]).toMatchObject({ target: `/v1/claim_link_auto_payouts/${name.payoutId}/cancel`, body: "" });
      expectSigned();
    }
    server.answerWith(error(50108, { status: "claimed" }, 409));
    expect(await payouts().cancelPayout(name)).toMatchObject({
      ok: false,
      failure: { kind: "refused", code: "50108" },
    });
  });

  test("may take far longer than any other call, and canceling one may not", async () => {
    const slow = { baseUrl: server.url, apiKey, apiSecret, signedResponses: false, timeoutMs: 50 };
    const patient = createAllScalePayouts({ ...slow, payoutChain: "base" });
    const later = (answer: ReturnType<typeof success>) =>
      server.answerWith((seen, response, raw) => setTimeout(() => answer(seen, response, raw), 400));
    later(success(made));
    expect(await patient.createPayout(request)).toMatchObject({ ok: true, report: { payoutId: name.payoutId } });
    later(success({ claim_link_id: name.payoutId, status: "cancelled" }));
    const failure = { kind: "timeout", maybeAccepted: true };
    expect(await patient.cancelPayout(name)).toMatchObject({ ok: false, failure });
  });

  test("has its transaction looked up where the network is known", () => {
    const hash = `0x${"a".repeat(64)}`;
    expect(payouts().explorerUrl("Base", hash)).toBe(`https://basescan.org/tx/${hash}`);
    expect(payouts().explorerUrl("Solana", hash)).toBeNull();
    expect(payouts().explorerUrl("Base", "javascript:alert(1)")).toBeNull();
  });
});

describe("a webhook about a payout", () => {
  const event = {
    event: "claimed",
    webhook_id: "wh_1",
    claim_link_id: name.payoutId,
    reference_id: REFERENCE,
    occurred_at: "2026-11-27T09:00:00Z",
    amount: "3.20",
    token_symbol: "USDC",
    claim_tx_hash: `0x${"a".repeat(64)}`,
  };
  const delivery = (body: unknown): WebhookDelivery => ({
    method: "POST",
    path: "/api/webhooks/allscale",
    query: "",
    headers: new Headers({ "X-Webhook-Id": "wh_1" }),
    body: new TextEncoder().encode(JSON.stringify(body)),
    receivedAt: 0,
  });

  test("tells of its end in our terms", () => {
    const report = { reference: REFERENCE, payoutId: name.payoutId, money: { coin: "USDC", amount: "3.20" } };
    expect(parseWebhook(delivery(event))).toMatchObject({
      kind: "payout_event",
      report: { ...report, status: "sent", transactionHash: event.claim_tx_hash, claimUrl: null },
      deliveryId: "wh_1",
    });
    const { claim_tx_hash: _, ...rest } = event;
    for (const [word, status] of [
      ["expired", "expired"],
      ["cancelled", "canceled"],
    ]) {
      // The hash of what came back to the merchant is no payment to the payer.
      const body = { ...rest, event: word, refund_tx_hash: `0x${"b".repeat(64)}` };
      expect(parseWebhook(delivery(body))).toMatchObject({ report: { ...report, status, transactionHash: null } });
    }
  });

  test("of an unknown kind is ignored, one that contradicts itself is not, and one of a payment stays one", () => {
    expect(parseWebhook(delivery({ ...event, event: "claiming" })).kind).toBe("ignored");
    expect(parseWebhook(delivery({ ...event, webhook_id: "wh_2" })).kind).toBe("contradictory");
    expect(parseWebhook(delivery({ ...event, amount: 3.2 })).kind).toBe("unreadable");
    const payment = { webhook_id: "wh_1", all_scale_checkout_intent_id: "65b2", event: "paid" };
    expect(parseWebhook(delivery(payment))).toMatchObject({ kind: "hint", paymentId: "65b2" });
  });

  test("never throws, whatever is signed", () => {
    fc.assert(
      fc.property(fc.record({ event: fc.anything() }, { requiredKeys: [] }), fc.anything(), (named, other) => {
        const body = typeof other === "object" ? { ...event, ...other, ...named } : named;
        expect(() => parseWebhook({ ...delivery(null), body: new TextEncoder().encode(text(body)) })).not.toThrow();
      }),
    );
  });

  const text = (body: unknown) => {
    try {
      return JSON.stringify(body) ?? "";
    } catch {
      return "{";
    }
  };
});

describe("the setting", () => {
  const CREDENTIALS = { ALLSCALE_API_KEY: "st_0f9a8b7c", ALLSCALE_API_SECRET: "st_1a2b3c4d5e6f" };
  const load = (env: Record<string, string>) => {
    const reader = new SettingReader({ ...CREDENTIALS, ...env });
    const made = allscale.load(reader)?.createPayouts?.({ timeoutMs: 1_000, webhookUrl: "https://shop.example/hook" });
    return { network: made?.network ?? null, problems: reader.problems.length, warnings: reader.warnings.length };
  };

  test("names the network, and switches payouts on; a wrong one leaves them off and stops no payment", () => {
    expect(load({})).toEqual({ network: null, problems: 0, warnings: 0 });
    expect(load({ ALLSCALE_PAYOUT_CHAIN: "Arbitrum" })).toEqual({ network: "Arbitrum One", problems: 0, warnings: 0 });
    expect(load({ ALLSCALE_PAYOUT_CHAIN: "solana" })).toEqual({ network: null, problems: 0, warnings: 1 });
    expect(load({ ALLSCALE_PAYOUT_CHAIN: "sepolia" })).toEqual({ network: null, problems: 0, warnings: 1 });
    const test = { ALLSCALE_PAYOUT_CHAIN: "sepolia", ALLSCALE_TEST_STORE: "true" };
    expect(load(test)).toEqual({ network: "Sepolia", problems: 0, warnings: 0 });
  });
});
