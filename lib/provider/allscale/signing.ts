import { hmac, toHex, verifyHmac } from "../hmac";
import type { WebhookAuthentication, WebhookDelivery } from "../provider";
import type { HttpAnswer } from "../send-request";

/** Of every delivery (§8), in the order in which they are named when they are missing. */
export const WEBHOOK_HEADERS = [
  "X-API-Key",
  "X-Webhook-Id",
  "X-Webhook-Timestamp",
  "X-Webhook-Nonce",
  "X-Webhook-Signature",
] as const;

/** Lower-case hex. Hash the bytes that were sent or received, never what a parser made of them. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))));
}

/** `v1=` and the padded base64 of HMAC-SHA256 over the canonical string, keyed with the secret's UTF-8 bytes (§2). */
export async function sign(canonical: string, secret: string): Promise<string> {
  return `v1=${btoa(String.fromCharCode(...(await hmac({ hash: "SHA-256", secret, message: canonical }))))}`;
}

/** Compares in constant time. `signature` is the whole header value; a malformed one is false, never an exception. */
export async function verifySignature(input: Record<"canonical" | "signature" | "secret", string>): Promise<boolean> {
  const base64 = /^v1=([A-Za-z0-9+/]{43}=)$/.exec(input.signature)?.[1];
  if (base64 === undefined) return false;
  const mac = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return verifyHmac(mac, { hash: "SHA-256", secret: input.secret, message: input.canonical });
}

/** `query` is without the question mark, `timestamp` in Unix seconds, as in the header. */
type RequestLines = Record<"method" | "path" | "query" | "timestamp" | "nonce" | "bodySha256", string>;

/** The six lines of a request (§2). Path and query exactly as they are sent: the slash at the end of create counts. */
export function canonicalRequest({ method, path, query, timestamp, nonce, bodySha256 }: RequestLines): string {
  return [method, path, query, timestamp, nonce, bodySha256].join("\n");
}

/** The eight lines of a webhook (§8). Path and query are those of our URL as the delivery named it. */
export function canonicalWebhook(lines: RequestLines & { readonly webhookId: string }): string {
  const { method, path, query, webhookId, timestamp, nonce, bodySha256 } = lines;
  return ["allscale:webhook:v1", method.toUpperCase(), path, query, webhookId, timestamp, nonce, bodySha256].join("\n");
}

type ResponseLines = Omit<RequestLines, "method" | "query"> & Record<"requestNonce" | "requestBodySha256", string>;

/** The seven lines of a response (§9): no method, no query, no prefix. */
export function canonicalResponse(lines: ResponseLines & { readonly status: number }): string {
  const { status, path, requestNonce, requestBodySha256, timestamp, nonce, bodySha256 } = lines;
  return [status, path, requestNonce, requestBodySha256, timestamp, nonce, bodySha256].join("\n");
}

/** By our clock, negative for a timestamp from the future. Null for anything but digits. */
function ageInSeconds(timestamp: string, nowMs: number): number | null {
  return /^[0-9]{1,12}$/.test(timestamp) ? Math.floor(nowMs / 1_000) - Number(timestamp) : null;
}

/** The headers that authenticate one request (§2). The server accepts each nonce once. */
export async function signedHeaders(
  input: Omit<RequestLines, "timestamp" | "bodySha256"> & {
    /** The very bytes that are sent; empty for a request without a body. */
    readonly body: Uint8Array;
    readonly nowMs: number;
    readonly apiKey: string;
    readonly apiSecret: string;
  },
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(input.nowMs / 1_000));
  const canonical = canonicalRequest({ ...input, timestamp, bodySha256: await sha256Hex(input.body) });
  const signature = await sign(canonical, input.apiSecret);
  return { "X-API-Key": input.apiKey, "X-Timestamp": timestamp, "X-Nonce": input.nonce, "X-Signature": signature };
}

/** Both ways: a delivery from the future is as suspect as an old one (§8). */
const FRESHNESS_SECONDS = 300;
/** Longer than a timestamp can stay fresh, so a nonce is never forgotten while it could be used again (§8). */
const NONCE_TTL_MS = 610_000;

