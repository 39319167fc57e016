import type { Messages } from "@/messages/catalogue";

/** The bounds as the payer reads them, such as "$1" and "$10,000". */
export type Bounds = { readonly min: string; readonly max: string };

export type ProblemCode = keyof Messages["problems"];
export type ProblemField = "amount" | "name" | "message";
export type FormProblem = { readonly code: ProblemCode; readonly field: ProblemField | null };

/** What a code of our API is to the payer. A code that is not here becomes "unavailable". */
const CODES: Readonly<Record<string, ProblemCode>> = {
  amount_invalid: "amount_invalid",
  amount_too_low: "amount_too_low",
  amount_too_high: "amount_too_high",
  too_long: "too_long",
  rate_limited: "rate_limited",
  provider_unavailable: "provider_unavailable",
  provider_refused: "provider_refused",
  conflict: "conflict",
  idempotency_conflict: "conflict",
  amount_check_failed: "provider_unavailable",
  unsafe_checkout_url: "provider_unavailable",
  provider_bad_answer: "provider_unavailable",
  provider_timeout: "provider_unsure",
  provider_unsure: "provider_unsure",
};

const FIELDS: readonly ProblemField[] = ["amount", "name", "message"];

/** What a code and a field name from a URL mean to the payer. No text from outside reaches the page. */
export function formProblem(code: string, fieldName?: string): FormProblem {
  const field = FIELDS.find((known) => known === fieldName || code.startsWith(`${known}_`)) ?? null;
  if (code === "validation") return { code: field === "amount" ? "amount_invalid" : "too_long", field };
  return { code: (Object.hasOwn(CODES, code) && CODES[code]) || "unavailable", field };
}
