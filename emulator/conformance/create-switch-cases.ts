import assert from "node:assert/strict";
import { type CreatedIntent, payloadOf } from "../test-support/merchant";
import { type ConformanceCase, verdict } from "./conformance-case";
import { type Store, usd } from "./lab";

async function created(store: Store, fields: object = usd): Promise<CreatedIntent & Record<string, unknown>> {
  return payloadOf<CreatedIntent & Record<string, unknown>>(await store.create(fields));
}

/** The switches of §10 and §13 that are about creating and reading intents. */
export const createSwitchCases: readonly ConformanceCase[] = [
  {
    section: "§13",
    name: "create without its slash can answer 405 or redirect",
    run: async (lab) => {
      for (const missingSlash of ["405", "307", "308"]) {
        const store = await lab.store({ missingSlash });
        const answer = await store.ask("/v1/checkout_intents?a=1", { body: JSON.stringify(usd) });
        assert.equal(String(answer.status), missingSlash);
        const location = missingSlash === "405" ? undefined : "/v1/checkout_intents/?a=1";
        assert.equal(answer.headers.location, location);
      }
    },
  },
  {
    section: "§13",
    name: "unknown fields and long texts can be refused",
    run: async (lab) => {
      const store = await lab.store({ unknownFields: "refuse", maxTextLength: 200 });
      assert.equal((await store.create({ ...usd, colour: "red" })).body?.code, 10001);
      assert.equal((await store.create({ ...usd, order_description: "x".repeat(201) })).body?.code, 10001);
      assert.equal((await store.create({ ...usd, order_description: "x".repeat(200) })).body?.code, 0);
    },
  },
  {
    section: "§10",
    name: "USDC can be disabled, as the stale table has it",
    run: async (lab) => {
      const store = await lab.store({ disabledCoins: [2, 3] });
      assert.equal((await store.create({ stable_coin: 2, amount_cents: 500 })).body?.code, 10001);
      assert.equal((await store.create({ stable_coin: 1, amount_cents: 500 })).body?.code, 0);
    },
  },
  {
    section: "§13",
    name: "currencies, rates, their direction, places and rounding can differ",
    run: async (lab) => {
      const store = await lab.store({
        extraCurrencies: { NZD: { value: 99, rate: "0.6000" } },
        rates: { EUR: "1.1" },
        rateDirection: "fiat_per_coin",
        rounding: "up",
        coinDecimals: 4,
      });
      const dollars = await created(store, { currency: 99, amount_cents: 500 });
      assert.deepEqual([dollars.amount_coins, dollars.rate], ["3.0000", "1.666667"]);
      assert.equal((await created(store, { currency: 44, amount_cents: 1999 })).amount_coins, "21.9890");
      const up = { currency: 72, amount_cents: 1_501 };
      assert.equal((await created(store, up)).amount_coins, "0.1006");
      await store.control("POST", "/settings", { rounding: "down" });
      assert.equal((await created(store, up)).amount_coins, "0.1005");
    },
  },
  {
    section: "§10",
    name: "exactly 0.1 coin can be enough, and the refusal can be 10001",
    run: async (lab) => {
      const store = await lab.store({ minimumInclusive: true, minimumCode: "10001" });
      assert.equal((await store.create({ currency: 1, amount_cents: 10 })).body?.code, 0);
      assert.equal((await store.create({ currency: 1, amount_cents: 9 })).body?.code, 10001);
    },
  },
  {
    section: "§10",
    name: "accepted coins can be answered as array or number",
    run: async (lab) => {
      const store = await lab.store({ acceptedCoinsInResponse: "array" });
      const fields = { ...usd, accepted_stable_coins: [2, 1] };
      assert.deepEqual((await created(store, fields)).accepted_stable_coins, [2, 1]);
      await store.control("POST", "/settings", { acceptedCoinsInResponse: "number" });
      assert.equal((await created(store, fields)).accepted_stable_coins, 2);
    },
  },
  {
    section: "§10",
    name: "native amounts can be shown in detail and webhook, status can be an object, URLs can be longer",
    run: async (lab) => {
      const store = await lab.store({
        nativeAmountCents: true,
        statusShape: "object",
        checkoutUrlStyle: "pay_checkout",
      });
      const intent = await created(store, { stable_coin: 1, amount_cents: 1000 });
      const id = intent.allscale_checkout_intent_id;
      const detail = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
      assert.equal(detail.amount_cents, 1000);
      assert.deepEqual((await store.ask(`/v1/checkout_intents/${id}/status`)).body?.payload, { status: 1 });
      assert.match(new URL(intent.checkout_url).pathname, /^\/pay\/checkout\//);
      assert.equal((await fetch(intent.checkout_url)).status, 200);
      await store.move(id, 20);
      assert.equal((await store.sink.waitFor(1))[0]?.body.amount_cents, 1000);
    },
  },
  {
    section: "§13",
    name: "intents can live shorter or for ever, and end in an older status",
    run: async (lab) => {
      const store = await lab.store({ intentLifetimeMs: 60_000, timeoutStatus: -4 });
      const mortal = await store.intent();
      await store.control("POST", "/settings", { intentLifetimeMs: 0 });
      const immortal = await store.intent();
      await store.control("POST", "/clock", { advance: "20d" });
      const status = async (id: string): Promise<unknown> =>
        (await store.ask(`/v1/checkout_intents/${id}/status`)).body?.payload;
      assert.deepEqual([await status(mortal), await status(immortal)], [-4, 1]);
    },
  },
  {
    section: "§6, §10",
    name: "opening the page can leave the status, a cancel can send back, extra can hold the return URL",
    run: async (lab) => {
      const store = await lab.store({
        viewMarksPaying: false,
        redirectOnCancel: true,
        extraReturnUrl: true,
        storeName: "Bagels",
      });
      const url = (await created(store, { ...usd, extra: { return_url: "https://shop.example/back" } })).checkout_url;
      assert.match(await (await fetch(url)).text(), /Bagels/);
      const intents = (await store.control("GET", "/intents")).body?.intents as { status: number }[];
      assert.equal(intents[0]?.status, 1);
      const form = new URLSearchParams({ status: "-4" });
      const pressed = await fetch(`${url}/status`, { method: "POST", body: form, redirect: "manual" });
      assert.equal(pressed.headers.get("location"), "https://shop.example/back");
    },
  },
  {
    section: "§10",
    name: "the fee can differ, and magic amounts can be switched off",
    run: async (lab) => {
      const store = await lab.store({ feeBasisPoints: 50, scenarios: false, scenarioStepMs: 1 });
      const id = await store.intent({ currency: 1, amount_cents: 403 });
      assert.equal((await store.control("GET", "/clock")).body?.scheduled, 0);
      await store.move(id, 20);
      const detail = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
      assert.equal(detail.service_fee_amount, "0.020150");
      assert.deepEqual(verdict(await store.ask("/v1/test/ping")), [200, 0, undefined]);
    },
  },
];
