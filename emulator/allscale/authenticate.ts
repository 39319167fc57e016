import type { Host } from "../core/host";
import { header, type RawRequest } from "../core/http";
import type { Store } from "./account";
import { type ApiError, codes, unauthenticated } from "./errors";
import { canonicalRequest, signatureHeader, signatureMatches } from "./signing";

export type Authentication =
  | Readonly<{ ok: true; store: Store }>
  | {
      readonly ok: false;
      readonly error: ApiError;
      /** Known when the key is: a refused request still belongs to that store's log. */
      readonly store: Store | null;
      readonly expectedCanonical?: string;
    };

const maxNonceLength = 1_024;

/** Checks a request by §2: headers, then key, timestamp, signature and nonce. */
export function authenticate(host: Host<Store>, request: RawRequest): Authentication {
  const key = header(request, "x-api-key");
  const timestamp = header(request, "x-timestamp");
  const nonce = header(request, "x-nonce");
  const signature = header(request, "x-signature");
  const store = host.accounts.get(key) ?? null;
  const refuse = (reason: string, message: string, expectedCanonical?: string): Authentication => {
    const error = unauthenticated(codes.authInvalid, reason, message);
    return { ok: false, error, store, ...(expectedCanonical !== undefined && { expectedCanonical }) };
  };
  if ([key, timestamp, nonce, signature].includes("")) {
    const error = unauthenticated(codes.authMissing, "missing_headers", "An authentication header is missing.");
    return { ok: false, error, store };
  }
  if (store === null) return refuse("invalid_key", "The API key is not known.");
  const windowSeconds = store.settings.replayWindowSeconds;
  const aheadSeconds = Number(timestamp) - Math.floor(store.signingTimeMs() / 1000);
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(aheadSeconds) > windowSeconds) {
    const message = `X-Timestamp takes unix seconds within ${windowSeconds} s of the server's time.`;
    return refuse("timestamp_out_of_window", message);
  }
  const canonical = canonicalRequest({ ...request, timestamp, nonce });
  if (!signatureMatches(signature, signatureHeader(store.apiSecret, canonical))) {
    return refuse("signature_mismatch", "X-Signature does not match the request.", canonical);
  }
  if (request.body.length > 0 && !/^application\/json\s*(;|$)/i.test(header(request, "content-type"))) {
    const given = header(request, "content-type") || "none";
    const message = `Content-Type is ${given}; a body needs application/json. AllScale names this as a cause of signature_mismatch.`;
    return refuse("signature_mismatch", message);
  }
  const tooLong = nonce.length > maxNonceLength;
  if (tooLong) return refuse("replay_nonce", `X-Nonce is longer than ${maxNonceLength} characters.`);
  // Its timestamp may lie one window ahead, and is then acceptable for one window more.
  const isNew = store.useNonce(nonce, Date.now() + (2 * windowSeconds + 1) * 1000);
  if (!isNew) return refuse("replay_nonce", "X-Nonce was used before.");
  return { ok: true, store };
}
