import { afterAll, describe, expect, test } from "vitest";
import { paymentIdSchema } from "@/lib/orders/order";
import { freePort } from "@/scripts/processes";
import { concernsAll, type ProviderCall } from "../provider";
import { type ClientOptions, createAllScaleClient } from "./client";
import { expectedSignature, json, raw, startScriptedServer, success } from "./test-support/scripted-server";

const apiKey = "st_key_0123456789abcdef";
const apiSecret = "st_secret_Zm9vYmFyMDEyMzQ1Njc4OTA";
const intentId = paymentIdSchema.parse("65b2f3d0d2d9c0a1b2c3d4e5");
const createBody = {
  currency: 44,
  amount_cents: 1999,
  order_id: "order-1",
  order_description: "Café ☕ 東京 — 🚀",
  redirect_url: "https://shop.example/orders/order-1",
};

const server = await startScriptedServer();
afterAll(() => server.close());

function client(change: Partial<ClientOptions> = {}) {
  const base = { baseUrl: server.url, apiKey, apiSecret, signedResponses: false, timeoutMs: 5_000 };
  return createAllScaleClient({ ...base, ...change });
}

describe("requests", () => {
  test("ping is a signed GET without a body", async () => {
    server.answerWith(success({ pong: "ok" }));
    const before = Math.floor(Date.now() / 1_000);
    expect(await client().ping()).toEqual({ ok: true, payload: { pong: "ok" }, providerRequestId: "req_0001" });
    const seen = server.seen[0];
    expect(seen).toMatchObject({ method: "GET", target: "/v1/test/ping", body: "" });
    expect(seen?.headers["content-length"]).toBeUndefined();
    expect(seen?.headers["transfer-encoding"]).toBeUndefined();
    expect(seen?.headers["x-api-key"]).toBe(apiKey);
    expect(Number(seen?.headers["x-timestamp"])).toBeGreaterThanOrEqual(before);
    expect(seen?.headers["x-signature"]).toBe(expectedSignature(seen, apiSecret));
  });

  test("create keeps its slash and signs the bytes that it sends", async () => {
    server.answerWith(success(null));
    await client().createIntent(createBody);
    const seen = server.seen[0];
    expect(seen).toMatchObject({ method: "POST", target: "/v1/checkout_intents/" });
    expect(seen?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(seen?.body ?? "")).toEqual(createBody);
    expect(seen?.headers["x-signature"]).toBe(expectedSignature(seen, apiSecret));
  });

  test("each operation has its path, and a prefix of the base URL is kept and signed", async () => {
    server.answerWith(success(null));
    const prefixed = client({ baseUrl: `${server.url}/gate/way` });
    await prefixed.getIntent(intentId);
    await prefixed.getStatus(intentId);
    await prefixed.createIntent(createBody);
    expect(server.seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
      `GET /gate/way/v1/checkout_intents/${intentId}`,
      `GET /gate/way/v1/checkout_intents/${intentId}/status`,
      "POST /gate/way/v1/checkout_intents/",
    ]);
    for (const seen of server.seen) expect(seen.headers["x-signature"]).toBe(expectedSignature(seen, apiSecret));
  });

  test("an id cannot lead to another path", async () => {
    server.answerWith(success(null));
    await client().getStatus(paymentIdSchema.parse("../test/ping?x=#"));
    expect(server.seen[0]?.target).toBe("/v1/checkout_intents/..%2Ftest%2Fping%3Fx%3D%23/status");
    expect(server.seen[0]?.headers["x-signature"]).toBe(expectedSignature(server.seen[0], apiSecret));
    for (const id of [".", ".."]) {
      expect(() => client().getStatus(paymentIdSchema.parse(id))).toThrow(RangeError);
    }
  });

  test("every call has a nonce of its own", async () => {
    server.answerWith(success({ pong: "ok" }));
    const shared = client();
    await Promise.all(Array.from({ length: 10 }, () => shared.ping()));
    expect(new Set(server.seen.map(({ headers }) => headers["x-nonce"])).size).toBe(10);
  });

  test("clock and nonce are parameters", async () => {
    server.answerWith(success({ pong: "ok" }));
    await client({ now: () => 1_770_000_000_999, nonce: () => "00000000-0000-4000-8000-000000000001" }).ping();
    // The signature of the vector request_get_ping.
    expect(server.seen[0]?.headers["x-signature"]).toBe("v1=BL2Bs2d2MhPlhGKMOIQDbmVZoGYEeoweCSZnLXj+RvY=");
  });
});

