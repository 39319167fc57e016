import type { FieldProblem, Problem } from "./contract";

/**
 * Every refusal of our API. The code is the one word for it: in the problem document, in the query of the page that a
 * plain form is sent back to, and, through `sentence`, in `messages/` under `problems`, where payers read it in their
 * language. None of those sentences says that money was taken: when a request is refused, nothing has been paid.
 */
export const REFUSALS = {
  validation: { status: 400, title: "The request is not valid", sentence: "unavailable" },
  unreadable: { status: 400, title: "The body cannot be read", sentence: "unavailable" },
  unauthenticated: { status: 401, title: "Not authenticated", sentence: "unavailable" },
  cross_site: { status: 403, title: "Not allowed from another site", sentence: "unavailable" },
  not_found: { status: 404, title: "Not found", sentence: "unavailable" },
  method_not_allowed: { status: 405, title: "Method not allowed", sentence: "unavailable" },
  body_too_slow: { status: 408, title: "The body took too long", sentence: "unavailable" },
  idempotency_conflict: {
    status: 409,
    title: "The idempotency key belongs to another request",
    sentence: "conflict",
  },
  not_payable: { status: 409, title: "The order cannot be paid again", sentence: "not_payable" },
  body_too_large: { status: 413, title: "The body is too large", sentence: "too_long" },
  unsupported_type: { status: 415, title: "Unsupported content type", sentence: "unavailable" },
  rate_limited: { status: 429, title: "Too many requests from this address", sentence: "rate_limited" },
  busy: { status: 429, title: "Too many payments are being started", sentence: "busy" },
  internal_error: { status: 500, title: "Something broke on our side", sentence: "unavailable" },
  provider_refused: { status: 502, title: "The payment provider refused", sentence: "provider_refused" },
  provider_unavailable: {
    status: 502,
    title: "The payment provider cannot be reached",
    sentence: "provider_unavailable",
  },
  provider_bad_answer: {
    status: 502,
    title: "The payment provider gave an unusable answer",
    sentence: "provider_unavailable",
  },
  amount_check_failed: {
    status: 502,
    title: "The payment provider asked for another amount",
    sentence: "provider_unavailable",
  },
  unsafe_checkout_url: {
    status: 502,
    title: "The payment provider sent an unexpected address",
    sentence: "provider_unavailable",
  },
  not_configured: { status: 503, title: "This deployment is not set up", sentence: "unavailable" },
  currency_unsupported: { status: 503, title: "The configured currency is not supported", sentence: "unavailable" },
  store_unavailable: { status: 503, title: "The order store is unavailable", sentence: "unavailable" },
  unknown_payment: { status: 503, title: "The payment is not known here yet", sentence: "unavailable" },
  webhook_not_settled: { status: 503, title: "The payment could not be looked up", sentence: "unavailable" },
  provider_timeout: {
    status: 504,
    title: "The payment provider did not answer in time",
    sentence: "provider_unsure",
  },
} as const satisfies Record<string, { status: number; title: string; sentence: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** `detail` says what happened in one English sentence; `errors` names the fields of a validation error. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly code?: FieldProblem; readonly message: string }[];
  readonly retryAfterSeconds?: number;
};

/** Payments are off until the settings are right; they are named, and their values are not. */
export function notConfiguredRefusal(problems: readonly { readonly name: string }[]): Refusal {
  const names = problems.map(({ name }) => name);
  return {
    code: names.includes("ALLSCALE_CURRENCY") ? "currency_unsupported" : "not_configured",
    detail: `Payments are off until these settings are right: ${names.join(", ")}.`,
  };
}

/** RFC 9457 problem details. `type` is about:blank, because `code` says more than a URL that leads nowhere would. */
export function problemResponse(refusal: Refusal, requestId: string): Response {
  const { status, title } = REFUSALS[refusal.code];
  const { code, detail, errors } = refusal;
  const body: Problem = {
    type: "about:blank",
    title,
    status,
    detail,
    code,
    requestId,
    ...(errors && { errors: [...errors] }),
  };
  return Response.json(body, {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(refusal.retryAfterSeconds !== undefined && { "Retry-After": String(refusal.retryAfterSeconds) }),
    },
  });
}
