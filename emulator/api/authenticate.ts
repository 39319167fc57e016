import { header, type RawRequest } from "../http/raw-request";
import { type ApiError, codes, unauthenticated } from "../protocol/api-error";
import { signatureHeader, signatureMatches } from "../protocol/signing";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import type { NonceStore } from "../state/nonce-store";
import { acceptedCanonicals } from "./canonical-candidates";

export type Authentication =
  | { readonly ok: true; readonly account: Account }
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

interface Refusal {
  readonly error: ApiError;
  readonly expectedCanonical?: string;
}

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
  const known = state.accounts.get(headers.key) ?? null;
  const account = known ?? (state.enforces("api_key") ? null : state.defaultAccount);
  const refused = checkAll({ state, request, headers, account });
  if (refused === null && account !== null) return { ok: true, account };
  return {
    ok: false,
    error: refused?.error ?? unknownKey(state),
    account: known,
    expectedCanonical: refused?.expectedCanonical ?? null,
  };
}

interface CheckContext {
  readonly state: EmulatorState;
  readonly request: RawRequest;
  readonly headers: AuthHeaders;
  readonly account: Account;
}

function checkAll({ account, ...rest }: Omit<CheckContext, "account"> & { account: Account | null }): Refusal | null {
  const { state, headers } = rest;
  const missing = allChecks.some((name) => headers[name] === "" && state.enforces(`auth_header_${name}`));
  if (missing) {
    return { error: unauthenticated(codes.authMissing, "missing_headers", "An authentication header is missing.") };
  }
  // Without an account there is no secret and no window, so nothing else can be checked whatever the order.
  if (account === null) return { error: unknownKey(state) };
  const context = { ...rest, account };
  if (!state.enforces("nonce_after_signature")) burnNonce(context);
  for (const check of new Set([...account.settings.checkOrder, ...allChecks])) {
    const refused = checkOne(check, context);
    if (refused !== null) return refused;
  }
  burnNonce(context);
  return null;
}

/** The key that nobody knows belongs to no account, so the first account's settings say how that is answered. */
function unknownKey(state: EmulatorState): ApiError {
  const code = Number(state.defaultAccount.settings.unknownKeyCode);
  return unauthenticated(code, "invalid_key", "The API key is not known.");
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
  const isWhole = /^\d{1,15}$/.test(headers.timestamp) || !state.enforces("timestamp_format");
  const aheadSeconds = isWhole
    ? Number(headers.timestamp) - Math.floor(account.signingTimeMs() / 1000)
    : Number.POSITIVE_INFINITY;
  const window = account.settings.replayWindowSeconds;
  const isPast = aheadSeconds < -window && state.enforces("timestamp_past");
  const isFuture = aheadSeconds > window && state.enforces("timestamp_future");
  if (!isPast && !isFuture) return null;
  const message = `X-Timestamp must be unix seconds within ${window} s of the server's time.`;
  return { error: unauthenticated(codes.authInvalid, "timestamp_out_of_window", message) };
}

function checkSignature(context: CheckContext): Refusal | null {
  const { state, request, headers, account } = context;
  if (!state.enforces("signature")) return null;
  const { timestamp, nonce } = headers;
  const canonicals = acceptedCanonicals({ ...request, timestamp, nonce }, state.enforces);
  const given = state.enforces("signature_version") ? headers.signature : `v1=${headers.signature.replace("v1=", "")}`;
  const matches = canonicals.some((each) => signatureMatches(given, signatureHeader(account.apiSecret, each)));
  if (matches) return null;
  if (account.settings.burnNonceOnBadSignature) burnNonce(context);
  return {
    error: unauthenticated(codes.authInvalid, "signature_mismatch", "X-Signature does not match the request."),
    expectedCanonical: canonicals[0],
  };
}

function checkNonce({ state, headers, account }: CheckContext): Refusal | null {
  if (!state.enforces("nonce")) return null;
  const { nonceMaxLength } = account.settings;
  const tooLong = nonceMaxLength > 0 && headers.nonce.length > nonceMaxLength;
  if (!tooLong && !nonceStore(state, account).has(headers.nonce, Date.now())) return null;
  const message = tooLong ? "X-Nonce is too long." : "X-Nonce was used before.";
  return { error: unauthenticated(codes.authInvalid, "replay_nonce", message) };
}

function nonceStore(state: EmulatorState, account: Account): NonceStore {
  const isShared = account.settings.nonceScope === "everyone" || !state.enforces("nonce_per_account");
  return isShared ? state.sharedNonces : account.nonces;
}

/**
 * A nonce is kept for twice the window: its timestamp may lie one window ahead, and it then stays acceptable for one
 * window after that.
 */
function burnNonce({ state, account, headers }: CheckContext): void {
  const nowMs = Date.now();
  const expiresAtMs = nowMs + (2 * account.settings.replayWindowSeconds + 1) * 1000;
  account.nonces.add(headers.nonce, expiresAtMs, nowMs);
  state.sharedNonces.add(headers.nonce, expiresAtMs, nowMs);
}