describe("payloads", () => {
  test.each([
    [20, 20],
    [-5, -5],
    [7, 7],
    [{ status: 10 }, 10],
  ])("the status route may answer %j", async (payload, status) => {
    server.answerWith(success(payload));
    expect(await client().getStatus(intentId)).toMatchObject({ ok: true, payload: status });
  });

  test.each([["20"], [20.5], [null], [true], [[20]], [{}], [{ status: "20" }], [{ state: 20 }], [undefined]])(
    "a status of %j is a bad answer",
    async (payload) => {
      server.answerWith(success(payload));
      const result = await client().getStatus(intentId);
      expect(result).toMatchObject({ ok: false, failure: { kind: "bad_answer", providerRequestId: "req_0001" } });
    },
  );

  test.each([
    [
      "the id with the underscore of other routes",
      { all_scale_checkout_intent_id: intentId, allscale_checkout_intent_id: undefined },
    ],
    ["a number for coins", { amount_coins: 5 }],
    ["coins in scientific notation", { amount_coins: "5e0" }],
    ["no coins", { amount_coins: null }],
    ["no address", { checkout_url: null }],
    ["a word for the coin", { stable_coin_type: "USDT" }],
    ["a number for the rate", { rate: 1 }],
    ["an id that is a path", { allscale_checkout_intent_id: ".." }],
  ])("%s in the create answer is a bad answer after which we are unsure", async (_name, change) => {
    server.answerWith(success({ ...createdPayload, ...change }));
    const result = await client().createIntent(createBody);
    expect(result).toMatchObject({ ok: false, failure: { kind: "bad_answer", maybeAccepted: true } });
  });

  test("a missing pong is a bad answer", async () => {
    server.answerWith(success({ pong: "no" }));
    expect(await client().ping()).toMatchObject({ ok: false, failure: { kind: "bad_answer", maybeAccepted: false } });
  });
});

const createdPayload = {
  allscale_checkout_intent_id: intentId,
  checkout_url: "https://checkout.allscale.io/abc123",
  amount_coins: "5.0000",
  stable_coin_type: 1,
  rate: "1.0000",
};

const codes: [number, string, boolean][] = [
  [10001, "refused", false],
  [20001, "unauthorized", false],
  [20002, "unauthorized", false],
  [30001, "forbidden", false],
  [30002, "forbidden", false],
  [40001, "rate_limited", false],
  [50001, "not_found", false],
  [50002, "refused", false],
  [90000, "provider_error", true],
  [99999, "provider_error", true],
  [70707, "provider_error", true],
];

