import assert from "node:assert/strict";
import { type CreatedIntent, call, create, createOk, payloadOf, usd } from "../test-support/merchant";
import { type ConformanceCase, createPath, needing, promise, refused, verdict } from "./case";

const refusals: Readonly<Record<string, readonly unknown[]>> = {
  "neither pricing": [{ amount_cents: 500 }, { currency: null, stable_coin: null, amount_cents: 500 }],
  "both pricings": [{ ...usd, stable_coin: 1 }],
  "the currency": [2, 0, "USD"].map((currency) => ({ ...usd, currency })),
  "the coin": ["USDT", 4, 3].map((stable_coin) => ({ stable_coin, amount_cents: 500 })),
  "the accepted coins": [[1, 9], [3], 1, ["USDT"]].map((accepted) => ({ ...usd, accepted_stable_coins: accepted })),
  "no amount": [{ currency: 1 }],
  "the amount": [null, 0, -500, 500.5, "500", true, 1e300].map((amount_cents) => ({ ...usd, amount_cents })),
  "a text": ["order_id", "order_description", "user_id", "user_name"].map((name) => ({ ...usd, [name]: 1 })),
  "the redirect": ["shop.example/r", "/r", "javascript:alert(1)"].map((url) => ({ ...usd, redirect_url: url })),
  "the extra": [[1], "note"].map((extra) => ({ ...usd, extra })),
  "the body": [[usd]],
};

/** Create bodies as the JSON writers of several languages put them on the wire, with the description they mean. */
const bodies: Readonly<Record<string, readonly [string, string]>> = {
  "PHP: escaped slashes and code points": [
    '{"currency":44,"amount_cents":1999,"order_description":"Caf\\u00e9 \\ud83d\\ude80","redirect_url":"https:\\/\\/shop.example\\/r?o=1","user_name":""}',
    "Café 🚀",
  ],
  "Python: spaces after separators": [
    '{"currency": 44, "stable_coin": null, "amount_cents": 1999, "order_description": "Caf\\u00e9", "extra": {"a": [1, 2]}}',
    "Café",
  ],
  "Go: sorted keys, HTML escapes, a newline at the end": [
    '{"amount_cents":1999,"currency":44,"extra":{"html":"\\u003cb\\u003e"},"order_description":"Café \\u003c3"}\n',
    "Café <3",
  ],
  "a browser: raw UTF-8, lone escapes kept": [
    '{"currency":44,"amount_cents":1999,"order_description":"Café ☕ \\u001b"}',
    "Café ☕ \u001b",
  ],
  "Java: upper-case hex escapes": ['{"currency":44,"amount_cents":1999,"order_description":"Caf\\u00E9"}', "Café"],
  "an amount in exponent form": ['{"currency":44,"amount_cents":1.999e3,"order_description":"x"}', "x"],
  "Windows line ends": ['{\r\n\t"currency":44,\r\n\t"amount_cents":1999,\r\n\t"order_description":"x"\r\n}', "x"],
};

