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

/** What §9 signs of a response. There is no method and no query in it. */
export interface ResponseParts {
  readonly status: number;
  readonly path: string;
  readonly requestNonce: string;
  readonly requestBody: Uint8Array;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Uint8Array;
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The six lines of §2. */
export function canonicalRequest({ method, path, query, timestamp, nonce, body }: RequestParts): string {
  return [method.toUpperCase(), path, query, timestamp, nonce, sha256Hex(body)].join("\n");
}

/** The eight lines of §8. */
export function canonicalWebhook(parts: RequestParts & { readonly webhookId: string }): string {
  const { method, path, query, webhookId, timestamp, nonce, body } = parts;
  const ids = [webhookId, timestamp, nonce];
  return ["allscale:webhook:v1", method.toUpperCase(), path, query, ...ids, sha256Hex(body)].join("\n");
}

/** The seven lines of §9. */
export function canonicalResponse(parts: ResponseParts): string {
  const { status, path, requestNonce, requestBody, timestamp, nonce, body } = parts;
  return [String(status), path, requestNonce, sha256Hex(requestBody), timestamp, nonce, sha256Hex(body)].join("\n");
}

/** The value of a signature header: HMAC-SHA256 over UTF-8 as padded standard base64, behind its version (§2). */
export function signatureHeader(secret: string, canonical: string): string {
  return `v1=${createHmac("sha256", Buffer.from(secret, "utf8")).update(canonical, "utf8").digest("base64")}`;
}

/** Compares in constant time. The lengths come first, because `timingSafeEqual` throws when they differ (§14). */
export function signatureMatches(header: string, expected: string): boolean {
  const given = Buffer.from(header, "utf8");
  const wanted = Buffer.from(expected, "utf8");
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