describe.each(codes)("error code %i", (code, kind, maybeAccepted) => {
  const shapes: [string, unknown][] = [
    [
      "documented",
      { code, payload: null, error: { message: "Prose.", details: { reason: "why" } }, request_id: "req_1" },
    ],
    ["observed", { code, error: { details: { reason: "why" } }, payload: null }],
    ["inside error", { error: { code, message: "why" } }],
    ["on top", { error_code: code, error_message: "why" }],
    ["bare", { code }],
    ["broken around the code", { code, error: "why", request_id: 7, payload: { status: 20 } }],
  ];
  // The code decides, so it means the same under any HTTP status.
  test.each(shapes.flatMap(([name, body]) => [200, 400, 500].map((status) => ({ name, body, status }))))(
    `is ${kind} in the $name shape with HTTP $status`,
    async ({ name, body, status }) => {
      server.answerWith(json(body, { status }));
      const result = await client().createIntent(createBody);
      expect(result).toMatchObject({ ok: false, failure: { kind, maybeAccepted, code: String(code) } });
      if (result.ok) return;
      // Any other refusal is about this one payment, and a walk through many must go on.
      expect(concernsAll(result.failure.kind)).toBe([20001, 20002, 40001].includes(code));
      expect(result.failure.message).toMatch(/^[A-Z].*\.$/);
      const silent = name === "bare" || name === "broken around the code";
      expect(result.failure.reason).toBe(silent ? undefined : "why");
      expect(result.failure.providerRequestId).toBe(name === "documented" ? "req_1" : undefined);
    },
  );

  test("has had no effect when it only read", async () => {
    server.answerWith(json({ code }));
    expect(await client().getStatus(intentId)).toMatchObject({ failure: { kind, maybeAccepted: false } });
  });
});

describe("error details", () => {
  const failureOf = async (body: unknown, headers = {}) => {
    server.answerWith(json(body, { status: 400, headers }));
    const result = await client().ping();
    if (result.ok) throw new Error("An error was read as a success.");
    return result.failure;
  };
  const withReason = (code: number, reason: string) => ({ code, error: { details: { reason } }, payload: null });

  test.each([
    [20002, "timestamp_out_of_window", /clock/],
    [20002, "signature_mismatch", /secret/],
    [20002, "replay_nonce", /seen this request/],
    [20002, "invalid_key", /API key/],
    [30001, "ip_not_allowed", /allowlist/],
  ])("%i with %s has a sentence of its own", async (code, reason, sentence) => {
    expect(await failureOf(withReason(code, reason))).toMatchObject({
      reason,
      message: expect.stringMatching(sentence),
    });
  });

  test("a refused minimum is a refused amount", async () => {
    const failure = await failureOf(withReason(50002, "Coin amount must be greater than 0.1 USDT"));
    expect(failure.kind).toBe("amount_refused");
  });

  test.each<[string, unknown, Record<string, string>, number | undefined]>([
    ["in the details", { code: 40001, error: { details: { retry_after: 12 } } }, {}, 12],
    ["in the details, as text", { code: 40001, error: { details: { retry_after: "12" } } }, {}, 12],
    ["in the details, with a fraction", { code: 40001, error: { details: { retry_after: 1.2 } } }, {}, 2],
    ["on top", { code: 40001, retry_after: 7 }, {}, 7],
    ["in the header", { code: 40001 }, { "Retry-After": "9" }, 9],
    ["in body and header", { code: 40001, retry_after: 7 }, { "Retry-After": "9" }, 7],
    ["absurd", { code: 40001, retry_after: 1e15 }, {}, 3_600],
    ["beyond all numbers", { code: 40001 }, { "Retry-After": "9".repeat(400) }, 3_600],
    ["negative", { code: 40001, retry_after: -1 }, {}, undefined],
    ["a list", { code: 40001, retry_after: [12] }, {}, undefined],
    ["an object that is no text", { code: 40001, retry_after: { toString: 1 } }, {}, undefined],
    ["a word", { code: 40001, retry_after: "soon" }, {}, undefined],
    ["a date", { code: 40001 }, { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }, undefined],
    ["nowhere", { code: 40001 }, {}, undefined],
  ])("the wait is read %s", async (_name, body, headers, seconds) => {
    expect((await failureOf(body, headers)).retryAfterSeconds).toBe(seconds);
  });

  test("validation details in free form are kept for the log", async () => {
    const failure = await failureOf({
      code: 10001,
      error: { details: { field: "amount_cents", max: 5, deep: { a: 1 } } },
    });
    expect(failure.reason).toBe("field=amount_cents, max=5");
  });

  test("the reason is one short line without our credentials", async () => {
    const said = `bad\nline ${apiKey} ${apiSecret} ${"x".repeat(1_000)}`;
    const { reason = "" } = await failureOf(withReason(20002, said));
    expect(reason).toMatch(/^bad line \[key\] \[secret\] x+$/);
    expect(reason.length).toBeLessThan(301);
  });

  test("nesting deep enough to break a serializer is only an error", async () => {
    const nested = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
    server.answerWith(raw(`{"code":10001,"error":{"details":{"a":${nested}}}}`, { type: "application/json" }));
    expect(await client().ping()).toMatchObject({ ok: false, failure: { kind: "refused" } });
  });
});

