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

const hourMs = 3_600_000;

/** Adds the headers of §9 to a reply. */
export function signResponse({ store, request, reply, requestId, fault }: ResponseToSign): Reply {
  if (fault === "missing_response_signature") return reply;
  const timeMs = store.signingTimeMs() - (fault === "stale_response_signature" ? hourMs : 0);
  const responseTimestamp = String(Math.floor(timeMs / 1000));
  const responseNonce = randomUUID();
  const canonical = canonicalResponse({
    status: reply.status,
    path: request.path,
    requestNonce: header(request, "x-nonce"),
    requestBody: request.body,
    responseTimestamp,
    responseNonce,
    responseBody: Buffer.from(reply.body, "utf8"),
  });
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "X-Response-Timestamp": responseTimestamp,
      "X-Response-Nonce": responseNonce,
      "X-Response-Signature": signatureHeader(
        store.apiSecret,
        fault === "bad_response_signature" ? `${canonical}\n` : canonical,
      ),
      // As it arrived, in Latin-1: a header cannot carry the decoded text.
      "X-Request-Nonce": String(request.headers["x-nonce"] ?? ""),
      "X-Request-Id": requestId,
    },
  };
}
