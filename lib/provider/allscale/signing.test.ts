import { describe, expect, test } from "vitest";
import {
  canonicalRequest,
  canonicalResponse,
  canonicalWebhook,
  sha256Hex,
  sign,
  signedHeaders,
  verifyResponse,
  verifySignature,
} from "./signing";
import { ofKind, receivedResponse, vectorNamed, vectors } from "./test-support/vectors";

const bytes = (text: string) => new TextEncoder().encode(text);

test("all vectors are used", () => {
  expect(vectors.map((vector) => vector.kind).sort()).toEqual([
    ...["request", "request", "request", "request", "response", "webhook"],
  ]);
});

describe.each(vectors)("vector $name", (vector) => {
  const body = bytes(vector.kind === "response" ? vector.response_body : vector.body);
  const bodySha256 = vector.kind === "response" ? vector.response_body_sha256 : vector.body_sha256;

  test("the body hash is over its bytes", async () => {
    expect(await sha256Hex(body)).toBe(bodySha256);
  });

  test("the canonical string has its lines in order", () => {
    expect(canonicalOf(vector)).toBe(vector.canonical);
    expect(vector.canonical.endsWith("\n")).toBe(false);
  });

  test("the signature is made and recognized", async () => {
    expect(await sign(vector.canonical, vector.api_secret)).toBe(`v1=${vector.signature}`);
    const good = { canonical: vector.canonical, signature: `v1=${vector.signature}`, secret: vector.api_secret };
    expect(await verifySignature(good)).toBe(true);
    expect(await verifySignature({ ...good, canonical: `${vector.canonical}\n` })).toBe(false);
    expect(await verifySignature({ ...good, secret: `${vector.api_secret}\n` })).toBe(false);
    for (const other of vectors.filter(({ name }) => name !== vector.name)) {
      expect(await verifySignature({ ...good, signature: `v1=${other.signature}` })).toBe(false);
    }
  });
});

describe.each(ofKind("request"))("headers of $name", (vector) => {
  test("are the vector's", async () => {
    const headers = await signedHeaders({
      method: vector.method,
      path: vector.path,
      query: vector.query,
      body: bytes(vector.body),
      nowMs: Number(vector.timestamp) * 1_000 + 999,
      nonce: vector.nonce,
      apiKey: vector.api_key,
      apiSecret: vector.api_secret,
    });
    expect(vector.headers).toMatchObject(headers);
    expect(Object.keys(headers)).toHaveLength(4);
  });
});

test("the slash at the end of the path and the query are signed", () => {
  const vector = vectorNamed("request_post_create_no_trailing_slash");
  const base = { ...vector, bodySha256: vector.body_sha256 };
  expect(canonicalRequest({ ...base, path: `${vector.path}/` })).not.toBe(vector.canonical);
  expect(canonicalRequest({ ...base, query: "a=1" }).split("\n")[2]).toBe("a=1");
});

describe("a signature header that is no signature is false and not an exception", () => {
  const vector = vectorNamed("request_get_ping");
  const { signature } = vector;
  test.each([
    ["nothing", ""],
    ["no version", signature],
    ["another version", `v2=${signature}`],
    ["upper-case version", `V1=${signature}`],
    ["too short", "v1=AAAA"],
    ["too long", `v1=${signature}${signature}`],
    ["no padding", `v1=${signature.slice(0, -1)}`],
    ["white space", `v1=${signature} `],
    ["two values", `v1=${signature}, v1=${signature}`],
    ["url-safe base64", `v1=${signature.replaceAll("+", "-").replaceAll("/", "_")}`],
    ["hex", `v1=${"ab".repeat(32)}`],
    ["not base64", `v1=${"!".repeat(43)}=`],
    ["not ASCII", `v1=${"é".repeat(43)}=`],
  ])("%s", async (_name, header) => {
    const input = { canonical: vector.canonical, signature: header, secret: vector.api_secret };
    expect(await verifySignature(input)).toBe(false);
  });

  test("an empty secret verifies nothing, even what was signed with an empty key", async () => {
    // HMAC-SHA256 with an empty key over an empty message, a published constant.
    const forged = "v1=thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0=";
    expect(await verifySignature({ canonical: "", signature: forged, secret: "" })).toBe(false);
  });
});

describe("responses", () => {
  const vector = vectorNamed("response_ping_200");
  const good = receivedResponse(vector);
  const headersWith = (name: string, value: string | null) => {
    const headers = new Headers(vector.headers);
    if (value === null) headers.delete(name);
    else headers.set(name, value);
    return headers;
  };

  test("the vector verifies", async () => {
    expect(await verifyResponse(good)).toEqual({ ok: true });
  });

  test.each([
    ["another status", { status: 201 }],
    ["another path", { path: "/v1/test/fail" }],
    ["another request", { requestNonce: "00000000-0000-4000-8000-000000000002" }],
    ["another request body", { requestBody: bytes("{}") }],
    ["another body", { body: bytes(vector.response_body.replace("ok", "no")) }],
    ["another secret", { apiSecret: "st_secret_other" }],
    ["another response nonce", { headers: headersWith("X-Response-Nonce", "x") }],
    ["no response nonce", { headers: headersWith("X-Response-Nonce", null) }],
    ["no timestamp", { headers: headersWith("X-Response-Timestamp", null) }],
    ["a timestamp in words", { headers: headersWith("X-Response-Timestamp", "1.77e9") }],
    ["601 s old", { nowMs: good.nowMs + 601_000 }],
    ["601 s ahead", { nowMs: good.nowMs - 601_000 }],
  ])("%s is refused", async (_name, change) => {
    const verification = await verifyResponse({ ...good, ...change });
    expect(verification).toMatchObject({ ok: false, signed: true });
    expect(JSON.stringify(verification)).not.toContain(vector.signature);
  });

  test.each([600_000, -600_000])("%i ms away is still fresh", async (difference) => {
    expect(await verifyResponse({ ...good, nowMs: good.nowMs + difference })).toEqual({ ok: true });
  });

  test.each(["soon", "1.77e9", "-1", ""])(
    "a timestamp of %j is refused even when its signature is valid",
    async (timestamp) => {
      const canonical = canonicalOf({ ...vector, response_timestamp: timestamp });
      const headers = headersWith("X-Response-Timestamp", timestamp);
      headers.set("X-Response-Signature", await sign(canonical, vector.api_secret));
      expect(await verifyResponse({ ...good, headers })).toMatchObject({ ok: false });
    },
  );

  test("an unsigned response is not the same as a badly signed one", async () => {
    const headers = headersWith("X-Response-Signature", null);
    expect(await verifyResponse({ ...good, headers })).toMatchObject({ ok: false, signed: false });
  });

  test("the nonce echoed in the answer is not believed", async () => {
    const headers = headersWith("X-Request-Nonce", "forged");
    expect(await verifyResponse({ ...good, headers })).toEqual({ ok: true });
  });
});

function canonicalOf(vector: (typeof vectors)[number]): string {
  switch (vector.kind) {
    case "request":
      return canonicalRequest({ ...vector, bodySha256: vector.body_sha256 });
    case "webhook":
      return canonicalWebhook({ ...vector, webhookId: vector.webhook_id, bodySha256: vector.body_sha256 });
    case "response":
      return canonicalResponse({
        status: vector.status,
        path: vector.path,
        requestNonce: vector.request_nonce,
        requestBodySha256: vector.request_body_sha256,
        timestamp: vector.response_timestamp,
        nonce: vector.response_nonce,
        bodySha256: vector.response_body_sha256,
      });
  }
}
