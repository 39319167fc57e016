import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** What §2 signs of a request. `path` and `query` are exactly as sent, `query` without its question mark. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Uint8Array;
}

/** What §8 signs of a webhook. */
export interface WebhookParts extends RequestParts {
  readonly webhookId: string;
}

/** What §9 signs of a response. There is no method and no query in it. */
export interface ResponseParts {
  readonly status: number;
  readonly path: string;
  readonly requestNonce: string;
  readonly requestBody: Uint8Array;
  readonly responseTimestamp: string;
  readonly responseNonce: string;
  readonly responseBody: Uint8Array;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The six lines of §2. */
export function canonicalRequest(parts: RequestParts): string {
  return [
    parts.method.toUpperCase(),
    parts.path,
    parts.query,
    parts.timestamp,
    parts.nonce,
    sha256Hex(parts.body),
  ].join("\n");
}

/** The eight lines of §8. */
export function canonicalWebhook(parts: WebhookParts): string {
  return [
    "allscale:webhook:v1",
    parts.method.toUpperCase(),
    parts.path,
    parts.query,
    parts.webhookId,
    parts.timestamp,
    parts.nonce,
    sha256Hex(parts.body),
  ].join("\n");
}

/** The seven lines of §9. */
export function canonicalResponse(parts: ResponseParts): string {
  return [
    String(parts.status),
    parts.path,
    parts.requestNonce,
    sha256Hex(parts.requestBody),
    parts.responseTimestamp,
    parts.responseNonce,
    sha256Hex(parts.responseBody),
  ].join("\n");
}

/** HMAC-SHA256 over UTF-8, as padded standard base64 (§2). */
export function sign(secret: string, canonical: string): string {
  return createHmac("sha256", Buffer.from(secret, "utf8")).update(canonical, "utf8").digest("base64");
}

/** The value of a signature header: the version tag of §2 and the signature. */
export function signatureHeader(secret: string, canonical: string): string {
  return `v1=${sign(secret, canonical)}`;
}

/**
 * Compares a signature header with the right one in constant time.
 * The length is compared first because `timingSafeEqual` throws on unequal lengths, a mistake listed in §14.
 */
export function signatureMatches(header: string, expected: string): boolean {
  const given = Buffer.from(header, "utf8");
  const wanted = Buffer.from(expected, "utf8");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
