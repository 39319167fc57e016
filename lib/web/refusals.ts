import type { FieldProblem, Problem } from "./contract";

const refusal = <Sentence extends string>(status: number, title: string, sentence: Sentence) => ({
  status,
  title,
  sentence,
});
const unavailable = (status: number, title: string) => refusal(status, title, "unavailable");

/**
 * Every refusal of our API. The code is the one word for it: in the problem document, in the query of the page that a
 * plain form is sent back to, and, through `sentence`, in `messages/` under `problems`, where payers read it in their
 * language. None of those sentences says that money was taken: when a request is refused, nothing has been paid.
 */
export const REFUSALS = {
  validation: unavailable(400, "The request is not valid"),
  unreadable: unavailable(400, "The body cannot be read"),
  unauthenticated: unavailable(401, "Not authenticated"),
  cross_site: unavailable(403, "Not allowed from another site"),
  not_found: unavailable(404, "Not found"),
  method_not_allowed: unavailable(405, "Method not allowed"),
  body_too_slow: unavailable(408, "The body took too long"),
  idempotency_conflict: refusal(409, "The idempotency key belongs to another request", "conflict"),
  not_payable: refusal(409, "The order cannot be paid again", "not_payable"),
  body_too_large: refusal(413, "The body is too large", "too_long"),
  unsupported_type: unavailable(415, "Unsupported content type"),
  rate_limited: refusal(429, "Too many requests from this address", "rate_limited"),
  busy: refusal(429, "Too many payments are being started", "busy"),
  internal_error: unavailable(500, "Something broke on our side"),
  provider_refused: refusal(502, "The payment provider refused", "provider_refused"),
  provider_unavailable: refusal(502, "The payment provider cannot be reached", "provider_unavailable"),
  provider_bad_answer: refusal(502, "The payment provider gave an unusable answer", "provider_unavailable"),
  amount_check_failed: refusal(502, "The payment provider asked for another amount", "provider_unavailable"),
  unsafe_checkout_url: refusal(502, "The payment provider sent an unexpected address", "provider_unavailable"),
  not_configured: unavailable(503, "This deployment is not set up"),
  currency_unsupported: unavailable(503, "The configured currency is not supported"),
  store_unavailable: unavailable(503, "The order store is unavailable"),
  unknown_payment: unavailable(503, "The payment is not known here yet"),
  webhook_not_settled: unavailable(503, "The payment could not be looked up"),
  provider_timeout: refusal(504, "The payment provider did not answer in time", "provider_unsure"),
};

type RefusalCode = keyof typeof REFUSALS;

/** `detail` says what happened in one English sentence; `errors` names the fields of a validation error. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly code?: FieldProblem; readonly message: string }[];
  readonly retryAfterSeconds?: number;
  /** The methods that are possible here. */
  readonly allow?: string;
};

export type RefusalResult = { readonly ok: false; readonly refusal: Refusal };

export const refuse = (refusal: Refusal): RefusalResult => ({ ok: false, refusal });

/** Has a provider send a delivery again. */
export const sendAgain = (code: RefusalCode, sentence: string) =>
  refuse({ code, detail: `${sentence} Send the delivery again later.`, retryAfterSeconds: 5 });

/** Payments are off until the settings are right; they are named, and their values are not. */
export function notConfigured(problems: readonly { readonly name: string }[]): RefusalResult {
  const names = problems.map(({ name }) => name);
  return refuse({
    code: names.includes("ALLSCALE_CURRENCY") ? "currency_unsupported" : "not_configured",
    detail: `Payments are off until these settings are right: ${names.join(", ")}.`,
  });
}

/** RFC 9457 problem details. `type` is about:blank, because `code` says more than a URL that leads nowhere would. */
export function problemResponse(refusal: Refusal, requestId: string): Response {
  const { code, detail, errors, retryAfterSeconds, allow } = refusal;
  const { status, title } = REFUSALS[code];
  const named = errors && { errors: [...errors] };
  const body: Problem = { type: "about:blank", title, status, detail, code, requestId, ...named };
  const response = Response.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
  if (retryAfterSeconds !== undefined) response.headers.set("Retry-After", String(retryAfterSeconds));
  if (allow !== undefined) response.headers.set("Allow", allow);
  return response;
}
