import assert from "node:assert/strict";
import { type CreatedIntent, payloadOf } from "../test-support/merchant";
import type { ConformanceCase } from "./conformance-case";

/** Create bodies as the JSON writers of several languages put them on the wire, with the description they mean. */
const bodies: Readonly<Record<string, readonly [string | Buffer, string]>> = {
  "PHP json_encode: escaped slashes and code points": [
    '{"currency":44,"amount_cents":1999,"order_description":"Caf\\u00e9 \\u2615 \\ud83d\\ude80","redirect_url":"https:\\/\\/shop.example\\/r?o=1","user_name":""}',
    "Café ☕ 🚀",
  ],
  "Python json.dumps: spaces after separators, escapes": [
    '{"currency": 44, "stable_coin": null, "amount_cents": 1999, "order_description": "Caf\\u00e9 \\u2615 \\ud83d\\ude80", "extra": {"a": [1, 2]}}',
    "Café ☕ 🚀",
  ],
  "Python with ensure_ascii off and indent": [
    '{\n  "currency": 44,\n  "amount_cents": 1999,\n  "order_description": "Café ☕ 🚀"\n}',
    "Café ☕ 🚀",
  ],
  "Go json.Marshal: sorted keys, HTML escapes, raw UTF-8": [
    '{"amount_cents":1999,"currency":44,"extra":{"html":"\\u003cb\\u003e \\u0026"},"order_description":"Caf\u00e9 \\u003c3","user_id":null}',
    "Café <3",
  ],
  "Go json.Encoder: a newline at the end": ['{"amount_cents":1999,"currency":44,"order_description":"Café"}\n', "Café"],
  "a browser: compact, raw UTF-8, lone escapes kept": [
    '{"currency":44,"amount_cents":1999,"order_description":"Café ☕ 🚀 \\u001b","redirect_url":"https://shop.example/r?o=1"}',
    "Café ☕ 🚀 \u001b",
  ],
  "Ruby or Java: upper-case hex escapes": [
    '{"currency":44,"amount_cents":1999,"order_description":"Caf\\u00E9 \\uD83D\\uDE80"}',
    "Café 🚀",
  ],
  "an amount in exponent form, which is the same integer": [
    '{"currency":44,"amount_cents":1.999e3,"order_description":"x"}',
    "x",
  ],
  "Windows line ends and tabs": [
    '{\r\n\t"currency":44,\r\n\t"amount_cents":1999,\r\n\t"order_description":"x"\r\n}',
    "x",
  ],
};

export const bodyCases: readonly ConformanceCase[] = [
  {
    section: "§2",
    name: "verifies bodies as PHP, Python, Go, Ruby and browsers write them",
    run: async (lab) => {
      const store = await lab.store();
      for (const [name, [body, description]] of Object.entries(bodies)) {
        const answer = await store.ask("/v1/checkout_intents/", { body });
        assert.equal(answer.body?.code, 0, `${name}: ${answer.text}`);
        const id = payloadOf<CreatedIntent>(answer).allscale_checkout_intent_id;
        const detail = payloadOf(await store.ask(`/v1/checkout_intents/${id}`));
        assert.equal(detail.order_description, description, name);
      }
    },
  },
  {
    section: "§2",
    name: "looks at the bytes that were signed, not at Content-Type, on GET and POST",
    run: async (lab) => {
      const store = await lab.store();
      const get = { headers: { "Content-Type": "application/json", Accept: "application/json" } };
      assert.equal((await store.ask("/v1/test/ping", get)).status, 200);
      const body = JSON.stringify({ currency: 1, amount_cents: 500 });
      for (const type of [null, "text/plain", "application/json; charset=utf-8"]) {
        const answer = await store.ask("/v1/checkout_intents/", { body, headers: { "Content-Type": type } });
        assert.equal(answer.body?.code, 0, String(type));
      }
    },
  },
  {
    section: "§4",
    name: "echoes the JSON it was sent as payload",
    run: async (lab) => {
      const store = await lab.store();
      for (const body of ['{"big":12345678901234567890,"one":1.0,"e":"\\u00e9\\/é"}', "[1,null]", '"text"', "0"]) {
        const answer = await store.ask("/v1/test/post", { body });
        assert.ok(answer.text.startsWith(`{"code":0,"payload":${body},`), answer.text);
      }
      assert.equal((await store.ask("/v1/test/post", { body: "a=1" })).body?.code, 10001);
    },
  },
];
