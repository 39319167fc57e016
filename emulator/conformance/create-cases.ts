import assert from "node:assert/strict";
import { type CreatedIntent, payloadOf } from "../test-support/merchant";
import { type ConformanceCase, verdict } from "./conformance-case";
import { usd } from "./lab";

const refusals: Readonly<Record<string, unknown>> = {
  "neither currency nor stable_coin": { amount_cents: 500 },
  "both null": { currency: null, stable_coin: null, amount_cents: 500 },
  "both currency and stable_coin": { ...usd, stable_coin: 1 },
  "an unknown currency": { ...usd, currency: 2 },
  "a currency of zero": { ...usd, currency: 0 },
  "a currency by name": { ...usd, currency: "USD" },
  "a coin by name": { stable_coin: "USDT", amount_cents: 500 },
  "an unknown coin": { stable_coin: 4, amount_cents: 500 },
  "a disabled coin": { stable_coin: 3, amount_cents: 500 },
  "an unknown accepted coin": { ...usd, accepted_stable_coins: [1, 9] },
  "a disabled accepted coin": { ...usd, accepted_stable_coins: [3] },
  "accepted coins that are no list": { ...usd, accepted_stable_coins: 1 },
  "accepted coins by name": { ...usd, accepted_stable_coins: ["USDT"] },
  "no amount": { currency: 1 },
  "a null amount": { ...usd, amount_cents: null },
  "an amount of zero": { ...usd, amount_cents: 0 },
  "a negative amount": { ...usd, amount_cents: -500 },
  "a fraction of a cent": { ...usd, amount_cents: 500.5 },
  "an amount as text": { ...usd, amount_cents: "500" },
  "an amount as boolean": { ...usd, amount_cents: true },
  "an amount no integer can hold": { ...usd, amount_cents: 1e300 },
  "an order id that is a number": { ...usd, order_id: 1 },
  "a description that is a list": { ...usd, order_description: [] },
  "a user id that is an object": { ...usd, user_id: {} },
  "a user name that is a boolean": { ...usd, user_name: false },
  "a redirect without a scheme": { ...usd, redirect_url: "shop.example/thanks" },
  "a redirect that is a path": { ...usd, redirect_url: "/thanks" },
  "a redirect that is a script": { ...usd, redirect_url: "javascript:alert(1)" },
  "an extra that is a list": { ...usd, extra: [1] },
  "an extra that is text": { ...usd, extra: "note" },
};

const fiatAmounts: readonly (readonly [number, number, string, string])[] = [
  [1, 500, "5.000000", "1.0000"],
  [9, 500, "3.300000", "0.6600"],
  [27, 500, "3.600000", "0.7200"],
  [31, 500, "0.700000", "0.1400"],
  [44, 1999, "21.589200", "1.0800"],
  [48, 1999, "25.387300", "1.2700"],
  [57, 500, "0.640000", "0.1280"],
  [72, 50_000, "3.350000", "0.0067"],
  [126, 500, "3.750000", "0.7500"],
];

