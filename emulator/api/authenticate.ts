import { header, type RawRequest } from "../http/raw-request";
import { type ApiError, codes, unauthenticated } from "../protocol/api-error";
import { canonicalRequest, signatureHeader, signatureMatches } from "../protocol/signing";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";

export type Authentication =
  | { readonly ok: true; readonly account: Account; readonly nonce: string }
  | {
      readonly ok: false;
      readonly error: ApiError;
      /** Known when the key is: a refused request still belongs to somebody's log. */
      readonly account: Account | null;
      readonly expectedCanonical: string | null;
    };

interface AuthHeaders {
  readonly key: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

type Refusal = { readonly error: ApiError; readonly expectedCanonical?: string };
type Check = "key" | "timestamp" | "signature" | "nonce";

const allChecks: readonly Check[] = ["key", "timestamp", "signature", "nonce"];

/** Checks a request by §2: headers, then key, timestamp, signature and nonce in the order the account is set to. */
export function authenticate(state: EmulatorState, request: RawRequest): Authentication {
  const headers = {
    key: header(request, "x-api-key"),
    timestamp: header(request, "x-timestamp"),
    nonce: header(request, "x-nonce"),
    signature: header(request, "x-signature"),
  };
  const account = state.accounts.get(headers.key) ?? null;
  const refused = checkAll(state, request, headers, account);
  if (refused !== null) {
    return { ok: false, error: refused.error, account, expectedCanonical: refused.expectedCanonical ?? null };
  }
  return { ok: true, account: account ?? state.defaultAccount, nonce: headers.nonce };
}

function checkAll(
  state: EmulatorState,
  request: RawRequest,
  headers: AuthHeaders,
  account: Account | null,
): Refusal | null {
  const missing = Object.values(headers).some((value) => value === "");
  if (missing && state.enforces("auth_headers")) {
    return {
      error: unauthenticated(codes.authMissing, "missing_headers", "An authentication header is missing."),
    };
  }
  // Without an account there is no secret and no window, so nothing else can be checked whatever the order.
  if (account === null) return state.enforces("api_key") ? { error: unknownKey(state) } : null;
  const order = [...new Set([...account.settings.checkOrder, ...allChecks])];
  for (const check of order) {
    const refused = checkOne(check, { state, request, headers, account });
    if (refused !== null) return refused;
  }
  burnNonce(state, account, headers);
  return null;
}

function unknownKey(state: EmulatorState): ApiError {
  const code = Number(state.defaultAccount.settings.unknownKeyCode);
  return unauthenticated(code, "invalid_key", "The API key is not known.");
}

interface CheckContext {
  readonly state: EmulatorState;
  readonly request: RawRequest;
  readonly headers: AuthHeaders;
  readonly account: Account;
}

function checkOne(check: Check, context: CheckContext): Refusal | null {
  switch (check) {
    case "key":
      return null;
    case "timestamp":
      return checkTimestamp(context);
    case "signature":
      return checkSignature(context);
    case "nonce":
      return checkNonce(context);
  }
}

function checkTimestamp({ state, headers, account }: CheckContext): Refusal | null {
  if (!state.enforces("timestamp")) return null;
  const seconds = /^\d{1,15}$/.test(headers.timestamp) ? Number(headers.timestamp) : Number.NaN;
  const offBySeconds = Math.abs(Math.floor(account.signingTimeMs() / 1000) - seconds);
  if (offBySeconds <= account.settings.replayWindowSeconds) return null;
  return {
    error: unauthenticated(
      codes.authInvalid,
      "timestamp_out_of_window",
      `X-Timestamp must be unix seconds within ${account.settings.replayWindowSeconds} s of the server's time.`,
    ),
  };
}

function checkSignature({ state, request, headers, account }: CheckContext): Refusal | null {
  const canonical = canonicalRequest({
    method: request.method,
    path: request.path,
    query: state.enforces("signature_query") ? request.query : "",
    timestamp: headers.timestamp,
    nonce: headers.nonce,
    body: request.body,
  });
  if (!state.enforces("signature")) return null;
  if (signatureMatches(headers.signature, signatureHeader(account.apiSecret, canonical))) return null;
  if (account.settings.burnNonceOnBadSignature) burnNonce(state, account, headers);
  return {
    error: unauthenticated(codes.authInvalid, "signature_mismatch", "X-Signature does not match the request."),
    expectedCanonical: canonical,
  };
}

function checkNonce({ state, headers, account }: CheckContext): Refusal | null {
  if (!state.enforces("nonce")) return null;
  const { nonceScope, nonceMaxLength } = account.settings;
  const store = nonceScope === "everyone" ? state.sharedNonces : account.nonces;
  const tooLong = nonceMaxLength > 0 && headers.nonce.length > nonceMaxLength;
  if (!tooLong && !store.has(headers.nonce, Date.now())) return null;
  const message = tooLong ? "X-Nonce is too long." : "X-Nonce was used before.";
  return { error: unauthenticated(codes.authInvalid, "replay_nonce", message) };
}

/**
 * A nonce is kept for twice the window: its timestamp may lie one window ahead, and it then stays acceptable for one
 * window after that.
 */
function burnNonce(state: EmulatorState, account: Account, headers: AuthHeaders): void {
  const nowMs = Date.now();
  const expiresAtMs = nowMs + (2 * account.settings.replayWindowSeconds + 1) * 1000;
  account.nonces.add(headers.nonce, expiresAtMs, nowMs);
  state.sharedNonces.add(headers.nonce, expiresAtMs, nowMs);
}
