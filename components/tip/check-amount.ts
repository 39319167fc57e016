import { parseAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import type { ProblemCode } from "./form-words";

/** The bounds in minor units, both included. */
export type AmountRule = { readonly currency: Currency; readonly min: number; readonly max: number };

/**
 * Keyboards of half the world offer a comma and no point. "7,5" can only mean one thing; "1,000" can mean two, so it
 * stays as it is and is refused.
 */
export function withPoint(typed: string): string {
  return typed.trim().replace(/^(\d+),(\d\d?)$/, "$1.$2");
}

/** Tells the payer at once what the server would say. The server decides. */
export function amountProblem(amount: string, { currency, min, max }: AmountRule): ProblemCode | null {
  const parsed = parseAmount(amount, currency);
  if (!parsed.ok) return parsed.problem === "too_large" ? "amount_too_high" : "amount_invalid";
  if (parsed.minor < min) return "amount_too_low";
  return parsed.minor > max ? "amount_too_high" : null;
}
