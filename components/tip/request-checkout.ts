import type { CheckoutResponse, Problem } from "@/lib/checkout/contract";
import { problemFromAnswer } from "./form-problem";
import type { FormProblem } from "./form-words";

export type CheckoutAnswer =
  | { readonly ok: true; readonly checkout: CheckoutResponse }
  | { readonly ok: false; readonly problem: FormProblem };

/**
 * Asks our server for a checkout. Whatever goes wrong on the way is safe to try again with the same key: the server then
 * answers for the same order and never opens a second one.
 */
export async function requestCheckout(body: string, idempotencyKey: string): Promise<CheckoutAnswer> {
  try {
    const response = await fetch("/api/checkout", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
      body,
    });
    const answer: unknown = await response.json();
    if (response.ok) return { ok: true, checkout: answer as CheckoutResponse };
    return { ok: false, problem: problemFromAnswer(answer as Partial<Problem> | null) };
  } catch {
    return { ok: false, problem: { code: "unavailable", field: null } };
  }
}
