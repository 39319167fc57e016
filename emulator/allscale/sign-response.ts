import { randomUUID } from "node:crypto";
import { header, type RawRequest, type Reply } from "../core/http";
import type { Store } from "./account";
import { canonicalResponse, signatureHeader } from "./signing";

export interface ResponseToSign {
  readonly store: Store;
  readonly request: RawRequest;
  readonly reply: Reply;
  readonly requestId: string;
  /** The kind of the fault that struck; three of them spoil the signature. */
  readonly fault: string | null;
}

/** Adds the headers of §9 to a reply. */
export function signResponse({ store, request, reply, requestId, fault }: ResponseToSign): Reply {
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