/** Whether AllScale sent this delivery (§8). The nonce is acquired only after this. Diagnoses hold no secret. */
export async function authenticateWebhook(
  delivery: WebhookDelivery,
  credentials: { readonly apiKey: string; readonly secrets: readonly string[] },
): Promise<WebhookAuthentication> {
  const { method, path, query, headers } = delivery;
  const missing = WEBHOOK_HEADERS.filter((name) => !headers.get(name));
  if (missing.length > 0) return doubt(`missing headers: ${missing.join(", ")}`);
  const values = WEBHOOK_HEADERS.map((name) => headers.get(name) ?? "");
  const [apiKey = "", webhookId = "", timestamp = "", nonce = "", signature = ""] = values;
  if (apiKey !== credentials.apiKey) return doubt("X-API-Key is not ours: is this another store's webhook?");
  if (webhookId.length > 200 || nonce.length > 200) return doubt("the webhook id or nonce is too long");
  const age = ageInSeconds(timestamp, delivery.receivedAt);
  if (age === null) return doubt("timestamp is not in seconds");
  if (age > FRESHNESS_SECONDS) return doubt(`timestamp ${age} s behind our clock`);
  if (age < -FRESHNESS_SECONDS) return doubt(`timestamp ${-age} s ahead of our clock`);
  const isSigned = async (canonical: string) => {
    const checks = credentials.secrets.map((secret) => verifySignature({ canonical, signature, secret }));
    return (await Promise.all(checks)).includes(true);
  };
  const signed = { method, path, query, webhookId, timestamp, nonce, bodySha256: await sha256Hex(delivery.body) };
  const canonical = canonicalWebhook(signed);
  if (await isSigned(canonical)) {
    const fingerprint = await sha256Hex(new TextEncoder().encode(canonical));
    return { ok: true, deliveryId: webhookId, replay: { nonce, fingerprint, ttlMs: NONCE_TTL_MS } };
  }
  // The official WooCommerce plugin signs an empty query line whatever the URL is (§8).
  if (query !== "" && (await isSigned(canonicalWebhook({ ...signed, query: "" })))) {
    return doubt("signature covers no query: register the webhook URL without one");
  }
  return doubt("signature does not match: is this the webhook's secret?");
}

const doubt = (diagnosis: string) => ({ ok: false, diagnosis }) as const;
/** No window is published for responses; this is the longer of the two that are published for requests (§9, §10). */
const RESPONSE_FRESHNESS_SECONDS = 600;

/** Verifies a response against its request (§9). `signed` is false when there was no signature at all. */
export async function verifyResponse(
  input: HttpAnswer & {
    readonly path: string;
    /** The one that we sent: the echo in `X-Request-Nonce` would prove nothing. */
    readonly requestNonce: string;
    readonly requestBody: Uint8Array;
    readonly apiSecret: string;
    readonly nowMs: number;
  },
) {
  const { status, headers, path, requestNonce } = input;
  const refuse = (diagnosis: string) => ({ ok: false, signed: true, diagnosis }) as const;
  const signature = headers.get("X-Response-Signature");
  const timestamp = headers.get("X-Response-Timestamp");
  const nonce = headers.get("X-Response-Nonce");
  if (!signature) return { ok: false, signed: false, diagnosis: "the response is not signed" } as const;
  if (!timestamp || !nonce) return refuse("the response is signed without a timestamp or nonce");
  const ageSeconds = ageInSeconds(timestamp, input.nowMs);
  if (ageSeconds === null) return refuse("the response timestamp is not in seconds");
  if (Math.abs(ageSeconds) > RESPONSE_FRESHNESS_SECONDS) {
    return refuse(`the response timestamp is ${Math.abs(ageSeconds)} s away from our clock`);
  }
  const requestBodySha256 = await sha256Hex(input.requestBody);
  const bodySha256 = await sha256Hex(input.body);
  const canonical = canonicalResponse({ status, path, requestNonce, requestBodySha256, timestamp, nonce, bodySha256 });
  const isSigned = await verifySignature({ canonical, signature, secret: input.apiSecret });
  return isSigned ? ({ ok: true } as const) : refuse("the response signature does not match");
}
