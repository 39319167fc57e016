import type { ProviderFailure, ProviderFailureKind } from "../provider";
import { type Envelope, errorCode, errorReason, retryAfterSeconds } from "./envelope";

type Meaning = { readonly kind: ProviderFailureKind; readonly message: string; readonly maybeAccepted?: boolean };

const unclear = { kind: "provider_error", maybeAccepted: true } as const;

/** Every code of §3. Codes of payouts are here because an answer with one must not be read as something else. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [10001, { kind: "refused", message: "AllScale refused the request as invalid." }],
  [20001, { kind: "unauthorized", message: "AllScale did not find our authentication headers." }],
  [20002, { kind: "unauthorized", message: "AllScale refused our authentication." }],
  [30001, { kind: "forbidden", message: "AllScale does not allow this request for these credentials." }],
  [30002, { kind: "forbidden", message: "These AllScale credentials lack the permission for this request." }],
  [40001, { kind: "rate_limited", message: "AllScale receives too many requests from this store." }],
  [50001, { kind: "not_found", message: "AllScale does not know this payment." }],
  [50002, { kind: "refused", message: "AllScale could not open the payment." }],
  [50103, { kind: "refused", message: "AllScale could not fund the payout." }],
  [50104, { kind: "forbidden", message: "Automatic payouts are switched off for this AllScale store." }],
  [50105, { kind: "refused", message: "AllScale is still working on a payout with this reference." }],
  [50106, { kind: "refused", message: "This payout reference was used before with other details." }],
  [50107, { kind: "not_found", message: "AllScale does not know this claim link." }],
  [50108, { kind: "refused", message: "This claim link cannot be cancelled any more." }],
  [90000, { ...unclear, message: "AllScale had an internal error." }],
  [99999, { ...unclear, message: "AllScale had an unknown error." }],
] satisfies [number, Meaning][]);

/** A code from the future says nothing about what was done, so the call may have had its effect. */
const UNKNOWN: Meaning = { ...unclear, message: "AllScale answered with an error that this version does not know." };

const BY_REASON: ReadonlyMap<string, string> = new Map([
  ["timestamp_out_of_window", "AllScale refused our timestamp: the clock of this server is wrong."],
  ["signature_mismatch", "AllScale refused our signature: the API secret does not belong to the API key."],
  ["replay_nonce", "AllScale has seen this request before."],
  ["invalid_key", "AllScale does not know this API key."],
  ["ip_not_allowed", "AllScale does not accept requests from this server's address: see the store's IP allowlist."],
]);

/** The failure that an error answer stands for (§3). Its code decides, not its HTTP status. */
export function failureOfEnvelope(envelope: Envelope, headers: Headers): ProviderFailure {
  const code = errorCode(envelope);
  const meaning = refined(MEANINGS.get(code) ?? UNKNOWN, code, envelope);
  const reason = errorReason(envelope);
  const retryAfter = retryAfterSeconds(envelope, headers);
  return {
    kind: meaning.kind,
    message: meaning.message,
    maybeAccepted: meaning.maybeAccepted ?? false,
    code: String(code),
    ...(reason === undefined ? {} : { reason }),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
}

function refined(meaning: Meaning, code: number, envelope: Envelope): Meaning {
  const reason = errorReason(envelope) ?? "";
  // 50002 has no code of its own for amounts: AllScale says in prose that the amount is at or below its minimum.
  if (code === 50002 && /amount|minimum/i.test(reason)) {
    return { kind: "amount_refused", message: "AllScale refused the amount as too small or too large." };
  }
  return { ...meaning, message: BY_REASON.get(reason) ?? meaning.message };
}

/** The failure of an answer that is not AllScale's JSON: a proxy's page, half an answer, a wrong address. */
export function failureOfHttp(input: { status: number; headers: Headers; reason: string }): ProviderFailure {
  const { status, headers, reason } = input;
  const retryAfter = retryAfterSeconds({}, headers);
  const extra = {
    reason: `http_${status}: ${reason}`,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
  };
  if (status === 429) {
    const message = "AllScale receives too many requests from this store.";
    return { kind: "rate_limited", message, maybeAccepted: false, ...extra };
  }
  if (status >= 500) {
    return {
      kind: "provider_error",
      message: "AllScale is out of order at the moment.",
      maybeAccepted: true,
      ...extra,
    };
  }
  // A success that cannot be read may have opened a payment; a redirect or a refusal has not.
  return { ...badAnswer(reason), ...extra, maybeAccepted: status < 300 };
}

/** The failure of an answer that came whole and makes no sense. It may have had its effect all the same. */
export function badAnswer(reason: string): ProviderFailure {
  return {
    kind: "bad_answer",
    message: "AllScale gave an answer that we cannot understand.",
    maybeAccepted: true,
    reason,
  };
}