export const createCases: readonly ConformanceCase[] = [
  {
    section: "§5",
    name: "answers the documented fields, each call with a new intent",
    run: async (lab) => {
      const store = await lab.store();
      const answer = await store.create(usd);
      const second = payloadOf<CreatedIntent>(await store.create(usd));
      assert.equal(answer.body?.error, null);
      assert.match(answer.body?.request_id ?? "", /^\S+$/);
      const payload = payloadOf<CreatedIntent>(answer);
      assert.deepEqual(Object.keys(payload).sort(), [
        "allscale_checkout_intent_id",
        "amount_coins",
        "checkout_url",
        "rate",
        "stable_coin_type",
      ]);
      assert.match(payload.allscale_checkout_intent_id, /^[0-9a-f]{24}$/);
      assert.ok(URL.canParse(payload.checkout_url));
      assert.notEqual(second.allscale_checkout_intent_id, payload.allscale_checkout_intent_id);
    },
  },
  {
    section: "§5",
    name: "prices the nine fiat currencies exactly, the yen in hundredths",
    run: async (lab) => {
      const store = await lab.store();
      for (const [currency, amount_cents, amount_coins, rate] of fiatAmounts) {
        const payload = payloadOf<CreatedIntent>(await store.create({ currency, amount_cents }));
        const money = {
          amount_coins: payload.amount_coins,
          stable_coin_type: payload.stable_coin_type,
          rate: payload.rate,
        };
        assert.deepEqual(money, { amount_coins, stable_coin_type: 1, rate });
      }
    },
  },
  {
    section: "§5",
    name: "prices native amounts at themselves, and settles in the first accepted coin",
    run: async (lab) => {
      const store = await lab.store();
      const money = async (fields: object): Promise<object> => {
        const payload = payloadOf<CreatedIntent>(await store.create(fields));
        return { amount: payload.amount_coins, coin: payload.stable_coin_type, rate: payload.rate };
      };
      assert.deepEqual(await money({ stable_coin: 2, amount_cents: 1000 }), {
        amount: "10.000000",
        coin: 2,
        rate: null,
      });
      const accepted = { ...usd, accepted_stable_coins: [2, 1] };
      assert.deepEqual(await money(accepted), { amount: "5.000000", coin: 2, rate: "1.0000" });
    },
  },
  {
    section: "§3, §5",
    name: "refuses what is not valid with 10001, and makes no intent",
    run: async (lab) => {
      const store = await lab.store();
      for (const [name, fields] of Object.entries(refusals)) {
        const answer = await store.create(fields as object);
        assert.deepEqual([answer.status, answer.body?.code, answer.body?.payload], [400, 10001, null], name);
        assert.equal(typeof answer.body?.error?.message, "string", name);
      }
      assert.equal((await store.control("GET", "/intents")).body?.total, 0);
    },
  },
  {
    section: "§5",
    name: "refuses bodies that are no JSON object in UTF-8",
    run: async (lab) => {
      const store = await lab.store();
      const target = "/v1/checkout_intents/";
      for (const body of ["", "{", "currency=1&amount_cents=500", "[]", "null", '"text"', "7"]) {
        assert.equal((await store.ask(target, { method: "POST", body })).body?.code, 10001, body);
      }
      const latin1 = Buffer.from('{"currency":1,"amount_cents":500,"user_name":"Zo\u00eb"}', "latin1");
      assert.equal((await store.ask(target, { body: latin1 })).body?.code, 10001);
      const long = await store.create({ ...usd, order_description: "x".repeat(1_100_000) });
      assert.deepEqual([long.status, long.body?.code], [413, 10001]);
    },
  },
  {
    section: "§5",
    name: "wants more than 0.1 of the coin",
    run: async (lab) => {
      const store = await lab.store();
      for (const fields of [
        { currency: 1, amount_cents: 10 },
        { stable_coin: 1, amount_cents: 10 },
        { currency: 72, amount_cents: 1_000 },
        { currency: 1, amount_cents: 1 },
      ]) {
        const answer = await store.create(fields);
        assert.deepEqual([answer.status, answer.body?.code], [400, 50002]);
        assert.match(String(answer.body?.error?.details?.reason), /greater than 0\.1/);
      }
      assert.equal((await store.create({ currency: 1, amount_cents: 11 })).body?.code, 0);
      assert.equal((await store.create({ currency: 72, amount_cents: 1_500 })).body?.code, 0);
    },
  },
  {
    section: "§5",
    name: "needs its trailing slash, and does not redirect to it",
    run: async (lab) => {
      const store = await lab.store();
      const answer = await store.ask("/v1/checkout_intents", { body: JSON.stringify(usd) });
      assert.deepEqual([answer.status, answer.headers.location], [404, undefined]);
      assert.equal((await store.control("GET", "/intents")).body?.total, 0);
    },
  },
  {
    section: "§2, §5",
    name: "takes nulls, empty strings, unknown fields and no optional field at all",
    run: async (lab) => {
      const store = await lab.store();
      const nulls = { order_id: null, order_description: null, user_id: null, user_name: null };
      const others = { redirect_url: null, extra: null, stable_coin: null, accepted_stable_coins: null };
      assert.deepEqual(verdict(await store.create({ ...usd, ...nulls, ...others })), [200, 0, undefined]);
      const empties = { order_id: "", order_description: "", user_id: "", user_name: "", redirect_url: "" };
      assert.deepEqual(verdict(await store.create({ ...usd, ...empties, colour: "red" })), [200, 0, undefined]);
      assert.deepEqual(verdict(await store.create({ currency: 1, amount_cents: 500 })), [200, 0, undefined]);
      assert.deepEqual(verdict(await store.create({ ...usd, accepted_stable_coins: [] })), [200, 0, undefined]);
    },
  },
];
