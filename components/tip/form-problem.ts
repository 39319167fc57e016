import type { Problem } from "@/lib/checkout/contract";
import { type FormProblem, isProblemCode, type ProblemCode, type ProblemField } from "./form-words";

/** Codes of our API that a payer needs no sentence of their own for. */
const SAME_AS: Readonly<Record<string, ProblemCode>> = {
  idempotency_conflict: "conflict",
  amount_check_failed: "provider_unavailable",
  unsafe_checkout_url: "provider_unavailable",
  provider_bad_answer: "provider_unavailable",
  provider_timeout: "provider_unavailable",
  currency_unsupported: "not_configured",
};

const FIELDS: readonly ProblemField[] = ["amount", "name", "message"];

/**
 * What a code and a field name, from a URL or from our API, mean to the payer. Whatever is not known becomes
 * "unavailable": no text from outside reaches the page.
 */
export function formProblem(code: string, fieldName?: string): FormProblem {
  const field = FIELDS.find((known) => known === fieldName || code.startsWith(`${known}_`)) ?? null;
  if (code === "validation") return { code: field === "amount" ? "amount_invalid" : "too_long", field };
  if (isProblemCode(code)) return { code, field };
  return { code: Object.hasOwn(SAME_AS, code) ? (SAME_AS[code] ?? "unavailable") : "unavailable", field };
}

/** The same for the body of a refusal, which may be no problem document at all when something in between answered. */
export function problemFromAnswer(body: Partial<Problem> | null): FormProblem {
  return formProblem(String(body?.code), body?.errors?.[0]?.field);
}
