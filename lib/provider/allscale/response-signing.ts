import { sha256Hex, verifySignature } from "./hmac";

/** No window is published for responses; this is the longer of the two that are published for requests (§9, §10). */
const FRESHNESS_SECONDS = 600;

/** What a response's signature covers: no method, no query and no prefix (§9). */
export type ResponseToVerify = {
  readonly status: number;
  readonly path: string;
  /** The one that we sent. The echo in `X-Request-Nonce` comes with the answer and would prove nothing. */
  readonly requestNonce: string;
  readonly requestBodySha256: string;
  readonly responseTimestamp: string;
  readonly responseNonce: string;
  readonly responseBodySha256: string;
};

/** The seven lines of a response (§9), without a line feed at the end. */
export function canonicalResponse(response: ResponseToVerify): string {
  return [
    String(response.status),
    response.path,
    response.requestNonce,
    response.requestBodySha256,
    response.responseTimestamp,
    response.responseNonce,
    response.responseBodySha256,
  ].join("\n");
}

export type ResponseVerification =
  | { readonly verified: true }
  /** `signed` is false where the answer carried no signature at all, as an error about an unknown key has to. */
  | { readonly verified: false; readonly signed: boolean; readonly diagnosis: string };

/** Verifies an answer against the request it belongs to (§9). The diagnosis is for the log and holds no secret. */
export async function verifyResponse(input: {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly path: string;
  readonly requestNonce: string;
  readonly requestBody: Uint8Array;
  readonly apiSecret: string;
  readonly nowMs: number;
}): Promise<ResponseVerification> {
  const { status, headers, path, requestNonce } = input;
  const signature = headers.get("X-Response-Signature");
  const responseTimestamp = headers.get("X-Response-Timestamp");
  const responseNonce = headers.get("X-Response-Nonce");
  if (!signature) return { verified: false, signed: false, diagnosis: "the response is not signed" };
  if (!responseTimestamp || !responseNonce) return refuse("the response is signed without a timestamp or nonce");
  if (!/^[0-9]{1,12}$/.test(responseTimestamp)) return refuse("the response timestamp is not in seconds");
  const skewSeconds = Math.floor(input.nowMs / 1_000) - Number(responseTimestamp);
  if (Math.abs(skewSeconds) > FRESHNESS_SECONDS) {
    return refuse(`the response timestamp is ${Math.abs(skewSeconds)} s away from our clock`);
  }
  const canonical = canonicalResponse({
    status,
    path,
    requestNonce,
    requestBodySha256: await sha256Hex(input.requestBody),
    responseTimestamp,
    responseNonce,
    responseBodySha256: await sha256Hex(input.body),
  });
  if (await verifySignature({ canonical, signature, secret: input.apiSecret })) return { verified: true };
  return refuse("the response signature does not match");
}

function refuse(diagnosis: string): ResponseVerification {
  return { verified: false, signed: true, diagnosis };
}
