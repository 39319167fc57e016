import { createHash, createHmac } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { paymentIdSchema } from "@/lib/orders/order";
import { createAllScaleClient } from "./client";
import { type Answer, json, raw, startScriptedServer, success } from "./test-support/scripted-server";

const paymentId = paymentIdSchema.parse("65b2f3d0d2d9c0a1b2c3d4e5");
const body = {
  currency: 1,
  amount_cents: 500,
  order_id: "o",
  order_description: "ü",
  redirect_url: "https://x.example",
};
const apiSecret = "st_secret_Zm9vYmFyMDEyMzQ1Njc4OTA";
const server = await startScriptedServer();
afterAll(() => server.close());

function client() {
  const options = { baseUrl: server.url, apiKey: "st_key", apiSecret, signedResponses: true, timeoutMs: 5_000 };
  return createAllScaleClient(options);
}

type Forgery = {
  secret?: string;
  nonce?: string;
  ageSeconds?: number;
  status?: number;
  sentBody?: string;
  path?: string;
};

/** AllScale's response signing, written again with another library. */
function signedAnswer(body: unknown, { status = 200, ...forgery }: Forgery = {}): Answer {
  return (request, response) => {
    const text = JSON.stringify(body);
    const timestamp = String(Math.floor(Date.now() / 1_000) - (forgery.ageSeconds ?? 0));
    const hash = (value: string) => createHash("sha256").update(value).digest("hex");
    const path = forgery.path ?? request.target.split("?")[0];
    const nonce = forgery.nonce ?? request.headers["x-nonce"];
    const canonical = [status, path, nonce, hash(request.body), timestamp, "answer-1", hash(text)].join("\n");
    const mac = createHmac("sha256", forgery.secret ?? apiSecret)
      .update(canonical)
      .digest("base64");
    response.writeHead(status, {
      "Content-Type": "application/json",
      "X-Response-Timestamp": timestamp,
      "X-Response-Nonce": "answer-1",
      "X-Response-Signature": `v1=${mac}`,
      "X-Request-Nonce": String(nonce),
      "X-Request-Id": "req_0009",
    });
    response.end(forgery.sentBody ?? text);
  };
}

const ping = { code: 0, payload: { pong: "ok" }, error: null };

test("a signed answer is believed, and its request id is in a header", async () => {
  server.answerWith(signedAnswer(ping));
  expect(await client().ping()).toEqual({ ok: true, payload: { pong: "ok" }, providerRequestId: "req_0009" });
  server.answerWith(signedAnswer({ code: 50002, payload: { a: "ü" } }));
  expect(await client().createIntent(body)).toMatchObject({ ok: false, failure: { kind: "refused" } });
});

test("a signed refusal keeps its meaning", async () => {
  server.answerWith(signedAnswer({ code: 50001, payload: null }, { status: 404 }));
  expect(await client().getStatus(paymentId)).toMatchObject({ ok: false, failure: { kind: "not_found" } });
});

describe("not believed", () => {
  test.each<[string, Answer]>([
    ["an unsigned success", success({ pong: "ok" })],
    ["a success signed with another secret", signedAnswer(ping, { secret: "st_secret_other" })],
    ["a success signed for another request", signedAnswer(ping, { nonce: "another" })],
    ["a success signed for another path", signedAnswer(ping, { path: "/v1/test/fail" })],
    ["a success with another body", signedAnswer(ping, { sentBody: JSON.stringify({ ...ping, extra: 1 }) })],
    ["an old success", signedAnswer(ping, { ageSeconds: 605 })],
    ["a success from the future", signedAnswer(ping, { ageSeconds: -605 })],
    ["an unsigned word that the payment does not exist", json({ code: 50001 }, { status: 404 })],
    ["an unsigned refusal", json({ code: 10001 }, { status: 400 })],
    ["an unsigned page", raw("<h1>Hello</h1>")],
    ["an error about our key with a false signature", signedAnswer({ code: 20002 }, { secret: "other", status: 401 })],
  ])("%s", async (_name, answer) => {
    server.answerWith(answer);
    expect(await client().ping()).toMatchObject({ ok: false, failure: { kind: "bad_response_signature" } });
  });

  test("after an unsigned create answer we are unsure", async () => {
    server.answerWith(success({}));
    const result = await client().createIntent(body);
    expect(result).toMatchObject({ failure: { kind: "bad_response_signature", maybeAccepted: true } });
  });
});

test.each<[string, Answer, string]>([
  [
    "an unknown key",
    json({ code: 20002, error: { details: { reason: "invalid_key" } } }, { status: 401 }),
    "unauthorized",
  ],
  ["a rate limit of a gateway", raw("slow down", { status: 429 }), "rate_limited"],
  ["a gateway out of order", raw("<h1>Bad gateway</h1>", { status: 502 }), "provider_error"],
])("%s cannot be signed and stays the failure it is", async (_name, answer, kind) => {
  server.answerWith(answer);
  expect(await client().ping()).toMatchObject({ ok: false, failure: { kind } });
});
