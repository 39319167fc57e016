import type { Host } from "../core/host";
import { equalText, header, type RawRequest } from "../core/http";
import type { Store } from "./account";
import { type ApiError, codes } from "./errors";
import { canonicalRequest, signatureHeader } from "./signing";

/** The store of a refused request is known when its key is: the request still belongs to that store's log. */
export type Authentication =
  | Readonly<{ ok: true; store: Store }>
  | Readonly<{ ok: false; error: ApiError; store: Store | null; expectedCanonical?: string }>;

const maxNonceLength = 1_024;

/** Checks a request by §2: headers, then key, timestamp, signature, content type and nonce. */
export function authenticate(host: Host<Store>, request: RawRequest): Authentication {
  const names = ["x-api-key", "x-timestamp", "x-nonce", "x-signature"];
  const [key = "", timestamp = "", nonce = "", signature = ""] = names.map((name) => header(request, name));
  const store = host.accounts.get(key) ?? null;
  const refuse = (reason: string, message: string, code: number = codes.authInvalid) => {
    return { ok: false, error: { code, message, details: { reason } }, store } as const;
  };
  if ([key, timestamp, nonce, signature].includes("")) {
    return refuse("missing_headers", "An authentication header is missing.", codes.authMissing);
  }
  if (store === null) return refuse("invalid_key", "The API key is not known.");
  const windowSeconds = store.settings.replayWindowSeconds;
  const aheadSeconds = Number(timestamp) - Math.floor(store.signingTimeMs() / 1000);
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(aheadSeconds) > windowSeconds) {
    const message = `X-Timestamp takes unix seconds within ${windowSeconds} s of the server's time.`;
    return refuse("timestamp_out_of_window", message);
  }
  const expectedCanonical = canonicalRequest({ ...request, timestamp, nonce });
  if (!equalText(signature, signatureHeader(store.apiSecret, expectedCanonical))) {
    return { ...refuse("signature_mismatch", "X-Signature does not match the request."), expectedCanonical };
  }
  const contentType = header(request, "content-type");
  if (request.body.length > 0 && !/^application\/json\s*(;|$)/i.test(contentType)) {
    const given = `Content-Type is ${contentType || "none"}; a body needs application/json.`;
    return refuse("signature_mismatch", `${given} AllScale names this as a cause of signature_mismatch.`);
  }
  if (nonce.length > maxNonceLength) return refuse("replay_nonce", "X-Nonce is too long.");
  // Its timestamp may lie one window ahead, and is then acceptable for one window more.
  const isNew = store.useNonce(nonce, Date.now() + (2 * windowSeconds + 1) * 1000);
  return isNew ? { ok: true, store } : refuse("replay_nonce", "X-Nonce was used before.");
}
