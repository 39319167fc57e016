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
}

/** Adds the headers of §9 to a reply. */
export function signResponse({ account, request, reply, requestId }: ResponseToSign): Reply {
  const requestNonce = header(request, "x-nonce");
  const responseTimestamp = String(Math.floor(account.signingTimeMs() / 1000));
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
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "X-Response-Timestamp": responseTimestamp,
      "X-Response-Nonce": responseNonce,
      "X-Response-Signature": signatureHeader(account.apiSecret, canonical),
      "X-Request-Nonce": requestNonce,
      "X-Request-Id": requestId,
    },
  };
}
