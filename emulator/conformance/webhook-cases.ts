import assert from "node:assert/strict";
import { type CreatedIntent, payloadOf, send } from "../test-support/merchant";
import { type CaughtWebhook, webhookVerifies } from "../test-support/webhook-sink";
import type { ConformanceCase } from "./conformance-case";
import type { Store } from "./lab";

/**
 * Resolves with every delivery once nothing is in flight or scheduled any more. The list is read on both sides of the
 * clock: a redelivery that started in between would otherwise be in neither.
 */
export async function settledDeliveries(store: Store): Promise<readonly Record<string, unknown>[]> {
  const list = async (): Promise<Record<string, unknown>[]> =>
    (await store.control("GET", "/deliveries")).body?.deliveries as Record<string, unknown>[];
  for (;;) {
    const before = await list();
    const { body } = await store.control("GET", "/clock");
    const after = await list();
    const isQuiet = before.every(({ state }) => state !== "in_flight") && before.length === after.length;
    if (isQuiet && body?.scheduled === 0) return after;
  }
}

/** Resolves once the emulator has something to do later, such as the next attempt of a delivery. */
async function scheduledOne(store: Store): Promise<void> {
  while ((await store.control("GET", "/clock")).body?.scheduled !== 1);
}

export async function onlyWebhook(store: Store): Promise<CaughtWebhook> {
  const [webhook] = await store.sink.waitFor(1);
  assert.ok(webhook);
  return webhook;
}

export const webhookCases: readonly ConformanceCase[] = [
  {
    section: "§8",
    name: "a confirmation is told with the documented fields, signed over path and query",
    run: async (lab) => {
      const store = await lab.store({}, "/hooks/allscale?shop=1&x=%20");
      const order = { currency: 44, amount_cents: 1999, order_id: "bestellung-1001", extra: { note: "naïve 🚀" } };
      const id = await store.intent(order);
      await store.move(id, 20);
      const webhook = await onlyWebhook(store);
      assert.ok(webhookVerifies(webhook, store.merchant.apiSecret));
      assert.equal(webhook.target, "/hooks/allscale?shop=1&x=%20");
      assert.equal(webhook.headers["content-type"], "application/json");
      assert.equal(webhook.headers["x-api-key"], store.merchant.apiKey);
      assert.equal(webhook.body.webhook_id, webhook.headers["x-webhook-id"]);
      const offBySeconds = Math.abs(Date.now() / 1000 - Number(webhook.headers["x-webhook-timestamp"]));
      assert.ok(offBySeconds < 30);
      const { all_scale_transaction_id, webhook_id, coin_contract_address, tx_hash, tx_from, ...rest } = webhook.body;
      for (const text of [all_scale_transaction_id, webhook_id, coin_contract_address, tx_hash, tx_from]) {
        assert.equal(typeof text, "string");
      }
      assert.deepEqual(rest, {
        all_scale_checkout_intent_id: id,
        amount_cents: 1999,
        currency: 44,
        currency_symbol: "EUR",
        amount_coins: "21.589200",
        coin_symbol: "USDT",
        chain_id: 8453,
        payment_method_type: 1,
        order_id: "bestellung-1001",
        user_id: null,
        user_name: null,
        extra_obj: { note: "naïve 🚀" },
      });
    },
  },
  {
    section: "§8",
    name: "native pricing is told without fiat figures",
    run: async (lab) => {
      const store = await lab.store();
      await store.move(await store.intent({ stable_coin: 2, amount_cents: 1000 }), 20);
      const { body } = await onlyWebhook(store);
      assert.deepEqual([body.currency, body.currency_symbol, body.amount_cents], [null, null, null]);
      assert.deepEqual([body.amount_coins, body.coin_symbol], ["10.000000", "USDC"]);
    },
  },
  {
    section: "§8",
    name: "nothing but a confirmation is told",
    run: async (lab) => {
      const store = await lab.store();
      const id = await store.intent();
      for (const status of [1, 2, 3, 4, 5, 10, -1, -2, -3, -4, -5]) await store.move(id, status);
      assert.deepEqual(await settledDeliveries(store), []);
    },
  },
  {
    section: "§8, §13",
    name: "a refused delivery comes again: the same id, a new nonce, a good signature, and not after a 2xx",
    run: async (lab) => {
      const store = await lab.store({ retryGapsMs: [1, 2, 3, 4] });
      store.sink.answer = (count) => ({ status: [500, 302, 404, 200][count - 1] ?? 200, headers: { Location: "/x" } });
      await store.move(await store.intent(), 20);
      const caught = await store.sink.waitFor(4);
      assert.equal(new Set(caught.map(({ headers }) => headers["x-webhook-id"])).size, 1);
      assert.equal(new Set(caught.map(({ headers }) => headers["x-webhook-nonce"])).size, 4);
      assert.ok(caught.every((webhook) => webhookVerifies(webhook, store.merchant.apiSecret)));
      assert.ok(caught.every(({ target }) => target === "/hooks"));
      const deliveries = await settledDeliveries(store);
      assert.deepEqual(
        deliveries.map(({ attempt, state }) => [attempt, state]),
        [
          [1, "failed"],
          [2, "failed"],
          [3, "failed"],
          [4, "delivered"],
        ],
      );
    },
  },
  {
    section: "§8",
    name: "a receiver that hangs or is gone counts as refused",
    run: async (lab) => {
      const store = await lab.store({ webhookTimeoutMs: 40, retryGapsMs: [60_000] });
      store.sink.answer = () => "hang";
      await store.move(await store.intent(), 20);
      await scheduledOne(store);
      store.sink.answer = () => ({ status: 200 });
      await store.control("POST", "/settings", { webhookTimeoutMs: null });
      await store.control("POST", "/clock", { advance: 60_000 });
      await settledDeliveries(store);
      await store.sink.close();
      await store.control("POST", "/settings", { retryGapsMs: [] });
      await store.move(await store.intent(), 20);
      const deliveries = await settledDeliveries(store);
      assert.deepEqual(
        deliveries.map(({ state }) => state),
        ["failed", "delivered", "failed"],
      );
    },
  },
  {
    section: "§5",
    name: "the hosted page sends the payer back after success and after nothing else",
    run: async (lab) => {
      const store = await lab.store();
      const redirect = "https://shop.example/orders/1?x=1";
      for (const status of [2, 3, 4, 5, 10, -1, -2, -3, -4, -5, 20]) {
        const created = await store.create({ currency: 1, amount_cents: 500, redirect_url: redirect });
        const { pathname } = new URL(payloadOf<CreatedIntent>(created).checkout_url);
        const pressed = await send({
          url: store.emulator.url,
          method: "POST",
          target: `${pathname}/status`,
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: `status=${status}`,
        });
        assert.deepEqual([pressed.status, pressed.headers.location], [303, status === 20 ? redirect : pathname]);
      }
    },
  },
];
