import type { Problem } from "@/lib/checkout/contract";

/** Every refusal of our API: its code, HTTP status and title. The `detail` says what happened in one sentence. */
const PROBLEMS = {
  validation: { status: 400, title: "The request is not valid" },
  unreadable: { status: 400, title: "The body cannot be read" },
  unauthenticated: { status: 401, title: "Not authenticated" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  body_too_slow: { status: 408, title: "The body took too long" },
  idempotency_conflict: { status: 409, title: "The idempotency key belongs to another request" },
  not_payable: { status: 409, title: "The order cannot be paid again" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_type: { status: 415, title: "Unsupported content type" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal_error: { status: 500, title: "Something broke on our side" },
  provider_refused: { status: 502, title: "The payment provider refused" },
  provider_unavailable: { status: 502, title: "The payment provider cannot be reached" },
  provider_bad_answer: { status: 502, title: "The payment provider gave an unusable answer" },
  amount_check_failed: { status: 502, title: "The payment provider asked for another amount" },
  unsafe_checkout_url: { status: 502, title: "The payment provider sent an unexpected address" },
  not_configured: { status: 503, title: "This deployment is not set up" },
  currency_unsupported: { status: 503, title: "The configured currency is not supported" },
  store_unavailable: { status: 503, title: "The order store is unavailable" },
  unknown_payment: { status: 503, title: "The payment is not known here yet" },
  provider_timeout: { status: 504, title: "The payment provider did not answer in time" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export type Refusal = {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly { field: string; message: string }[];
  readonly retryAfterSeconds?: number;
};

/** RFC 9457 problem details. `type` is about:blank, because `code` says more than a URL that leads nowhere would. */
export function problemResponse(refusal: Refusal, requestId: string): Response {
  const { status, title } = PROBLEMS[refusal.code];
  const body: Problem = {
    type: "about:blank",
    title,
    status,
    detail: refusal.detail,
    code: refusal.code,
    requestId,
    ...(refusal.errors && { errors: [...refusal.errors] }),
  };
  return Response.json(body, {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(refusal.retryAfterSeconds !== undefined && { "Retry-After": String(refusal.retryAfterSeconds) }),
    },
  });
}
