import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { call, create, nowSeconds } from "../test-support/merchant";
import { type ConformanceCase, verdict } from "./conformance-case";
import { usd } from "./lab";

const ping = "/v1/test/ping";
const mismatch = [401, 20002, "signature_mismatch"];
const outOfWindow = [401, 20002, "timestamp_out_of_window"];
const replayed = [401, 20002, "replay_nonce"];
const missing = [401, 20001, "missing_headers"];

export const authenticationCases: readonly ConformanceCase[] = [
  {
    section: "§2",
    name: "a good signature is accepted, with header names in any case",
    run: async (lab) => {
      const store = await lab.store();
      assert.deepEqual((await store.ask(ping)).body?.payload, { pong: "ok" });
      const key = store.merchant.apiKey;
      assert.equal((await store.ask(ping, { headers: { "X-API-Key": null, "x-api-KEY": key } })).status, 200);
    },
  },
  {
    section: "§3",
    name: "each authentication header is needed, and an empty one counts as missing",
    run: async (lab) => {
      const store = await lab.store();
      for (const name of ["X-API-Key", "X-Timestamp", "X-Nonce", "X-Signature"]) {
        assert.deepEqual(verdict(await store.ask(ping, { headers: { [name]: null } })), missing, name);
        assert.deepEqual(verdict(await store.ask(ping, { headers: { [name]: "" } })), missing, `empty ${name}`);
      }
    },
  },
  {
    section: "§3",
    name: "an unknown key is refused as production does it, in the shape observed there",
    run: async (lab) => {
      const store = await lab.store();
      const answer = await store.ask(ping, { key: "st_nobody" });
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.body, { code: 20002, error: { details: { reason: "invalid_key" } }, payload: null });
    },
  },
  {
    section: "§2",
    name: "the timestamp is whole unix seconds inside the window, both ways",
    run: async (lab) => {
      const store = await lab.store();
      assert.equal((await store.ask(ping, { timestamp: nowSeconds(-570) })).status, 200);
      assert.equal((await store.ask(ping, { timestamp: nowSeconds(598) })).status, 200);
      assert.deepEqual(verdict(await store.ask(ping, { timestamp: nowSeconds(-602) })), outOfWindow);
      assert.deepEqual(verdict(await store.ask(ping, { timestamp: nowSeconds(630) })), outOfWindow);
      assert.deepEqual(verdict(await store.ask(ping, { timestamp: `${nowSeconds()}.0` })), outOfWindow);
      assert.deepEqual(verdict(await store.ask(ping, { timestamp: `${nowSeconds()}000` })), outOfWindow);
    },
  },
  {
    section: "§2",
    name: "the signature must be right, tagged and made with this secret",
    run: async (lab) => {
      const store = await lab.store();
      assert.deepEqual(verdict(await store.ask(ping, { secret: "another" })), mismatch);
      assert.deepEqual(verdict(await store.ask(ping, { headers: { "X-Signature": "v1=" } })), mismatch);
      const timestamp = nowSeconds();
      const nonce = randomUUID();
      const { createHash, createHmac } = await import("node:crypto");
      const canonical = ["GET", ping, "", timestamp, nonce, createHash("sha256").update("").digest("hex")].join("\n");
      const bare = createHmac("sha256", store.merchant.apiSecret).update(canonical).digest("base64");
      const sent = { timestamp, nonce };
      assert.deepEqual(verdict(await store.ask(ping, { ...sent, headers: { "X-Signature": bare } })), mismatch);
      assert.equal((await store.ask(ping, { ...sent, headers: { "X-Signature": `v1=${bare}` } })).status, 200);
    },
  },
  {
    section: "§2",
    name: "the signature covers method, path, query, timestamp, nonce and body, exactly as sent",
    run: async (lab) => {
      const store = await lab.store();
      const wrongs = {
        method: { signed: { method: "POST" } },
        path: { signed: { target: "/v1/test/fail" } },
        timestamp: { signed: { timestamp: nowSeconds(-1) } },
        nonce: { signed: { nonce: "another" } },
        body: { signed: { body: "x" } },
      };
      for (const [name, wrong] of Object.entries(wrongs)) {
        assert.deepEqual(verdict(await store.ask(ping, wrong)), mismatch, name);
      }
      const query = `${ping}?b=2&a=%20+1&&=`;
      assert.equal((await store.ask(query)).status, 200);
      assert.deepEqual(verdict(await store.ask(query, { signed: { target: ping } })), mismatch);
      const spaced = { body: '{ "currency": 1, "amount_cents": 500 }' };
      const compact = { signed: { body: '{"currency":1,"amount_cents":500}' } };
      const create = "/v1/checkout_intents/";
      assert.deepEqual(verdict(await store.ask(create, { ...spaced, ...compact })), mismatch);
      const slashless = { ...spaced, signed: { target: "/v1/checkout_intents" } };
      assert.deepEqual(verdict(await store.ask(create, slashless)), mismatch);
      assert.equal((await store.ask(create, spaced)).status, 200);
    },
  },
  {
    section: "§2",
    name: "each nonce counts once, for this account, and only after a good signature",
    run: async (lab) => {
      const store = await lab.store();
      const nonce = randomUUID();
      assert.deepEqual(verdict(await store.ask(ping, { nonce, secret: "another" })), mismatch);
      assert.equal((await store.ask(ping, { nonce })).status, 200);
      assert.deepEqual(verdict(await store.ask(ping, { nonce })), replayed);
      assert.deepEqual(verdict(await store.ask("/v1/test/post", { nonce, body: "{}" })), replayed);
      const neighbour = await store.neighbour();
      assert.equal((await call(neighbour, ping, { nonce })).status, 200);
    },
  },
  {
    section: "§13",
    name: "the checks come in the order headers, key, timestamp, signature, nonce",
    run: async (lab) => {
      const store = await lab.store();
      const nonce = randomUUID();
      await store.ask(ping, { nonce });
      const wrong = { nonce, secret: "another", timestamp: "1", key: "st_nobody" };
      assert.deepEqual(verdict(await store.ask(ping, { ...wrong, headers: { "X-Nonce": null } })), missing);
      assert.equal(verdict(await store.ask(ping, wrong))[2], "invalid_key");
      const { key: _key, ...knownKey } = wrong;
      assert.deepEqual(verdict(await store.ask(ping, knownKey)), outOfWindow);
      const { timestamp: _timestamp, ...inTime } = knownKey;
      assert.deepEqual(verdict(await store.ask(ping, inTime)), mismatch);
      assert.deepEqual(verdict(await store.ask(ping, { nonce })), replayed);
    },
  },
  {
    section: "§2",
    name: "an account's secret does not sign for another",
    run: async (lab) => {
      const store = await lab.store();
      const neighbour = await store.neighbour();
      const crossed = { ...neighbour, apiSecret: store.merchant.apiSecret };
      assert.deepEqual(verdict(await create(crossed, usd)), mismatch);
    },
  },
];
