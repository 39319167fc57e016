import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { createOk } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const secret = "st_test_secret_Zm9vYmFy";
const order = { currency: 44, amount_cents: 1999, order_id: "bestellung-1001", extra: { note: "naïve 🚀" } };

async function confirm(store: TestStore, body: object = {}): Promise<string> {
  const intent = await createOk(store.merchant, order);
  const id = intent.allscale_checkout_intent_id;
  const answer = await store.control("POST", `/intents/${id}/status`, { status: 20, ...body });
  expect(answer.status).toBe(200);
  return id;
}

async function deliveries(store: TestStore): Promise<Record<string, unknown>[]> {
  return (await store.control("GET", "/deliveries")).body?.deliveries as Record<string, unknown>[];
}

describe("webhooks", () => {
  it("tells a confirmation with the documented fields and a signature over path and query", async () => {
    const store = await openStore({ webhookPath: "/hooks/allscale?shop=1&x=%20" });
    const id = await confirm(store, { chain_id: 137, tx_hash: `0x${"ab".repeat(32)}` });
    const [webhook] = await store.sink.waitFor(1);
    if (webhook === undefined) throw new Error("No webhook came.");
    expect(webhookVerifies(webhook, secret)).toBe(true);
    expect(webhook.target).toBe("/hooks/allscale?shop=1&x=%20");
    expect(webhook.headers["x-api-key"]).toBe("st_test_key");
    expect(webhook.body).toEqual({
      all_scale_transaction_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      all_scale_checkout_intent_id: id,
      webhook_id: webhook.headers["x-webhook-id"],
      amount_cents: 1999,
      currency: 44,
      currency_symbol: "EUR",
      amount_coins: "21.589200",
      coin_symbol: "USDT",
      coin_contract_address: expect.stringMatching(/^0x[0-9a-f]{40}$/),
      chain_id: 137,
      tx_hash: `0x${"ab".repeat(32)}`,
      tx_from: expect.stringMatching(/^0x[0-9a-f]{40}$/),
      payment_method_type: 1,
      order_id: "bestellung-1001",
      user_id: null,
      user_name: null,
      extra_obj: { note: "naïve 🚀" },
    });
  });

  it("tells the figures it was given, true or not", async () => {
    const store = await openStore();
    await confirm(store, { amount_cents: 1, currency: 48, amount_coins: "0.5", coin_symbol: "USDC" });
    const [webhook] = await store.sink.waitFor(1);
    expect(webhook?.body).toMatchObject({
      amount_cents: 1,
      currency: 48,
      currency_symbol: "GBP",
      amount_coins: "0.5",
      coin_symbol: "USDC",
    });
  });

  it("sends none for any other status, none when switched off, and none when asked not to", async () => {
    const store = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    for (const status of [2, 3, 4, 5, 10, -1, -2, -3, -4, -5]) {
      await store.control("POST", `/intents/${id}/status`, { status });
    }
    await store.control("POST", `/intents/${id}/status`, { status: 20, webhook: false });
    await store.control("POST", "/settings", { webhooks: false });
    await confirm(store);
    expect(await deliveries(store)).toEqual([]);
  });

  it("delivers again with the same id and a new nonce and signature until it is answered 2xx", async () => {
    const store = await openStore({ settings: { retryGapsMs: [10, 20, 30] } });
    store.sink.answer = (count) => ({ status: count < 3 ? 503 : 204 });
    await confirm(store);
    const caught = await store.sink.waitFor(3);
    expect(new Set(caught.map(({ headers }) => headers["x-webhook-id"])).size).toBe(1);
    expect(new Set(caught.map(({ headers }) => headers["x-webhook-nonce"])).size).toBe(3);
    expect(caught.every((webhook) => webhookVerifies(webhook, secret))).toBe(true);
    await expect
      .poll(() => deliveries(store))
      .toMatchObject([
        { attempt: 1, state: "failed", answer: { status: 503 }, retryInMs: 10 },
        { attempt: 2, state: "failed", retryInMs: 20 },
        { attempt: 3, state: "delivered", answer: { status: 204 }, retryInMs: null },
      ]);
  });

  it("does not follow redirects and gives up on receivers that hang or are not there", async () => {
    const store = await openStore({ settings: { retryGapsMs: [] } });
    store.sink.answer = (count) => (count === 1 ? { status: 302, headers: { Location: "/elsewhere" } } : "hang");
    await confirm(store);
    await expect.poll(() => deliveries(store)).toMatchObject([{ state: "failed", answer: { status: 302 } }]);
    await store.control("POST", "/settings", { webhookTimeoutMs: 50 });
    await confirm(store);
    await expect.poll(async () => (await deliveries(store))[1]).toMatchObject({ state: "failed", answer: null });
    await store.control("POST", "/settings", { webhookTimeoutMs: null });
    await store.sink.close();
    await confirm(store);
    await expect
      .poll(async () => (await deliveries(store))[2])
      .toMatchObject({ state: "failed", error: expect.stringContaining("failed") });
    expect(store.sink.caught.map(({ target }) => target)).toEqual(["/hooks/allscale", "/hooks/allscale"]);
  });

  it("forgets pending redeliveries on reset", async () => {
    const store = await openStore({ settings: { retryGapsMs: [1] } });
    store.sink.answer = () => "hang";
    await confirm(store);
    await store.sink.waitFor(1);
    expect((await store.control("POST", "/reset")).status).toBe(200);
    expect(await deliveries(store)).toEqual([]);
    expect((await store.control("GET", "/intents")).body?.total).toBe(0);
  });
});
