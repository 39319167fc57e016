import { type ParsedAmount, parseMinor } from "./amount-grammar";
import { CURRENCIES, type Currency, type Money } from "./currency";

/** Reads a decimal string in major units ("5.00") in one of our currencies. `checkAmount` knows the bounds. */
export function parseAmount(text: string, currency: Currency): ParsedAmount {
  return parseMinor(text, CURRENCIES[currency].exponent);
}

/**
 * The amount in major units with all decimals of its currency: "5.00" for USD, "500" for JPY. `parseAmount` reads it
 * back. Throws a RangeError when the minor amount is not a whole number of zero or more.
 */
export function formatAmount({ minor, currency }: Money): string {
  if (!Number.isSafeInteger(minor) || minor < 0) {
    throw new RangeError("A minor amount is a whole number of zero or more.");
  }
  const { exponent } = CURRENCIES[currency];
  const digits = String(minor).padStart(exponent + 1, "0");
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * The amount as people of `locale` (a BCP 47 tag) write it. Intl gets the decimal as text, which it formats exactly. It
 * knows no stablecoins, so those are a number and a code: "5.00 USDT".
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
