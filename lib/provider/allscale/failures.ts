import { z } from "zod";
import { printable } from "../parsing";
import type { ProviderFailure } from "../provider";
import { badAnswer, failureOfStatus, type HttpAnswer } from "../send-request";
import { type Envelope, LABEL } from "./wire";

const refusal = (kind: ProviderFailure["kind"], message: string) => ({ kind, message, maybeAccepted: false });
const unclear = (message: string) => ({ kind: "provider_error", message, maybeAccepted: true }) as const;

/** The answer to a payout that is over before it began (§3, §12). */
export const PAYOUT_FAILED = 50103;

/** The codes of §3. */
const FAILURES = new Map<number, ProviderFailure>([
  [10001, refusal("refused", "AllScale refused the request as invalid.")],
  [20001, refusal("unauthorized", "AllScale did not find our authentication headers.")],
  [20002, refusal("unauthorized", "AllScale refused our authentication.")],
  [30001, refusal("forbidden", "AllScale does not allow this request for these credentials.")],
  [30002, refusal("forbidden", "These AllScale credentials lack the permission for this request.")],
  [40001, refusal("rate_limited", "AllScale receives too many requests from this store.")],
  [50001, refusal("not_found", "AllScale does not know this payment.")],
  [50002, refusal("refused", "AllScale could not open the payment.")],
  [PAYOUT_FAILED, refusal("refused", "AllScale could not make or fund the payout.")],
  [50104, refusal("forbidden", "AllScale has not switched on payouts by API for this store.")],
  [50105, unclear("AllScale is still working on this payout.")],
  // There is a payout under our reference, whatever its terms are.
  [50106, unclear("AllScale has a payout with other terms under the same reference.")],
  [50107, refusal("not_found", "AllScale does not know this payout.")],
  [50108, refusal("refused", "AllScale can no longer cancel this payout.")],
  [90000, unclear("AllScale had an internal error.")],
  [99999, unclear("AllScale had an unknown error.")],
]);
const MESSAGE_BY_REASON = new Map([
  ["timestamp_out_of_window", "AllScale refused our timestamp: the clock of this server is wrong."],
  ["signature_mismatch", "AllScale refused our signature: the API secret does not belong to the API key."],
  ["replay_nonce", "AllScale has seen this request before."],
  ["invalid_key", "AllScale does not know this API key."],
  ["ip_not_allowed", "AllScale does not accept requests from this server's address: see the store's IP allowlist."],
]);

/** The failure of an answer with another code than 0. */
export function failureOfEnvelope(code: number, envelope: Envelope, headers: Headers): ProviderFailure {
  const reason = reasonOf(envelope);
  return {
    ...failureOfCode(code, reason),
    code: String(code),
    ...(reason && { reason }),
    ...retryAfter(headers, envelope),
    ...seenAddress(envelope),
  };
}

function failureOfCode(code: number, reason: string): ProviderFailure {
  // Amounts have no code of their own: AllScale says in prose that the amount is at or below its minimum.
  if (code === 50002 && /amount|minimum/i.test(reason)) {
    return refusal("amount_refused", "AllScale refused the amount as too small or too large.");
  }
  // A code that we do not know says nothing about what was done.
  const failure = FAILURES.get(code) ?? unclear("AllScale answered with an error that this version does not know.");
  return { ...failure, message: MESSAGE_BY_REASON.get(reason) ?? failure.message };
}

/** AllScale's own words, made safe to print; empty when there are none. */
function reasonOf({ error, error_message }: Envelope): string {
  const details = error?.details ?? {};
  // Plain values only: a deeply nested answer would overflow the stack of a serializer.
  const plain = Object.entries(details).filter(([, value]) => typeof value === "string" || typeof value === "number");
  const listed = plain.map(([key, value]) => `${key}=${value}`).join(", ");
  const said = details.reason ?? error?.message ?? error_message ?? listed;
  return typeof said === "string" ? printable(said) : "";
}

/** Our own address, where an error names it (30001). No field is documented, so any text that is an address counts. */
function seenAddress({ error }: Envelope): Pick<ProviderFailure, "seenAddress"> {
  const texts = Object.values(error?.details ?? {}).filter((value) => typeof value === "string");
  const address = texts.find((text) => z.union([z.ipv4(), z.ipv6()]).safeParse(text).success);
  return address === undefined ? {} : { seenAddress: address };
}

/** Longer waits are not believed: a wrong unit must not stop a shop for weeks. */
const LONGEST_RETRY_AFTER_SECONDS = 3_600;

/** From the body or the `Retry-After` header. The unit is not documented; seconds are assumed (§13). */
function retryAfter(headers: Headers, envelope?: Envelope): Pick<ProviderFailure, "retryAfterSeconds"> {
  const candidates = [envelope?.error?.details?.retry_after, envelope?.retry_after, headers.get("Retry-After")];
  const texts = candidates.map((value) => (typeof value === "number" ? String(value) : value));
  const seconds = texts.find((text) => typeof text === "string" && /^[0-9]+(\.[0-9]+)?$/.test(text));
  if (seconds === undefined) return {};
  return { retryAfterSeconds: Math.min(Math.ceil(Number(seconds)), LONGEST_RETRY_AFTER_SECONDS) };
}

/** The failure of an answer that is not AllScale's JSON: a proxy's page, half an answer, a wrong address. */
export function failureOfHttp({ status, headers }: Omit<HttpAnswer, "body">, cause: string): ProviderFailure {
  const reason = `http_${status}: ${cause}`;
  const isKnown = status === 429 || status >= 500;
  // A success that cannot be read may have opened a payment; a redirect or a refusal has not.
  const unknown = { ...badAnswer(LABEL, reason), maybeAccepted: status < 300 };
  return { ...(isKnown ? failureOfStatus(status, LABEL, reason) : unknown), ...retryAfter(headers) };
}
