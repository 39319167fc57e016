import { formatAmount, type ParsedAmount, parseAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import { type FormProblem, formProblem } from "./form-problem";

export type TipQuery = Readonly<Record<string, string | string[] | undefined>>;
export type TipAmounts = {
  readonly currency: Currency;
  /** Both in minor units. */
  readonly min: number;
  readonly max: number;
  /** Decimal strings with all decimals. */
  readonly presets: readonly string[];
};

/** What the form starts with: from a link (`?amount=5&message=Hi`) or from a form that the server sent back. */
export type Prefill = {
  /** The value of the preset that is chosen, or "other". */
  readonly choice: string;
  readonly customAmount: string;
  readonly clamped: "low" | "high" | null;
  readonly name: string;
  readonly message: string;
  readonly anonymous: boolean;
  readonly problem: FormProblem | null;
};

export const NAME_MAX = 60;
export const MESSAGE_MAX = 280;
const AMOUNT_MAX = 32;

/** Pure. All text is cut to what the server would take, and is shown as text only. */
export function prefillFrom(query: TipQuery, amounts: TipAmounts): Prefill {
  const error = text(query, "error", AMOUNT_MAX);
  const problem = error === "" ? null : formProblem(error, text(query, "field", AMOUNT_MAX));
  return {
    ...amountFrom(query, amounts, problem !== null),
    name: text(query, "name", NAME_MAX),
    message: text(query, "message", MESSAGE_MAX),
    // A refused form names the box only where it was ticked, as forms do.
    anonymous: problem === null || query.anonymous !== undefined,
    problem,
  };
}

type Amount = Pick<Prefill, "choice" | "customAmount" | "clamped">;

function amountFrom(query: TipQuery, { currency, min, max, presets }: TipAmounts, sentBack: boolean): Amount {
  const amount = text(query, "amount", AMOUNT_MAX);
  const typed = amount === "other" ? text(query, "customAmount", AMOUNT_MAX) : amount;
  const parsed = parseAmount(typed, currency);
  const decimal = parsed.ok ? formatAmount({ currency, minor: parsed.minor }) : null;
  if (decimal !== null && presets.includes(decimal)) return { choice: decimal, customAmount: "", clamped: null };
  // What the payer typed is left for the payer to mend. A wrong amount in a link is nobody's wish.
  if (sentBack && amount !== "") return other(typed, null);
  const minor = minorOf(parsed);
  if (minor === null) return usual(presets);
  if (minor < min) return other(formatAmount({ currency, minor: min }), "low");
  if (minor > max) return other(formatAmount({ currency, minor: max }), "high");
  return other(formatAmount({ currency, minor }), null);
}

/** Null where there is no amount; what cannot be counted is above any bound. */
function minorOf(parsed: ParsedAmount): number | null {
  if (parsed.ok) return parsed.minor;
  return parsed.problem === "too_large" ? Number.POSITIVE_INFINITY : null;
}

/** Without a wish, the second preset: neither the least nor a bold suggestion. */
function usual(presets: readonly string[]): Amount {
  return { choice: presets[1] ?? presets[0] ?? "other", customAmount: "", clamped: null };
}

function other(customAmount: string, clamped: Amount["clamped"]): Amount {
  return { choice: "other", customAmount, clamped };
}

function text(query: TipQuery, name: string, maxLength: number): string {
  const value = query[name];
  return (Array.isArray(value) ? (value[0] ?? "") : (value ?? "")).trim().slice(0, maxLength);
}
