import assert from "node:assert/strict";
import { createHash, createHmac, randomUUID } from "node:crypto";
import { call, create, type Merchant, nowSeconds, type RawAnswer, usd } from "../test-support/merchant";
import { type ConformanceCase, createPath, needing, ping, promise, refused, verdict } from "./case";

const mismatch = [401, 20002, "signature_mismatch"];
const outOfWindow = [401, 20002, "timestamp_out_of_window"];
const replayed = [401, 20002, "replay_nonce"];
const missing = [401, 20001, "missing_headers"];

export const authenticationCases: readonly ConformanceCase[] = [
  promise("§2", "a good signature is accepted, with header names in any case", async ({ merchant }) => {
    const answer = await call(merchant, ping, { headers: { "X-API-Key": null, "x-api-KEY": merchant.apiKey } });
    assert.deepEqual([answer.status, answer.body?.code, answer.body?.error], [200, 0, null]);
    assert.deepEqual(answer.body?.payload, { pong: "ok" });
    assert.equal(typeof answer.body?.request_id, "string");
  }),
  promise("§3", "each authentication header is needed, and an empty one counts as missing", async ({ merchant }) => {
    for (const name of ["X-API-Key", "X-Timestamp", "X-Nonce", "X-Signature"]) {
      for (const value of [null, ""]) await refused(merchant, ping, { headers: { [name]: value } }, missing);
    }
  }),
  promise("§3", "an unknown key is refused in the shape that production was seen to use", async ({ merchant }) => {
    const { status, body } = await call(merchant, ping, { key: "st_unknown" });
    assert.equal(status, 401);
    assert.deepEqual(body, { code: 20002, error: { details: { reason: "invalid_key" } }, payload: null });
  }),
  promise("§2", "the timestamp is whole unix seconds inside the window, both ways", async ({ merchant }) => {
    for (const offset of [-270, 290]) {
      assert.equal((await call(merchant, ping, { timestamp: nowSeconds(offset) })).status, 200, String(offset));
    }
    for (const timestamp of [nowSeconds(-602), nowSeconds(630), `${nowSeconds()}.0`, `${nowSeconds()}000`, "now"]) {
      await refused(merchant, ping, { timestamp }, outOfWindow);
    }
  }),
  promise("§2", "the signature is made with this secret and carries its version", async ({ merchant }) => {
    await refused(merchant, ping, { secret: "another" }, mismatch);
    for (const value of ["v1=", "v1=short", "☃"]) {
      await refused(merchant, ping, { headers: { "X-Signature": Buffer.from(value).toString("latin1") } }, mismatch);
    }
    const [timestamp, nonce] = [nowSeconds(), randomUUID()];
    const canonical = ["GET", ping, "", timestamp, nonce, createHash("sha256").update("").digest("hex")].join("\n");
    const bare = createHmac("sha256", merchant.apiSecret).update(canonical).digest("base64");
    await refused(merchant, ping, { timestamp, nonce, headers: { "X-Signature": bare } }, mismatch);
    const tagged = { timestamp, nonce, headers: { "X-Signature": `v1=${bare}` } };
    assert.equal((await call(merchant, ping, tagged)).status, 200);
  }),
  promise("§2", "the signature covers method, path, query, time, nonce and body as sent", async ({ merchant }) => {
    const targets = [{ target: "/v1/test/fail" }, { target: `${ping}?a=1` }];
    const others = [{ method: "POST" }, { timestamp: nowSeconds(-1) }, { nonce: "another" }, { body: "x" }];
    for (const signed of [...targets, ...others]) await refused(merchant, ping, { signed }, mismatch);
    const query = `${ping}?b=2&a=%20+1&&=`;
    assert.equal((await call(merchant, query)).status, 200);
    await refused(merchant, query, { signed: { target: ping } }, mismatch);
    const body = '{ "currency": 1, "amount_cents": 500 }';
    await refused(merchant, createPath, { body, signed: { body: body.replaceAll(" ", "") } }, mismatch);
    await refused(merchant, createPath, { body, signed: { target: createPath.slice(0, -1) } }, mismatch);
    assert.equal((await call(merchant, createPath, { body })).status, 200);
  }),
  promise("§2", "a body of another content type is a signature mismatch", async ({ merchant }) => {
    for (const type of [null, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const answer = await create(merchant, usd, { headers: { "Content-Type": type } });
      assert.deepEqual(verdict(answer), mismatch, String(type));
    }
    for (const type of ["application/json; charset=utf-8", "Application/JSON"]) {
      assert.equal((await create(merchant, usd, { headers: { "Content-Type": type } })).status, 200, type);
    }
    const get = { headers: { "Content-Type": "application/json", Accept: "application/json" } };
    assert.equal((await call(merchant, ping, get)).status, 200);
  }),
  promise("§2", "each nonce counts once, and only after a good signature", async ({ merchant }) => {
    const nonce = randomUUID();
    await refused(merchant, ping, { nonce, secret: "another" }, mismatch);
    assert.equal((await call(merchant, ping, { nonce })).status, 200);
    await refused(merchant, ping, { nonce }, replayed);
    await refused(merchant, "/v1/test/post", { nonce, body: "{}" }, replayed);
  }),
  promise("§13", "the checks come in the order headers, key, timestamp, signature, nonce", async ({ merchant }) => {
    const nonce = randomUUID();
    await call(merchant, ping, { nonce });
    const wrong = { nonce, secret: "another", timestamp: "1" };
    await refused(merchant, ping, { ...wrong, key: "st_unknown", headers: { "X-Nonce": null } }, missing);
    await refused(merchant, ping, { ...wrong, key: "st_unknown" }, [401, 20002, "invalid_key"]);
    await refused(merchant, ping, wrong, outOfWindow);
    await refused(merchant, ping, { nonce, secret: "another" }, mismatch);
    await refused(merchant, ping, { nonce }, replayed);
  }),
  needing("neighbour", "§2", "accounts share neither nonces nor secrets", async (neighbour, merchant) => {
    const nonce = randomUUID();
    assert.equal((await call(merchant, ping, { nonce })).status, 200);
    assert.equal((await call(neighbour, ping, { nonce })).status, 200);
    await refused({ ...neighbour, apiSecret: merchant.apiSecret }, ping, {}, mismatch);
  }),
  promise("§9", "answers carry no signature unless the store wants them", async ({ merchant }) => {
    assert.equal((await call(merchant, ping)).headers["x-response-signature"], undefined);
  }),
  needing("signed", "§9", "answers are signed over status, path, both nonces and both bodies", async (signed) => {
    const asked = { [`${ping}?a=1`]: "", "/v1/checkout_intents/unknown": "" };
    const body = JSON.stringify({ ...usd, user_name: "Zoë" });
    for (const [target, text] of Object.entries({ ...asked, [createPath]: body })) {
      const nonce = randomUUID();
      const answer = await call(signed, target, { nonce, ...(text !== "" && { body: text }) });
      const path = target.split("?")[0] ?? "";
      assert.ok(isSigned(signed, answer, { path, nonce, body: text }), target);
      assert.equal(answer.headers["x-request-nonce"], nonce);
      assert.equal(answer.headers["x-request-id"], answer.body?.request_id);
      assert.ok(Math.abs(Date.now() / 1000 - Number(answer.headers["x-response-timestamp"])) < 30);
    }
    assert.equal((await call(signed, ping, { key: "st_unknown" })).headers["x-response-signature"], undefined);
  }),
];

type Asked = Readonly<Record<"path" | "nonce" | "body", string>>;

function isSigned({ apiSecret }: Merchant, answer: RawAnswer, { path, nonce, body }: Asked): boolean {
  const { status, headers, text } = answer;
  const hash = (bytes: string): string => createHash("sha256").update(bytes).digest("hex");
  const [timestamp, responseNonce] = [headers["x-response-timestamp"], headers["x-response-nonce"]];
  const lines = [String(status), path, nonce, hash(body), timestamp, responseNonce, hash(text)];
  const expected = createHmac("sha256", apiSecret).update(lines.join("\n")).digest("base64");
  return headers["x-response-signature"] === `v1=${expected}`;
}
