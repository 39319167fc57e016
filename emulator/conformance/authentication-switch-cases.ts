import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { call, nowSeconds } from "../test-support/merchant";
import { type ConformanceCase, verdict } from "./conformance-case";
import { usd } from "./lab";

const ping = "/v1/test/ping";

/** The switches of §10 and §13 that are about authentication and errors. */
export const authenticationSwitchCases: readonly ConformanceCase[] = [
  {
    section: "§10",
    name: "the window can be 300 s",
    run: async (lab) => {
      const store = await lab.store({ replayWindowSeconds: 300 });
      assert.equal(verdict(await store.ask(ping, { timestamp: nowSeconds(-302) }))[2], "timestamp_out_of_window");
      assert.equal((await store.ask(ping, { timestamp: nowSeconds(-270) })).status, 200);
    },
  },
  {
    section: "§2",
    name: "the provider's clock can be off, for signatures and for Date",
    run: async (lab) => {
      const store = await lab.store({ clockSkewMs: 900_000 });
      const answer = await store.ask(ping);
      assert.equal(verdict(answer)[2], "timestamp_out_of_window");
      const aheadMs = Date.parse(answer.headers.date ?? "") - Date.now();
      assert.ok(Math.abs(aheadMs - 900_000) < 30_000);
      assert.equal((await store.ask(ping, { timestamp: nowSeconds(900) })).status, 200);
    },
  },
  {
    section: "§13",
    name: "the order of checks can differ",
    run: async (lab) => {
      const store = await lab.store({ checkOrder: ["signature", "timestamp"] });
      const wrong = { timestamp: "1", secret: "another" };
      assert.equal(verdict(await store.ask(ping, wrong))[2], "signature_mismatch");
      assert.equal(verdict(await store.ask(ping, { timestamp: "1" }))[2], "timestamp_out_of_window");
    },
  },
  {
    section: "§13",
    name: "a failed signature can use its nonce up",
    run: async (lab) => {
      const store = await lab.store({ burnNonceOnBadSignature: true });
      const nonce = randomUUID();
      await store.ask(ping, { nonce, secret: "another" });
      assert.equal(verdict(await store.ask(ping, { nonce }))[2], "replay_nonce");
    },
  },
  {
    section: "§13",
    name: "nonces can be shared by everyone, and be limited in length",
    run: async (lab) => {
      const store = await lab.store({ nonceScope: "everyone", nonceMaxLength: 64 });
      const neighbour = await store.neighbour();
      const nonce = randomUUID();
      assert.equal((await store.ask(ping, { nonce })).status, 200);
      assert.equal((await call(neighbour, ping, { nonce })).body?.error?.details?.reason, "replay_nonce");
      assert.equal((await store.ask(ping, { nonce: "n".repeat(64) })).status, 200);
      assert.equal((await store.ask(ping, { nonce: "n".repeat(65) })).status, 401);
    },
  },
  {
    section: "§1, §3",
    name: "an IP allowlist keeps others out with 30001",
    run: async (lab) => {
      const store = await lab.store({ ipAllowlist: ["192.0.2.1"] });
      assert.deepEqual(verdict(await store.ask(ping)), [403, 30001, "ip_not_allowed"]);
      await store.control("POST", "/settings", { ipAllowlist: ["127.0.0.1"] });
      assert.equal((await store.ask(ping)).status, 200);
    },
  },
  {
    section: "§10",
    name: "an unknown key can be 20001, another's intent 30001",
    run: async (lab) => {
      const store = await lab.store({ unknownKeyCode: "20001", foreignIntentCode: "30001" });
      assert.deepEqual(verdict(await store.ask(ping, { key: "st_x" })), [401, 20001, "invalid_key"]);
      const neighbour = await store.neighbour();
      const id = await store.intent();
      assert.deepEqual(verdict(await call(neighbour, `/v1/checkout_intents/${id}`)).slice(0, 2), [403, 30001]);
    },
  },
  {
    section: "§3",
    name: "errors come in the documented, the observed or the flat shape",
    run: async (lab) => {
      const store = await lab.store({ errorShape: "documented" });
      const documented = await store.ask(ping, { secret: "another" });
      assert.deepEqual(Object.keys(documented.body ?? {}).sort(), ["code", "error", "payload", "request_id"]);
      assert.equal(typeof documented.body?.error?.message, "string");
      await store.control("POST", "/settings", { errorShape: "observed" });
      const observed = await store.ask("/v1/test/fail");
      assert.deepEqual(observed.body, { code: 90000, error: { details: { reason: "test_fail" } }, payload: null });
      await store.control("POST", "/settings", { errorShape: "flat" });
      const flat = await store.ask("/v1/test/fail");
      assert.equal(flat.body?.error_code, 90000);
      assert.equal(typeof flat.body?.error_message, "string");
    },
  },
  {
    section: "§13",
    name: "HTTP statuses and the code of the failing route can differ",
    run: async (lab) => {
      const store = await lab.store({ httpStatuses: { "50001": 400, "99999": 418 }, failCode: 99999 });
      assert.deepEqual(verdict(await store.ask("/v1/checkout_intents/x")).slice(0, 2), [400, 50001]);
      assert.deepEqual(verdict(await store.ask("/v1/test/fail")).slice(0, 2), [418, 99999]);
    },
  },
  {
    section: "§3, §13",
    name: "rate limits answer 40001 with retry_after in the unit and place set",
    run: async (lab) => {
      const store = await lab.store({ rateLimits: { test: { limit: 1, windowMs: 60_000 } } });
      await store.control("POST", "/clock", { freeze: true });
      assert.equal((await store.ask(ping)).status, 200);
      assert.equal((await store.create(usd)).status, 200, "Only the test routes are limited.");
      const limited = await store.ask(ping);
      assert.deepEqual([limited.status, limited.body?.code], [429, 40001]);
      assert.deepEqual(limited.body?.error?.details, { retry_after: 60 });
      assert.equal(limited.headers["retry-after"], undefined);
      await store.control("POST", "/settings", { retryAfterUnit: "milliseconds", retryAfterPlace: "both" });
      const again = await store.ask("/v1/test/post", { body: "{}" });
      assert.deepEqual(again.body?.error?.details, { retry_after: 60_000 });
      assert.equal(again.headers["retry-after"], "60000");
      await store.control("POST", "/clock", { advance: "60s" });
      assert.equal((await store.ask(ping)).status, 200);
    },
  },
];