describe("answers that are not AllScale's", () => {
  test.each<[string, Parameters<typeof server.answerWith>[0], string, boolean]>([
    ["a page", raw("<h1>Hello</h1>"), "bad_answer", true],
    ["a page with 404", raw("<h1>Not found</h1>", { status: 404 }), "bad_answer", false],
    ["a page with 502", raw("<h1>Bad gateway</h1>", { status: 502 }), "provider_error", true],
    ["a page with 503", raw("", { status: 503 }), "provider_error", true],
    ["a page with 429", raw("slow down", { status: 429, headers: { "Retry-After": "3" } }), "rate_limited", false],
    ["nothing", raw(""), "bad_answer", true],
    ["no content", raw("", { status: 204 }), "bad_answer", true],
    ["half a JSON", raw(`{"code":0,"payl`, { type: "application/json" }), "bad_answer", true],
    ["an array", json([{ code: 0 }]), "bad_answer", true],
    ["a bare number", json(20), "bad_answer", true],
    ["no code", json({ payload: createdPayload }), "bad_answer", true],
    ["a code in words", json({ code: "0", payload: createdPayload }), "bad_answer", true],
    ["success under an HTTP error", json({ code: 0, payload: createdPayload }, { status: 500 }), "bad_answer", true],
    ["a huge body", (_q, response) => response.end(Buffer.alloc(300 * 1_024, 0x20)), "bad_answer", true],
  ])("%s", async (_name, answer, kind, maybeAccepted) => {
    server.answerWith(answer);
    const result = await client().createIntent(createBody);
    expect(result).toMatchObject({ ok: false, failure: { kind, maybeAccepted } });
  });

  test("bytes that are not UTF-8, in a field that is not read", async () => {
    const text = `{"code":0,"payload":{"pong":"ok"},"request_id":"\u00ff"}`;
    server.answerWith((_request, response) => response.end(Buffer.from(text, "latin1")));
    expect(await client().ping()).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
  });

  test("an endless body is left early", async () => {
    let open = true;
    server.answerWith((_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const pump = setInterval(() => response.write(Buffer.alloc(64 * 1_024, 0x20)), 1);
      response.on("close", () => {
        open = false;
        clearInterval(pump);
      });
    });
    const result = await client().ping();
    expect(result).toMatchObject({ ok: false, failure: { kind: "bad_answer", reason: "body_too_large" } });
    await expect.poll(() => open).toBe(false);
  });

  test.each([301, 302, 303, 307, 308])("a redirect with %i is not followed", async (status) => {
    server.answerWith((_request, response) => {
      response.writeHead(status, { Location: `${server.url}/elsewhere` });
      response.end();
    });
    const result = await client().createIntent(createBody);
    const failure = { kind: "bad_answer", maybeAccepted: false, reason: `http_${status}: redirect` };
    expect(result).toMatchObject({ ok: false, failure });
    expect(server.seen.map(({ target }) => target)).toEqual(["/v1/checkout_intents/"]);
  });
});

test("no answer concerns all payments, a bad one does not", () => {
  expect((["timeout", "unreachable"] as const).every(concernsAll)).toBe(true);
  expect((["bad_answer", "bad_response_signature", "amount_refused"] as const).some(concernsAll)).toBe(false);
});

