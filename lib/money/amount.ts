import { CURRENCIES, type Currency, type Money } from "./currency";

export type ParsedAmount =
  | { readonly ok: true; readonly minor: number }
  | { readonly ok: false; readonly problem: AmountProblem };

export type AmountProblem = "format" | "too_many_decimals" | "too_large";

/** ASCII digits without a leading zero, then optionally a point and decimals. "1e3", "5,00", "+5" and " 5" stay out. */
const GRAMMAR = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * Reads a decimal string in major units ("5.00") as a whole number of the currency's minor unit. The digits are moved,
 * never multiplied, so no float is involved. Bounds are the business of `checkAmount`.
 */
export function parseAmount(text: string, currency: Currency): ParsedAmount {
  const match = GRAMMAR.exec(text);
  if (match === null) return { ok: false, problem: "format" };
  const [, whole = "", decimals = ""] = match;
  const { exponent } = CURRENCIES[currency];
  if (decimals.length > exponent) return { ok: false, problem: "too_many_decimals" };
  const minor = Number(whole + decimals.padEnd(exponent, "0"));
  return Number.isSafeInteger(minor) ? { ok: true, minor } : { ok: false, problem: "too_large" };
}

/**
 * The amount in major units with all decimals of its currency: "5.00" for USD, "500" for JPY. `parseAmount` reads it
 * back. Throws a RangeError when the minor amount is not a whole number of zero or more.
 */
export function formatAmount(money: Money): string {
  if (!Number.isSafeInteger(money.minor) || money.minor < 0) {
    throw new RangeError("A minor amount is a whole number of zero or more.");
  }
  const { exponent } = CURRENCIES[money.currency];
  const digits = String(money.minor).padStart(exponent + 1, "0");
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * The amount as people of `locale` (a BCP 47 tag) write it. Intl gets the decimal as text, which it formats exactly. It
 * knows no stable coins, so those are a number and a code: "5.00 USDT".
 */
export function formatAmountForPeople(money: Money, locale: string): string {
  const { kind, exponent } = CURRENCIES[money.currency];
  const decimal = formatAmount(money) as Intl.StringNumericLiteral;
  if (kind === "fiat") {
    return new Intl.NumberFormat(locale, { style: "currency", currency: money.currency }).format(decimal);
  }
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  return `${new Intl.NumberFormat(locale, digits).format(decimal)} ${money.currency}`;
}
