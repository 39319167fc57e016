import { formatAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import { REFUSALS } from "@/lib/web/refusals";
import type { Messages } from "@/messages/catalogue";
import { fill } from "@/messages/fill";
import { shortMoney } from "./money-text";

/** What may be paid. The bounds are in minor units, both included; `exponent` is how many decimals people write. */
export type AmountTerms = {
  readonly currency: Currency;
  readonly exponent: number;
  readonly min: number;
  readonly max: number;
  /** Nothing is typed: each choice is an item, and the server knows its price. */
  readonly priced?: boolean;
};

/** What the sentences about amounts name: the bounds and an example as the payer writes them. */
type Bounds = { readonly min: string; readonly max: string; readonly example: string };

export function amountBounds({ currency, exponent, min, max }: AmountTerms, language: string): Bounds {
  const text = (minor: number) => shortMoney(formatAmount({ currency, minor }), { currency, language });
  const digits = { minimumFractionDigits: exponent, useGrouping: false };
  return {
    min: text(min),
    max: text(max),
    example: new Intl.NumberFormat(language, digits).format(exponent === 0 ? 1000 : 1000.5),
  };
}

/** A sentence for the payer, and the `name` of the input that it is about, where there is one. */
export type ShownProblem = { readonly text: string; readonly field: string | null };

/** Does not compile when a refusal names a sentence that is not in `messages/`. */
const REFUSED: Readonly<Record<string, { readonly sentence: keyof Messages["problems"] }>> = REFUSALS;
const INPUTS: Readonly<Record<string, string>> = { amount: "customAmount", name: "name", message: "message" };

/**
 * What the payer reads about a refusal of our API. `code` and `field` may come from a URL: no text of theirs reaches the
 * page, and an unknown code gets the general sentence.
 */
export function shownProblem(
  { code, field }: { code: string; field: string | undefined },
  { sentences, bounds }: { sentences: Messages["problems"]; bounds: Bounds },
): ShownProblem {
  return { text: problemSentence(code, sentences, bounds), field: own(INPUTS, field ?? "") ?? null };
}

export function problemSentence(code: string, sentences: Messages["problems"], bounds?: Bounds): string {
  const named = own(REFUSED, code)?.sentence;
  return fill(own<string>(sentences, named ?? code) ?? sentences.unavailable, { ...bounds });
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