describe("network trouble", () => {
  const create = (change: Partial<ClientOptions> = {}) => client(change).createIntent(createBody);

  test("no answer at all is a timeout, and the payment may exist", async () => {
    server.answerWith(() => undefined);
    expect(await create({ timeoutMs: 80 })).toMatchObject({ failure: { kind: "timeout", maybeAccepted: true } });
  });

  test("the limit covers the body too", async () => {
    server.answerWith((_request, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.write(`{"code":0,`);
    });
    expect(await create({ timeoutMs: 80 })).toMatchObject({ failure: { kind: "timeout", maybeAccepted: true } });
  });

  test("an answer that is slow but in time is a success", async () => {
    server.answerWith((request, response, rawRequest) => {
      setTimeout(() => success(createdPayload)(request, response, rawRequest), 120);
    });
    expect(await create({ timeoutMs: 5_000 })).toMatchObject({ ok: true });
  });

  test.each<[string, Parameters<typeof server.answerWith>[0]]>([
    ["before the answer", (_request, _response, { socket }) => socket.destroy()],
    [
      "within the answer",
      (_request, response, { socket }) => {
        response.writeHead(200, { "Content-Length": "1000" });
        response.write(`{"code":0`, () => socket.destroy());
      },
    ],
  ])("a connection dropped %s may have opened a payment", async (_name, answer) => {
    server.answerWith(answer);
    expect(await create()).toMatchObject({ failure: { kind: "unreachable", maybeAccepted: true } });
    expect(await client().ping()).toMatchObject({ failure: { kind: "unreachable", maybeAccepted: false } });
  });

  test("a refused connection has opened nothing", async () => {
    const baseUrl = `http://127.0.0.1:${await freePort()}`;
    expect(await create({ baseUrl })).toMatchObject({
      failure: { kind: "unreachable", maybeAccepted: false, reason: "ECONNREFUSED" },
    });
  });

  test("a name that does not resolve has opened nothing", async () => {
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ENOTFOUND" } }));
    expect(await create({ fetch })).toMatchObject({ failure: { kind: "unreachable", maybeAccepted: false } });
  });

  test.each(["read", "write"])(
    "a route lost at a %s, after the connection stood, leaves us unsure",
    async (syscall) => {
      const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "EHOSTUNREACH", syscall } }));
      expect(await create({ fetch })).toMatchObject({ failure: { kind: "unreachable", maybeAccepted: true } });
    },
  );

  test("an unknown network error leaves us unsure", async () => {
    const fetch = () => Promise.reject(new TypeError("Load failed"));
    expect(await create({ fetch })).toMatchObject({ failure: { kind: "unreachable", maybeAccepted: true } });
  });

  test("a runtime that hides redirects is understood", async () => {
    const fetch = async () => Object.defineProperty(new Response(), "type", { value: "opaqueredirect" });
    expect(await create({ fetch })).toMatchObject({ failure: { kind: "bad_answer", maybeAccepted: false } });
  });
});

test("each call is reported, with what it was about and without anything secret", async () => {
  const reports: ProviderCall[] = [];
  const reporting = client({ onCall: (report) => reports.push(report) });
  server.answerWith(success(20));
  await reporting.getStatus(intentId);
  server.answerWith(
    json({ code: 20002, error: { details: { reason: "invalid_key" } }, request_id: "req_2" }, { status: 401 }),
  );
  await reporting.getStatus(intentId);
  server.answerWith((_request, _response, { socket }) => socket.destroy());
  await reporting.getStatus(intentId);
  await reporting.createIntent(createBody);
  expect(reports).toMatchObject([
    { operation: "status", httpStatus: 200, providerRequestId: "req_0001", paymentId: intentId, failure: null },
    { operation: "status", httpStatus: 401, providerRequestId: "req_2", failure: { kind: "unauthorized" } },
    { operation: "status", httpStatus: null, providerRequestId: null, failure: { kind: "unreachable" } },
    { operation: "create", httpStatus: null, orderId: "order-1" },
  ]);
  for (const report of reports) expect(report).not.toHaveProperty("requestId");
  const said = JSON.stringify(reports);
  for (const secret of [apiKey, apiSecret, "v1="]) expect(said).not.toContain(secret);
});
