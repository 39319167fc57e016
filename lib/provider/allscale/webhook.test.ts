import { describe, expect, test } from "vitest";
import type { WebhookDelivery } from "../provider";
import { sha256Hex, sign } from "./hmac";
import { vectorNamed } from "./test-support/vectors";
import { authenticateWebhook, canonicalWebhook } from "./webhook";

const vector = vectorNamed("webhook_fiat_non_ascii");
const sentAt = Number(vector.timestamp) * 1_000;
const credentials = { apiKey: vector.api_key, secrets: [vector.api_secret] };

const genuine: WebhookDelivery = {
  method: vector.method,
  path: vector.path,
  query: vector.query,
  headers: new Headers(vector.headers),
  body: new TextEncoder().encode(vector.body),
  receivedAt: sentAt,
};

function withHeader(name: string, value: string | null): WebhookDelivery {
  const headers = new Headers(vector.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return { ...genuine, headers };
}

/** The delivery with another query or other headers, signed as AllScale would. */
async function signedDelivery(change: { query?: string; signedQuery?: string; secret?: string; timestamp?: string }) {
  const { query = "", secret = vector.api_secret, timestamp = vector.timestamp } = change;
  const canonical = canonicalWebhook({
    ...vector,
    query: change.signedQuery ?? query,
    timestamp,
    webhookId: vector.webhook_id,
    bodySha256: vector.body_sha256,
  });
  const headers = new Headers(vector.headers);
  headers.set("X-Webhook-Timestamp", timestamp);
  headers.set("X-Webhook-Signature", await sign(canonical, secret));
  return { ...genuine, query, headers };
}

test("the vector's delivery is genuine, and its replay key is the nonce and the hash of what was signed", async () => {
  expect(await authenticateWebhook(genuine, credentials)).toEqual({
    authentic: true,
    deliveryId: "wh_0001",
    replay: { nonce: vector.nonce, fingerprint: await hashOf(vector.canonical), ttlMs: 600_000 },
  });
  expect(await hashOf(vector.canonical)).toBe("d14618e36615d64e0d35d8b1fbe508f9a46957f4d5ccf63022a44517aa3f7732");
});

test.each([-300, -299, 0, 299, 300])("a delivery that is %i s old is fresh", async (ageSeconds) => {
  const delivery = { ...genuine, receivedAt: sentAt + ageSeconds * 1_000 };
  expect((await authenticateWebhook(delivery, credentials)).authentic).toBe(true);
});

test("the method is signed in upper case", async () => {
  expect((await authenticateWebhook({ ...genuine, method: "post" }, credentials)).authentic).toBe(true);
});

test("the clock is read in whole seconds, as the timestamp is", async () => {
  const delivery = { ...genuine, receivedAt: sentAt + 300_999 };
  expect((await authenticateWebhook(delivery, credentials)).authentic).toBe(true);
});

test.each([
  [301, "timestamp 301 s behind our clock"],
  [412, "timestamp 412 s behind our clock"],
  [-301, "timestamp 301 s ahead of our clock"],
])("a delivery that is %i s old is refused: %s", async (ageSeconds, diagnosis) => {
  const delivery = { ...genuine, receivedAt: sentAt + ageSeconds * 1_000 };
  expect(await authenticateWebhook(delivery, credentials)).toEqual({ authentic: false, diagnosis });
});

describe("refused with a diagnosis", () => {
  const badSignature = "signature does not match: is this the webhook's secret?";
  test.each<[string, WebhookDelivery, string]>([
    [
      "no headers",
      { ...genuine, headers: new Headers() },
      "missing headers: X-API-Key, X-Webhook-Id, X-Webhook-Timestamp, X-Webhook-Nonce, X-Webhook-Signature",
    ],
    ["unsigned", withHeader("X-Webhook-Signature", null), "missing headers: X-Webhook-Signature"],
    ["empty nonce", withHeader("X-Webhook-Nonce", ""), "missing headers: X-Webhook-Nonce"],
    [
      "another store",
      withHeader("X-API-Key", "st_key_other"),
      "X-API-Key is not ours: is this another store's webhook?",
    ],
    ["endless id", withHeader("X-Webhook-Id", "w".repeat(201)), "the webhook id or nonce is too long"],
    ["endless nonce", withHeader("X-Webhook-Nonce", "n".repeat(201)), "the webhook id or nonce is too long"],
    ["hex time", withHeader("X-Webhook-Timestamp", "0x69800000"), "timestamp is not in seconds"],
    ["exponent time", withHeader("X-Webhook-Timestamp", "1.7700001e9"), "timestamp is not in seconds"],
    ["negative time", withHeader("X-Webhook-Timestamp", "-1770000100"), "timestamp is not in seconds"],
    ["two times", withHeader("X-Webhook-Timestamp", "1770000100, 1770000100"), "timestamp is not in seconds"],
    ["milliseconds", withHeader("X-Webhook-Timestamp", "1770000100000"), "timestamp is not in seconds"],
    ["shifted time", withHeader("X-Webhook-Timestamp", "1770000101"), badSignature],
    ["other id", withHeader("X-Webhook-Id", "wh_0002"), badSignature],
    ["other nonce", withHeader("X-Webhook-Nonce", "00000000-0000-4000-8000-0000000000a2"), badSignature],
    ["short signature", withHeader("X-Webhook-Signature", "v1=AAAA"), badSignature],
    ["no version", withHeader("X-Webhook-Signature", vector.signature), badSignature],
    ["other path", { ...genuine, path: "/hooks/allscale/" }, badSignature],
    ["other method", { ...genuine, method: "PUT" }, badSignature],
    ["query added", { ...genuine, query: "a=1" }, "signature covers no query: register the webhook URL without one"],
    ["empty body", { ...genuine, body: new Uint8Array() }, badSignature],
  ])("%s", async (_name, delivery, diagnosis) => {
    const result = await authenticateWebhook(delivery, credentials);
    expect(result).toEqual({ authentic: false, diagnosis });
  });

  test("any one byte of the body changed", async () => {
    for (let index = 0; index < genuine.body.byteLength; index += 37) {
      const body = Uint8Array.from(genuine.body);
      body[index] = (body[index] ?? 0) ^ 1;
      expect((await authenticateWebhook({ ...genuine, body }, credentials)).authentic).toBe(false);
    }
  });

  test("a body that was parsed and written again", async () => {
    const body = new TextEncoder().encode(JSON.stringify(JSON.parse(vector.body), null, 1));
    expect((await authenticateWebhook({ ...genuine, body }, credentials)).authentic).toBe(false);
  });

  test("no diagnosis holds a secret, a key or a signature", async () => {
    const deliveries = [
      withHeader("X-Webhook-Nonce", "other"),
      withHeader("X-API-Key", "st_key_other"),
      { ...genuine, query: "a=1" },
    ];
    for (const delivery of deliveries) {
      const said = JSON.stringify(await authenticateWebhook(delivery, credentials));
      for (const private_ of [vector.api_secret, vector.api_key, vector.signature])
        expect(said).not.toContain(private_);
    }
  });
});

test("a query that was signed is part of the URL and accepted", async () => {
  const delivery = await signedDelivery({ query: "shop=1&b=%20" });
  expect((await authenticateWebhook(delivery, credentials)).authentic).toBe(true);
  expect((await authenticateWebhook({ ...delivery, query: "" }, credentials)).authentic).toBe(false);
});

test("the official plugin's empty query line is refused, and the log says why", async () => {
  const delivery = await signedDelivery({ query: "shop=1", signedQuery: "" });
  expect(await authenticateWebhook(delivery, credentials)).toEqual({
    authentic: false,
    diagnosis: "signature covers no query: register the webhook URL without one",
  });
});

test("during a rotation the previous secret is good as well, and afterwards it is not", async () => {
  const delivery = await signedDelivery({ secret: "st_previous" });
  const rotating = { ...credentials, secrets: [vector.api_secret, "st_previous"] };
  expect((await authenticateWebhook(delivery, rotating)).authentic).toBe(true);
  expect((await authenticateWebhook(genuine, rotating)).authentic).toBe(true);
  expect((await authenticateWebhook(delivery, credentials)).authentic).toBe(false);
});

test("without a secret nothing is genuine", async () => {
  expect((await authenticateWebhook(genuine, { ...credentials, secrets: [] })).authentic).toBe(false);
  expect((await authenticateWebhook(genuine, { ...credentials, secrets: [""] })).authentic).toBe(false);
});

test("the fingerprint differs when anything that was signed differs", async () => {
  const first = await authenticateWebhook(genuine, credentials);
  const later = await authenticateWebhook(await signedDelivery({ timestamp: "1770000101" }), credentials);
  if (!first.authentic || !later.authentic) throw new Error("Both deliveries are genuine.");
  expect(later.replay?.nonce).toBe(first.replay?.nonce);
  expect(later.replay?.fingerprint).not.toBe(first.replay?.fingerprint);
});

function hashOf(text: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(text));
}