export const intentCases: readonly ConformanceCase[] = [
  promise("§4", "the test routes echo JSON as it was sent, and fail", async ({ merchant }) => {
    for (const body of ['{"big":12345678901234567890,"one":1.0,"e":"\\u00e9\\/é"}', "[1,null]", '"text"', "0"]) {
      const answer = await call(merchant, "/v1/test/post", { body });
      assert.ok(answer.text.startsWith(`{"code":0,"payload":${body},`), answer.text);
    }
    await refused(merchant, "/v1/test/post", { body: "a=1" }, [400, 10001]);
    const failed = await call(merchant, "/v1/test/fail");
    assert.ok(failed.body?.code !== 0 && failed.body?.payload === null);
  }),
  promise("§5", "create answers the documented fields, each call with a new intent", async ({ merchant }) => {
    const [first, second] = [await createOk(merchant, usd), await createOk(merchant, usd)];
    const fields = ["allscale_checkout_intent_id", "amount_coins", "checkout_url", "rate", "stable_coin_type"];
    assert.deepEqual(Object.keys(first).sort(), fields);
    assert.match(first.allscale_checkout_intent_id, /^[0-9a-f]{24}$/);
    assert.ok(URL.canParse(first.checkout_url));
    assert.notEqual(second.allscale_checkout_intent_id, first.allscale_checkout_intent_id);
  }),
  promise("§5", "coins are the price times the rate shown, for nine currencies, yen too", async ({ merchant }) => {
    for (const currency of [1, 9, 27, 31, 44, 48, 57, 72, 126]) {
      const { amount_coins, rate, stable_coin_type } = await createOk(merchant, { currency, amount_cents: 50_000 });
      const expected = 500 * Number(rate);
      assert.ok(Math.abs(Number(amount_coins) - expected) < 0.001, `${currency}: ${amount_coins} at ${rate}`);
      assert.equal(stable_coin_type, 1);
    }
  }),
  promise(
    "§5, §7",
    "native amounts have no fiat figures, and the first accepted coin settles",
    async ({ merchant }) => {
      const native = await createOk(merchant, { stable_coin: 2, amount_cents: 1000 });
      assert.deepEqual([Number(native.amount_coins), native.stable_coin_type, native.rate], [10, 2, null]);
      const { allscale_checkout_intent_id: id } = native;
      const detail = payloadOf(await call(merchant, `/v1/checkout_intents/${id}`));
      const fiat = [detail.currency, detail.currency_symbol, detail.amount_cents, detail.currency_rate];
      assert.deepEqual(fiat, [null, null, null, null]);
      assert.deepEqual([Number(detail.amount_coins), detail.coin_symbol], [10, "USDC"]);
      const accepted = await createOk(merchant, { ...usd, accepted_stable_coins: [2, 1] });
      assert.equal(accepted.stable_coin_type, 2);
    },
  ),
  promise("§3, §5", "what is not valid is refused with 10001", async ({ merchant }) => {
    for (const [name, bodies] of Object.entries(refusals)) {
      for (const fields of bodies) {
        const { status, body } = await create(merchant, fields as object);
        assert.deepEqual([status, body?.code, body?.payload], [400, 10001, null], `${name}: ${JSON.stringify(fields)}`);
      }
    }
  }),
  promise("§5", "bodies that are no JSON object, too deep or too long are refused with 10001", async ({ merchant }) => {
    const nested = `{"currency":1,"amount_cents":500,"extra":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`;
    const latin1 = Buffer.from('{"currency":1,"amount_cents":500,"user_name":"Zo\u00eb"}', "latin1");
    for (const body of ["{", "currency=1&amount_cents=500", "null", '"text"', "7", nested, latin1]) {
      await refused(merchant, createPath, { method: "POST", body }, [400, 10001]);
    }
    const long = await create(merchant, { ...usd, order_description: "x".repeat(1_100_000) });
    assert.deepEqual([long.status, long.body?.code, typeof long.body?.request_id], [413, 10001, "string"]);
  }),
  promise("§5", "the amount must be more than 0.1 of the coin", async ({ merchant }) => {
    const tenCents = [{ currency: 1 }, { stable_coin: 1 }].map((pricing) => ({ ...pricing, amount_cents: 10 }));
    for (const fields of [...tenCents, { currency: 72, amount_cents: 100 }]) {
      const answer = await create(merchant, fields);
      assert.deepEqual([answer.status, answer.body?.code], [400, 50002]);
      assert.match(String(answer.body?.error?.details?.reason), /0\.1/);
    }
    await createOk(merchant, { currency: 1, amount_cents: 11 });
  }),
  promise("§5", "create needs its trailing slash, and does not redirect to it", async ({ merchant }) => {
    const answer = await call(merchant, createPath.slice(0, -1), { body: JSON.stringify(usd) });
    assert.deepEqual([answer.status, answer.headers.location], [404, undefined]);
  }),
  promise("§2, §5", "nulls, empty strings, unknown fields and absent fields are accepted", async ({ merchant }) => {
    const nulls = { order_id: null, order_description: null, user_id: null, user_name: null, redirect_url: null };
    await createOk(merchant, { ...usd, ...nulls, extra: null, stable_coin: null, accepted_stable_coins: null });
    const empty = { order_id: "", order_description: "", user_id: "", user_name: "", redirect_url: "" };
    await createOk(merchant, { ...usd, ...empty, colour: "red", accepted_stable_coins: [] });
    await createOk(merchant, { currency: 1, amount_cents: 500 });
  }),
  promise("§2", "bodies are verified as PHP, Python, Go, Java and browsers write them", async ({ merchant }) => {
    for (const [name, [body, description]] of Object.entries(bodies)) {
      const answer = await call(merchant, createPath, { body });
      assert.equal(answer.body?.code, 0, `${name}: ${answer.text}`);
      const id = payloadOf<CreatedIntent>(answer).allscale_checkout_intent_id;
      const detail = payloadOf(await call(merchant, `/v1/checkout_intents/${id}`));
      assert.equal(detail.order_description, description, name);
    }
  }),
  promise("§6, §7", "status is a bare integer, and detail shows the order without a payment", async ({ merchant }) => {
    const order = { currency: 44, amount_cents: 1999, order_id: "o-1", order_description: "Two", user_name: "Zoë" };
    const { allscale_checkout_intent_id: id, amount_coins, rate } = await createOk(merchant, order);
    const status = await call(merchant, `/v1/checkout_intents/${id}/status`);
    assert.deepEqual([status.status, status.body?.payload], [200, 1]);
    const { coin_contract, ...detail } = payloadOf(await call(merchant, `/v1/checkout_intents/${id}`));
    assert.match(String(coin_contract), /^0x[0-9a-f]{40}$/);
    assert.deepEqual(detail, {
      all_scale_checkout_intent_id: id,
      currency: 44,
      currency_symbol: "EUR",
      amount_cents: 1999,
      currency_rate: rate,
      chain_id: null,
      amount_coins,
      coin_symbol: "USDT",
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
      user_id: null,
      user_name: "Zoë",
    });
  }),
  promise("§3", "an unknown intent is 50001, other routes are 404 and other methods 405", async ({ merchant }) => {
    for (const path of ["/v1/checkout_intents/unknown", "/v1/checkout_intents/unknown/status"]) {
      await refused(merchant, path, {}, [404, 50001]);
    }
    await refused(merchant, "/v1/nothing", {}, [404]);
    for (const target of ["/v1/test/post", createPath]) await refused(merchant, target, {}, [405]);
    await refused(merchant, "/v1/checkout_intents/x", { method: "DELETE" }, [405]);
  }),
  needing("neighbour", "§3", "another account's intent answers as an unknown one", async (neighbour, merchant) => {
    const { allscale_checkout_intent_id: id } = await createOk(merchant, usd);
    for (const path of [`/v1/checkout_intents/${id}`, `/v1/checkout_intents/${id}/status`]) {
      const [foreign, unknown] = [await call(neighbour, path), await call(neighbour, path.replace(id, "unknown"))];
      assert.deepEqual(verdict(foreign), verdict(unknown));
      assert.equal(foreign.body?.code, 50001);
    }
  }),
];
