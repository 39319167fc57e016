import assert from "node:assert/strict";
import { call, payloadOf } from "../test-support/merchant";
import { type ConformanceCase, verdict } from "./conformance-case";

const all = [1, 2, 3, 4, 5, 10, 20, -1, -2, -3, -4, -5];
const order = {
  currency: 44,
  amount_cents: 1999,
  order_id: "o-1",
  order_description: "Two",
  user_id: "u-7",
  user_name: "Zoë",
};

export const readingCases: readonly ConformanceCase[] = [
  {
    section: "§6",
    name: "status is a bare integer, for all twelve",
    run: async (lab) => {
      const store = await lab.store();
      const id = await store.intent();
      for (const status of all) {
        await store.move(id, status);
        const answer = await store.ask(`/v1/checkout_intents/${id}/status`);
        assert.deepEqual([answer.status, answer.body?.payload], [200, status]);
      }
    },
  },
  {
    section: "§7",
    name: "detail tells the order before a payment, and the payment after it",
    run: async (lab) => {
      const store = await lab.store();
      const id = await store.intent(order);
      const before = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
      assert.match(String(before.coin_contract), /^0x[0-9a-f]{40}$/);
      assert.deepEqual(before, {
        all_scale_checkout_intent_id: id,
        currency: 44,
        currency_symbol: "EUR",
        amount_cents: 1999,
        currency_rate: "1.0800",
        chain_id: null,
        amount_coins: "21.589200",
        coin_symbol: "USDT",
        coin_contract: before.coin_contract,
        status: 1,
        tx_hash: null,
        tx_from: null,
        tx_to: null,
        payment_method_type: 0,
        actual_paid_amount: null,
        service_fee_amount: null,
        net_income_amount: null,
        order_id: "o-1",
        order_description: "Two",
        user_id: "u-7",
        user_name: "Zoë",
      });
      await store.move(id, 20, { chain_id: 137, payment_method_type: 2 });
      const after = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
      assert.deepEqual([after.status, after.chain_id, after.payment_method_type], [20, 137, 2]);
      assert.deepEqual(
        [after.actual_paid_amount, after.service_fee_amount, after.net_income_amount],
        ["21.589200", "0.129535", "21.459665"],
      );
      assert.match(String(after.tx_hash), /^0x[0-9a-f]{64}$/);
    },
  },
  {
    section: "§7",
    name: "detail shows no fiat figures for native pricing",
    run: async (lab) => {
      const store = await lab.store();
      const id = await store.intent({ stable_coin: 2, amount_cents: 1000 });
      const detail = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
      const fiat = [detail.currency, detail.currency_symbol, detail.amount_cents, detail.currency_rate];
      assert.deepEqual(fiat, [null, null, null, null]);
      assert.deepEqual([detail.amount_coins, detail.coin_symbol], ["10.000000", "USDC"]);
    },
  },
  {
    section: "§3",
    name: "an intent that is unknown or somebody else's is 50001",
    run: async (lab) => {
      const store = await lab.store();
      const id = await store.intent();
      const neighbour = await store.neighbour();
      for (const path of [`/v1/checkout_intents/${id}`, `/v1/checkout_intents/${id}/status`]) {
        const foreign = await call(neighbour, path);
        assert.deepEqual([foreign.status, foreign.body?.code], [404, 50001], path);
      }
      assert.deepEqual(verdict(await store.ask("/v1/checkout_intents/nope")).slice(0, 2), [404, 50001]);
      assert.deepEqual(verdict(await store.ask("/v1/checkout_intents/nope/status")).slice(0, 2), [404, 50001]);
    },
  },
  {
    section: "§4",
    name: "the failing route fails, and other routes and methods are refused",
    run: async (lab) => {
      const store = await lab.store();
      const failed = await store.ask("/v1/test/fail");
      assert.deepEqual([failed.status, failed.body?.code, failed.body?.payload], [500, 90000, null]);
      assert.equal((await store.ask("/v1/nothing")).status, 404);
      for (const [method, target, allow] of [
        ["POST", "/v1/test/ping", "GET"],
        ["GET", "/v1/test/post", "POST"],
        ["GET", "/v1/checkout_intents/", "POST"],
        ["DELETE", "/v1/checkout_intents/x", "GET"],
      ] as const) {
        const answer = await store.ask(target, { method });
        assert.deepEqual([answer.status, answer.headers.allow], [405, allow], target);
      }
    },
  },
  {
    section: "§6",
    name: "an unpaid intent times out after its lifetime, a paid one does not",
    run: async (lab) => {
      const store = await lab.store();
      const unpaid = await store.intent();
      const received = await store.intent();
      await store.move(received, 3);
      const status = async (id: string): Promise<unknown> =>
        (await store.ask(`/v1/checkout_intents/${id}/status`)).body?.payload;
      await store.control("POST", "/clock", { advance: "29m" });
      assert.equal(await status(unpaid), 1);
      await store.control("POST", "/clock", { advance: "1m" });
      assert.deepEqual([await status(unpaid), await status(received)], [-5, 3]);
    },
  },
];
