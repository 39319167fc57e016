import "server-only";
import type { checkPrice } from "@/lib/money/catalogue";
import type { Order } from "@/lib/orders/order";
import { STATUSES } from "@/lib/orders/status";
import type { ProviderFailure } from "@/lib/provider/provider";
import type { Refused } from "@/lib/web/rate-limit";
import type { Refusal } from "@/lib/web/refusals";

export const NOT_FOUND: Refusal = { code: "not_found", detail: "There is no such order." };

export const CONFLICT: Refusal = {
  code: "idempotency_conflict",
  detail: "This Idempotency-Key was used with another request. Use a new key for a new request.",
};

export function notPayable({ status, payments }: Order): Refusal {
  const sawMoney = payments.length > 0 && !STATUSES[status].canPayAgain;
  const detail = sawMoney
    ? `This order is ${status}, so another payment could charge twice.`
    : "This order is too old, has too many payments, or has another price than today's. Start a new one.";
  return { code: "not_payable", detail };
}

export function priceRefusal(checked: Exclude<ReturnType<typeof checkPrice>, { ok: true }>): Refusal {
  const { field, problem, message } = checked;
  return { code: "validation", detail: "A field is not valid.", errors: [{ field, code: problem, message }] };
}

export function rateRefusal({ by, retryAfterSeconds }: Refused): Refusal {
  const again = `Try again in ${retryAfterSeconds} s.`;
  if (by === "store") {
    const detail = `Too many payments are being started by everyone together, not by you. ${again}`;
    return { code: "busy", detail, retryAfterSeconds };
  }
  const from = by === "network" ? "your network" : "your address";
  return { code: "rate_limited", detail: `Too many payments were started from ${from}. ${again}`, retryAfterSeconds };
}

/**
 * What a payer reads when the provider did not open a payment. The provider's own words are about keys, clocks and codes:
 * they are for the merchant, in the log.
 */
export function providerRefusal(failure: ProviderFailure): Refusal {
  const { code, detail } = WHY[failure.kind];
  const unsure = failure.maybeAccepted ? " Trying again is safe: you cannot be charged twice." : "";
  const { retryAfterSeconds } = failure;
  return { code, detail: `${detail}${unsure}`, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}

const why = (code: Refusal["code"], detail: string) => ({ code, detail });
const unavailable = why("provider_unavailable", "The payment provider cannot be reached. Try again in a moment.");
const notAccepted = "The payment provider did not accept this payment. The merchant can see why in the log.";
const refused = why("provider_refused", notAccepted);
const unusable = why("provider_bad_answer", "The payment provider gave an answer that cannot be used.");
const otherAmount = "The payment provider asked for another amount than this page, so nothing was opened.";
const otherPage = "The payment provider named a page that is not its own, so nothing was opened.";

const WHY: Readonly<Record<ProviderFailure["kind"], ReturnType<typeof why>>> = {
  timeout: why("provider_timeout", "The payment provider did not answer in time."),
  unreachable: unavailable,
  rate_limited: unavailable,
  provider_error: unavailable,
  unauthorized: refused,
  forbidden: refused,
  not_found: refused,
  amount_refused: refused,
  refused,
  bad_answer: unusable,
  bad_response_signature: unusable,
  amount_check_failed: why("amount_check_failed", otherAmount),
  unsafe_checkout_url: why("unsafe_checkout_url", otherPage),
};
