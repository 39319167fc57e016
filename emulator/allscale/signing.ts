import { createHash, createHmac, randomUUID } from "node:crypto";
import { header, type RawRequest, type Reply } from "../core/http";
import type { Store } from "./account";

type Body = Readonly<{ body: Uint8Array }>;
/** What §2 signs of a request. `path` and `query` are exactly as sent, `query` without its question mark. */
type RequestParts = Readonly<Record<"method" | "path" | "query" | "timestamp" | "nonce", string>> & Body;

/** What §9 signs of a response. There is no method and no query in it. */
type ResponseParts = Readonly<Record<"path" | "requestNonce" | "timestamp" | "nonce", string>> &
  Readonly<{ status: number; requestBody: Uint8Array }> &
  Body;

export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function canonicalRequest({ method, path, query, timestamp, nonce, body }: RequestParts): string {
  return [method.toUpperCase(), path, query, timestamp, nonce, sha256Hex(body)].join("\n");
}

export function canonicalWebhook(parts: RequestParts & { readonly webhookId: string }): string {
  const { method, path, query, webhookId, timestamp, nonce, body } = parts;
  const ids = [webhookId, timestamp, nonce];
  return ["allscale:webhook:v1", method.toUpperCase(), path, query, ...ids, sha256Hex(body)].join("\n");
}

export function canonicalResponse(parts: ResponseParts): string {
  const { status, path, requestNonce, requestBody, timestamp, nonce, body } = parts;
  return [String(status), path, requestNonce, sha256Hex(requestBody), timestamp, nonce, sha256Hex(body)].join("\n");
}

/** The value of a signature header: HMAC-SHA256 over UTF-8 as padded standard base64, behind its version (§2). */
export function signatureHeader(secret: string, canonical: string): string {
  return `v1=${createHmac("sha256", Buffer.from(secret, "utf8")).update(canonical, "utf8").digest("base64")}`;
}

type ToSign = Readonly<{ store: Store; request: RawRequest; reply: Reply; requestId: string; fault: string | null }>;

export function signResponse({ store, request, reply, requestId, fault }: ToSign): Reply {
  if (fault === "missing_response_signature") return reply;
  const timeMs = store.signingTimeMs() - (fault === "stale_response_signature" ? 3_600_000 : 0);
  const timestamp = String(Math.floor(timeMs / 1000));
  const nonce = randomUUID();
  const asked = { path: request.path, requestNonce: header(request, "x-nonce"), requestBody: request.body };
  const body = Buffer.from(reply.body, "utf8");
  const canonical = canonicalResponse({ status: reply.status, ...asked, timestamp, nonce, body });
  const spoilt = fault === "bad_response_signature" ? `${canonical}\n` : canonical;
  const headers = {
    "X-Response-Timestamp": timestamp,
    "X-Response-Nonce": nonce,
    "X-Response-Signature": signatureHeader(store.apiSecret, spoilt),
    // As it arrived, in Latin-1: a header cannot carry the decoded text.
    "X-Request-Nonce": String(request.headers["x-nonce"] ?? ""),
    "X-Request-Id": requestId,
  };
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
