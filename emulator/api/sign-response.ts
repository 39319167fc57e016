import { randomUUID } from "node:crypto";
import { header, type RawRequest } from "../http/raw-request";
import type { Reply } from "../http/reply";
import { canonicalResponse, signatureHeader } from "../protocol/signing";
import type { Account } from "../state/account";

export interface ResponseToSign {
  readonly account: Account;
  readonly request: RawRequest;
  readonly reply: Reply;
  readonly requestId: string;
  /** The kind of the fault that struck; three of them spoil the signature. */
  readonly fault: string | null;
}

const hourMs = 3_600_000;

/** Adds the headers of §9 to a reply. */
export function signResponse({ account, request, reply, requestId, fault }: ResponseToSign): Reply {
  if (fault === "missing_response_signature") return reply;
  const requestNonce = header(request, "x-nonce");
  const timeMs = account.signingTimeMs() - (fault === "stale_response_signature" ? hourMs : 0);
  const responseTimestamp = String(Math.floor(timeMs / 1000));
  const responseNonce = randomUUID();
  const canonical = canonicalResponse({
    status: reply.status,
    path: request.path,
    requestNonce,
    requestBody: request.body,
    responseTimestamp,
    responseNonce,
    responseBody: Buffer.from(reply.body, "utf8"),
  });
  const isSpoilt = fault === "bad_response_signature" || !account.enforces("response_signature");
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "X-Response-Timestamp": responseTimestamp,
      "X-Response-Nonce": responseNonce,
      "X-Response-Signature": signatureHeader(account.apiSecret, isSpoilt ? `${canonical}\n` : canonical),
      "X-Request-Nonce": requestNonce,
      "X-Request-Id": requestId,
    },
  };
}
