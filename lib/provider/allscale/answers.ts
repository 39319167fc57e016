import { z } from "zod";
import type { ProviderFailure, ProviderFailureKind } from "../provider";
import type { HttpAnswer } from "./http";
import { lenient, readJson } from "./wire";

export type Answer =
  | { readonly ok: true; readonly payload: unknown; readonly providerRequestId: string | null }
  | { readonly ok: false; readonly failure: ProviderFailure };

/**
 * The envelope of every answer (§3). Two shapes of errors were seen in the wild, and any field of either may be missing,
 * so a field of the wrong type counts as missing. Only a code makes it an envelope.
 */
const envelopeSchema = z.object({
  code: lenient(z.int()),
  error_code: lenient(z.int()),
  error_message: lenient(z.string()),
  payload: z.unknown().optional(),
  request_id: lenient(z.string()),
  retry_after: z.unknown().optional(),
  error: lenient(
    z.object({
      code: lenient(z.int()),
      message: lenient(z.string()),
      details: lenient(z.record(z.string(), z.unknown())),
    }),
  ),
});
type Envelope = z.infer<typeof envelopeSchema>;

/** What an answer says (§3): its code decides, not its HTTP status. The payload of a success is still to be checked. */
export function readAnswer({ status, headers, body }: HttpAnswer): Answer {
  const envelope = envelopeSchema.safeParse(readJson(body)).data;
  // 0 means success.
  const code = envelope?.code ?? envelope?.error_code ?? envelope?.error?.code;
  if (envelope === undefined || code === undefined) {
    return { ok: false, failure: failureOfHttp({ status, headers, reason: "not_an_envelope" }) };
  }
  const requestId = envelope.request_id ?? headers.get("X-Request-Id");
  const providerRequestId = requestId ? printable(requestId) : null;
  if (code !== 0) {
    const failure = failureOfCode({ code, envelope, headers });
    return { ok: false, failure: { ...failure, ...(providerRequestId && { providerRequestId }) } };
  }
  // Code 0 under an HTTP error contradicts itself, so it is neither a success nor a clean refusal.
  if (status < 200 || status >= 300) return { ok: false, failure: badAnswer(`code 0 with http_${status}`) };
  return { ok: true, payload: envelope.payload, providerRequestId };
}

type Meaning = { readonly kind: ProviderFailureKind; readonly message: string; readonly maybeAccepted?: boolean };

const unclear = { kind: "provider_error", maybeAccepted: true } as const;

/** The codes of checkout (§3). */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  [10001, { kind: "refused", message: "AllScale refused the request as invalid." }],
  [20001, { kind: "unauthorized", message: "AllScale did not find our authentication headers." }],
  [20002, { kind: "unauthorized", message: "AllScale refused our authentication." }],
  [30001, { kind: "forbidden", message: "AllScale does not allow this request for these credentials." }],
  [30002, { kind: "forbidden", message: "These AllScale credentials lack the permission for this request." }],
  [40001, { kind: "rate_limited", message: "AllScale receives too many requests from this store." }],
  [50001, { kind: "not_found", message: "AllScale does not know this payment." }],
  [50002, { kind: "refused", message: "AllScale could not open the payment." }],
  [90000, { ...unclear, message: "AllScale had an internal error." }],
  [99999, { ...unclear, message: "AllScale had an unknown error." }],
] satisfies [number, Meaning][]);

/** A code that we do not know says nothing about what was done, so the call may have had its effect. */
const UNKNOWN: Meaning = { ...unclear, message: "AllScale answered with an error that this version does not know." };

const MESSAGE_BY_REASON: ReadonlyMap<string, string> = new Map([
  ["timestamp_out_of_window", "AllScale refused our timestamp: the clock of this server is wrong."],
  ["signature_mismatch", "AllScale refused our signature: the API secret does not belong to the API key."],
  ["replay_nonce", "AllScale has seen this request before."],
  ["invalid_key", "AllScale does not know this API key."],
  ["ip_not_allowed", "AllScale does not accept requests from this server's address: see the store's IP allowlist."],
]);

function failureOfCode(answer: { code: number; envelope: Envelope; headers: Headers }): ProviderFailure {
  const { code, envelope, headers } = answer;
  const reason = reasonOf(envelope);
  const { kind, message, maybeAccepted = false } = meaningOf(code, reason);
  const retryAfter = retryAfterSeconds(envelope, headers);
  return {
    kind,
    message: MESSAGE_BY_REASON.get(reason) ?? message,
    maybeAccepted,
    code: String(code),
    ...(reason && { reason }),
    ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
  };
}

function meaningOf(code: number, reason: string): Meaning {
  // 50002 has no code of its own for amounts: AllScale says in prose that the amount is at or below its minimum.
  if (code === 50002 && /amount|minimum/i.test(reason)) {
    return { kind: "amount_refused", message: "AllScale refused the amount as too small or too large." };
  }
  return MEANINGS.get(code) ?? UNKNOWN;
}

/** AllScale's own words, made safe to print; empty when there are none. */
function reasonOf({ error, error_message }: Envelope): string {
  const details = error?.details;
  const said = details?.reason ?? error?.message ?? error_message ?? (details && listed(details));
  return typeof said === "string" ? printable(said) : "";
}

/** Plain values only: a deeply nested answer would overflow the stack of a serializer. */
function listed(details: Record<string, unknown>): string {
  const plain = Object.entries(details).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return plain.map(([key, value]) => `${key}=${value}`).join(", ");
}

/** One line of at most 300 characters: text from outside must not forge a second log line. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 300);
}

/** Longer waits are not believed: a wrong unit must not stop a shop for weeks. */
const LONGEST_RETRY_AFTER_SECONDS = 3_600;

/** Whole seconds, from the body or the `Retry-After` header. The unit is not documented; seconds are assumed (§13). */
function retryAfterSeconds(envelope: Envelope, headers: Headers): number | undefined {
  const candidates = [envelope.error?.details?.retry_after, envelope.retry_after, headers.get("Retry-After")];
  const texts = candidates.map((value) => (typeof value === "number" ? String(value) : value));
  const seconds = texts.find((text) => typeof text === "string" && /^[0-9]+(\.[0-9]+)?$/.test(text));
  return seconds === undefined ? undefined : Math.min(Math.ceil(Number(seconds)), LONGEST_RETRY_AFTER_SECONDS);
}

/** The failure of an answer that is not AllScale's JSON: a proxy's page, half an answer, a wrong address. */
export function failureOfHttp(input: { status: number; headers: Headers; reason: string }): ProviderFailure {
  const { status, headers } = input;
  const reason = `http_${status}: ${input.reason}`;
  const retryAfter = retryAfterSeconds({}, headers);
  const extra = { reason, ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }) };
  if (status === 429) {
    const message = "AllScale receives too many requests from this store.";
    return { kind: "rate_limited", message, maybeAccepted: false, ...extra };
  }
  if (status >= 500) return { ...unclear, message: "AllScale is temporarily unavailable.", ...extra };
  // A success that cannot be read may have opened a payment; a redirect or a refusal has not.
  return { ...badAnswer(reason), ...extra, maybeAccepted: status < 300 };
}

/** The failure of an answer that arrived whole and makes no sense. It may have had its effect all the same. */
export function badAnswer(reason: string): ProviderFailure {
  const message = "AllScale gave an answer that we cannot understand.";
  return { kind: "bad_answer", message, maybeAccepted: true, reason };
}
