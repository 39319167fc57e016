import { type ParsedAmount, parseMinor } from "./amount-grammar";
import { CURRENCIES, type Currency, type Money } from "./currency";

/** Reads a decimal string in major units ("5.00"), without bounds: `checkAmount` has those. */
export function parseAmount(text: string, currency: Currency): ParsedAmount {
  return parseMinor(text, CURRENCIES[currency].exponent);
}

/** In major units with all decimals: "5.00" for USD, "500" for JPY. Throws a RangeError for a fraction or less than 0. */
export function formatAmount({ minor, currency }: Money): string {
  if (!Number.isSafeInteger(minor) || minor < 0)
    throw new RangeError("A minor amount is a whole number of zero or more.");
  const { exponent } = CURRENCIES[currency];
  const digits = String(minor).padStart(exponent + 1, "0");
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** As people of `locale` (a BCP 47 tag) write it. Intl knows no stablecoins, so those are a number and a code: "5.00 USDT". */
export function formatAmountForPeople(money: Money, locale: string): string {
  const { kind, exponent } = CURRENCIES[money.currency];
  // Text, because Intl would round a number.
  const decimal = formatAmount(money) as Intl.StringNumericLiteral;
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options).format(decimal);
  if (kind === "fiat") return format({ style: "currency", currency: money.currency });
  return `${format({ minimumFractionDigits: exponent, maximumFractionDigits: exponent })} ${money.currency}`;
}
