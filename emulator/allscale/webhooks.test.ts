import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { webhookVerifies } from "../test-support/webhook-sink";

const order = { currency: 44, amount_cents: 1999, order_id: "bestellung-1001", extra: { note: "naïve 🚀" } };

async function confirm({ open, move }: TestStore, more: object = {}, fields: object = order): Promise<string> {
  const id = await open(fields);
  expect((await move(id, 20, more)).status).toBe(200);
  return id;
}

async function onlyWebhook(store: TestStore) {
  const [webhook] = await store.sink.waitFor(1);
  if (webhook === undefined) throw new Error("No webhook came.");
  return webhook;
}

const scheduled = async ({ control }: TestStore) => (await control("GET", "/clock")).body?.scheduled;

describe("webhooks", () => {
  it("tell a confirmation with the documented fields and a signature over path and query", async () => {
    const store = await openStore({ webhookPath: "/hooks/allscale?shop=1&x=%20" });
    const id = await confirm(store, { chain_id: 137, tx_hash: `0x${"ab".repeat(32)}` });
    const webhook = await onlyWebhook(store);
    expect(webhookVerifies(webhook, store.merchant.apiSecret)).toBe(true);
    expect([webhook.target, webhook.headers["x-api-key"]]).toEqual(["/hooks/allscale?shop=1&x=%20", "st_test_key"]);
    const address = expect.stringMatching(/^0x[0-9a-f]{40}$/);
    expect(webhook.body).toEqual({
      all_scale_transaction_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      all_scale_checkout_intent_id: id,
      webhook_id: webhook.headers["x-webhook-id"],
      amount_cents: 1999,
      currency: 44,
      currency_symbol: "EUR",
      amount_coins: "21.589200",
      coin_symbol: "USDT",
      coin_contract_address: address,
      chain_id: 137,
      tx_hash: `0x${"ab".repeat(32)}`,
      tx_from: address,
      payment_method_type: 1,
      order_id: "bestellung-1001",
      user_id: null,
      user_name: null,
      extra_obj: { note: "naïve 🚀" },
    });
  });

  it("tell the figures they were given, true or not", async () => {
    const store = await openStore();
    const figures = { amount_cents: 1, currency: 48, amount_coins: "0.5", coin_symbol: "USDC" };
    await confirm(store, figures);
    expect((await onlyWebhook(store)).body).toMatchObject({ ...figures, currency_symbol: "GBP" });
  });

  it.each([
    [false, null],
    [true, 1000],
  ])("with nativeAmountCents %s tell a native order with %s cents", async (nativeAmountCents, cents) => {
    const store = await openStore({ settings: { nativeAmountCents } });
    await confirm(store, {}, { stable_coin: 2, amount_cents: 1000 });
    const native = { currency: null, currency_symbol: null, amount_coins: "10.000000", coin_symbol: "USDC" };
    expect((await onlyWebhook(store)).body).toMatchObject({ ...native, amount_cents: cents });
  });

  it("are sent for no other status, not when switched off, and not when asked not to", async () => {
    const store = await openStore();
    const id = await store.open();
    for (const status of [2, 3, 4, 5, 10, -1, -2, -3, -4, -5]) await store.move(id, status);
    await confirm(store, { webhook: false });
    await store.control("POST", "/settings", { webhooks: false });
    await confirm(store);
    expect(await store.list("deliveries")).toEqual([]);
  });

  it.each([
    ["fresh", 1, 3],
    ["same_bytes", 1, 1],
    ["new_id", 3, 3],
  ])("come again until they are answered 2xx, %s: %i ids and %i nonces", async (redelivery, ids, nonces) => {
    const store = await openStore({ settings: { retryGapsMs: [10, 20, 30], redelivery } });
    store.sink.answer = (count) => ({ status: [302, 503, 204][count - 1] ?? 200, headers: { Location: "/elsewhere" } });
    await confirm(store);
    const caught = await store.sink.waitFor(3);
    const different = (name: string): number => new Set(caught.map(({ headers }) => headers[name])).size;
    expect([different("x-webhook-id"), different("x-webhook-nonce")]).toEqual([ids, nonces]);
    expect(new Set(caught.map(({ body }) => body.all_scale_transaction_id)).size).toBe(1);
    for (const webhook of caught) {
      expect(webhookVerifies(webhook, store.merchant.apiSecret)).toBe(true);
      expect(webhook.target).not.toBe("/elsewhere");
      expect(webhook.body.webhook_id).toBe(webhook.headers["x-webhook-id"]);
    }
    await expect
      .poll(() => store.list("deliveries"))
      .toMatchObject([
        { attempt: 1, state: "failed", answer: { status: 302 }, retryInMs: 10 },
        { attempt: 2, state: "failed", answer: { status: 503 }, retryInMs: 20 },
        { attempt: 3, state: "delivered", answer: { status: 204 }, retryInMs: null },
      ]);
  });

  it("have ids of their own, or one for the account, and a status if wanted", async () => {
    const store = await openStore({ settings: { webhookId: "account", webhookStatus: "int" } });
    await confirm(store);
    await confirm(store);
    await store.control("POST", "/settings", { webhookId: "event", webhookStatus: "none" });
    await confirm(store);
    const caught = await store.sink.waitFor(3);
    expect(new Set(caught.map(({ headers }) => headers["x-webhook-id"])).size).toBe(2);
    expect(caught.map(({ body }) => body.status).sort()).toEqual([20, 20, undefined]);
  });

  it("count as failed when the receiver hangs, and are forgotten on reset", async () => {
    const store = await openStore({ settings: { retryGapsMs: [60_000], webhookTimeoutMs: 50 } });
    store.sink.answer = () => "hang";
    await confirm(store);
    const silent = { state: "failed", answer: null, error: expect.stringContaining("no answer within 50 ms") };
    await expect.poll(() => store.list("deliveries")).toMatchObject([silent]);
    expect(await scheduled(store)).toBe(1);
    await store.control("POST", "/reset");
    expect([await store.list("deliveries"), await scheduled(store)]).toEqual([[], 0]);
  });

  it("follow the clock of the account, attempt by attempt", async () => {
    const store = await openStore();
    store.sink.answer = () => ({ status: 500 });
    await store.control("POST", "/clock", { freeze: true });
    await confirm(store);
    for (let count = 1; count <= 4; count += 1) {
      await store.sink.waitFor(count);
      await expect.poll(() => scheduled(store)).toBe(1);
      await store.control("POST", "/clock", { advance: "15s" });
    }
    expect(await store.sink.waitFor(5)).toHaveLength(5);
  });

  it("are replayed as the old bytes or freshly signed, to where they went or elsewhere", async () => {
    const store = await openStore();
    await confirm(store);
    const first = await onlyWebhook(store);
    const path = `/deliveries/${(await store.list("deliveries"))[0]?.id}/replay`;
    const raw = await store.control("POST", path, { raw: true });
    expect(raw.body).toMatchObject({ kind: "raw_replay", state: "delivered", answer: { status: 200 } });
    expect(store.sink.caught[1]).toEqual(first);
    await store.control("POST", path, { url: `${store.sink.url}/elsewhere?x=1` });
    const again = store.sink.caught[2];
    expect(again !== undefined && webhookVerifies(again, store.merchant.apiSecret)).toBe(true);
    expect([again?.target, again?.text]).toEqual(["/elsewhere?x=1", first.text]);
    expect(again?.headers["x-webhook-nonce"]).not.toBe(first.headers["x-webhook-nonce"]);
    expect((await store.control("POST", "/deliveries/unknown/replay")).status).toBe(404);
    expect((await store.control("POST", path, { url: "/x" })).status).toBe(400);
  });
});
