import type { Messages } from "@/messages/catalogue";

/** The bounds as the payer reads them, such as "$1" and "$10,000", and an amount in the form that the server takes. */
export type Bounds = { readonly min: string; readonly max: string; readonly example: string };

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
  const named = FIELDS.find((known) => known === fieldName) ?? null;
  // Which of the amount's faults it is, the API's code does not say.
  if (code === "validation") return { code: named === "amount" ? "amount_range" : "too_long", field: named };
  const known = (Object.hasOwn(CODES, code) && CODES[code]) || "unavailable";
  if (known === "too_long") return { code: known, field: named };
  return { code: known, field: known.startsWith("amount_") ? "amount" : null };
}
