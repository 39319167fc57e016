import "server-only";
import { assertNever } from "@/lib/assert-never";
import { UNSURE } from "@/lib/http/form-answer";
import type { ProblemCode, Refusal } from "@/lib/http/problem";
import type { AmountRefusal } from "@/lib/money/limits";
import type { ProviderFailure } from "@/lib/provider/provider";
import type { ParsedCheckout } from "./parse-checkout";
import type { StartAgainResult, StartCheckoutResult } from "./start-checkout";

/** A refusal, and the word by which the tip page knows what to say about it. */
export type CheckoutRefusal = Refusal & { readonly pageError: string };

const AMOUNT_PAGE_ERRORS: Readonly<Record<AmountRefusal, string>> = {
  format: "amount_invalid",
  too_many_decimals: "amount_invalid",
  too_low: "amount_too_low",
  too_large: "amount_too_high",
  too_high: "amount_too_high",
};

/** What a checkout that was not opened means for whoever asked. */
export function refusalOf(
  result: Exclude<StartCheckoutResult | StartAgainResult, { outcome: "created" }>,
): CheckoutRefusal {
  switch (result.outcome) {
    case "not_configured":
      return notConfigured(result.names);
    case "amount_refused":
      return {
        code: "validation",
        detail: "A field is not valid.",
        errors: [{ field: "amount", message: result.message }],
        pageError: AMOUNT_PAGE_ERRORS[result.problem],
      };
    case "rate_limited":
      return {
        code: "rate_limited",
        detail: `Too many payments were started from here. Try again in ${result.retryAfterSeconds} s.`,
        retryAfterSeconds: result.retryAfterSeconds,
        pageError: "rate_limited",
      };
    case "conflict":
      return {
        code: "idempotency_conflict",
        detail: "This Idempotency-Key was used with another request. Use a new key for a new request.",
        pageError: "conflict",
      };
    case "not_found":
      return { code: "not_found", detail: "There is no such order.", pageError: "unavailable" };
    case "not_payable":
      return {
        code: "not_payable",
        detail: `This order is ${result.order.status}, so another payment could charge twice.`,
        pageError: "conflict",
      };
    case "in_progress":
      return {
        code: "provider_timeout",
        detail: "The same request is still being worked on. Ask again with the same Idempotency-Key.",
        retryAfterSeconds: 5,
        pageError: UNSURE,
      };
    case "failed":
      return providerRefusal(result.failure);
    default:
      return assertNever(result);
  }
}

/** What a body that cannot be used means. */
export function bodyRefusal(parsed: Exclude<ParsedCheckout, { ok: true }>): CheckoutRefusal {
  if (parsed.code === "validation") {
    const tooLong = parsed.errors.some(({ field }) => field === "name" || field === "message");
    return {
      code: "validation",
      detail: "A field is not valid.",
      errors: parsed.errors,
      pageError: tooLong ? "too_long" : "amount_invalid",
    };
  }
  return { code: "unreadable", detail: "The body is not what its content type says.", pageError: "unavailable" };
}

function notConfigured(names: readonly string[]): CheckoutRefusal {
  return {
    code: names.includes("ALLSCALE_CURRENCY") ? "currency_unsupported" : "not_configured",
    detail: `Payments are off until these settings are right: ${names.join(", ")}.`,
    pageError: "not_configured",
  };
}

/**
 * What a payer is told when the provider did not open a payment. The provider's own words are about keys, clocks and codes:
 * they are for the merchant, in the log. `maybeAccepted` is no danger: nobody was shown the way to such a payment.
 */
function providerRefusal(failure: ProviderFailure): CheckoutRefusal {
  const code = problemCodeOf(failure.kind);
  const unsure = failure.maybeAccepted
    ? " We are not sure yet whether a payment was opened. Trying again is safe: you cannot be charged twice."
    : "";
  return {
    code,
    detail: `${PROVIDER_SENTENCES[code]}${unsure}`,
    ...(failure.retryAfterSeconds !== undefined && { retryAfterSeconds: failure.retryAfterSeconds }),
    pageError: failure.maybeAccepted ? UNSURE : pageErrorOf(code),
  };
}

function pageErrorOf(code: keyof typeof PROVIDER_SENTENCES): string {
  return code === "provider_refused" ? "provider_refused" : "provider_unavailable";
}

const PROVIDER_SENTENCES = {
  provider_timeout: "The payment provider did not answer in time.",
  provider_unavailable: "The payment provider cannot be reached just now. Please try again in a moment.",
  provider_refused: "The payment provider did not accept this payment. The merchant can see why.",
  provider_bad_answer: "The payment provider gave an answer that cannot be used.",
  amount_check_failed: "The payment provider asked for another amount than this page, so nothing was opened.",
  unsafe_checkout_url: "The payment provider named a page that is not its own, so nobody is sent there.",
} as const satisfies Partial<Record<ProblemCode, string>>;

function problemCodeOf(kind: ProviderFailure["kind"]): keyof typeof PROVIDER_SENTENCES {
  switch (kind) {
    case "timeout":
      return "provider_timeout";
    case "unreachable":
    case "rate_limited":
    case "provider_error":
      return "provider_unavailable";
    case "unauthorized":
    case "forbidden":
    case "not_found":
    case "amount_refused":
    case "refused":
      return "provider_refused";
    case "bad_answer":
    case "bad_response_signature":
      return "provider_bad_answer";
    case "amount_check_failed":
      return "amount_check_failed";
    case "unsafe_checkout_url":
      return "unsafe_checkout_url";
    default:
      return assertNever(kind);
  }
}
