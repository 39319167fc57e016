import { formatAmount, parseAmount } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";

/**
 * The amounts to choose from, as decimal strings with all decimals: the merchant's own where there are any, else the
 * usual ones; in both cases only those that the server would take.
 */
export function presetAmounts(options: {
  currency: Currency;
  min: number;
  max: number;
  own: readonly string[] | undefined;
  usual: readonly number[];
}): string[] {
  const { currency, min, max, own, usual } = options;
  const minors = own === undefined ? usual : own.map((text) => minorOf(text, currency));
  const allowed = minors.filter((minor) => minor >= min && minor <= max);
  return [...new Set(allowed)].map((minor) => formatAmount({ currency, minor }));
}

function minorOf(text: string, currency: Currency): number {
  const parsed = parseAmount(text, currency);
  return parsed.ok ? parsed.minor : Number.NaN;
}
