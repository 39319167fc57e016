import { type ParsedAmount, parseMinor } from "./amount-grammar";
import { CURRENCIES, type Currency, type Money } from "./currency";
import { isOver, isShort, multiplyDecimals } from "./decimal";

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
  const name = `${locale} ${money.currency}`;
  const options: Intl.NumberFormatOptions =
    kind === "fiat"
      ? { style: "currency", currency: money.currency }
      : { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  const format = formats.get(name) ?? new Intl.NumberFormat(locale, options);
  formats.set(name, format);
  return kind === "fiat" ? format.format(decimal) : `${format.format(decimal)} ${money.currency}`;
}

/** Making one costs more than a hundred uses of it. */
const formats = new Map<string, Intl.NumberFormat>();

/** Both in minor units, both included. */
export type AmountLimits = { readonly currency: Currency; readonly min: number; readonly max: number };

/** The bounds of an amount, from AMOUNT_MIN and AMOUNT_MAX (decimal strings in major units) or the currency's own. */
export function amountLimits(input: { currency: Currency; min?: string | undefined; max?: string | undefined }) {
  const { currency } = input;
  const own = CURRENCIES[currency];
  const min = readSetting("AMOUNT_MIN", input.min, { currency, minor: own.min });
  if (!min.ok) return min;
  const max = readSetting("AMOUNT_MAX", input.max, { currency, minor: own.max });
  if (!max.ok) return max;
  if (min.minor < own.least) {
    return refuseSetting("AMOUNT_MIN", `is below ${label(own.least, currency)}, the least that can be paid`);
  }
  if (min.minor <= max.minor) return { ok: true, min: min.minor, max: max.minor } as const;
  return input.min === undefined
    ? refuseSetting("AMOUNT_MAX", `is below the smallest amount, ${label(min.minor, currency)}`)
    : refuseSetting("AMOUNT_MIN", `is above the largest amount, ${label(max.minor, currency)}`);
}

/** One price, from AMOUNT_FIXED: limits that leave nothing to choose. It has to be within those given. */
export function fixedAmount(text: string, { currency, min, max }: AmountLimits) {
  const price = readSetting("AMOUNT_FIXED", text, { currency, minor: min });
  if (!price.ok) return price;
  if (price.minor >= min && price.minor <= max) return { ok: true, min: price.minor, max: price.minor } as const;
  const bounds = `${label(min, currency)} and ${label(max, currency)}`;
  return refuseSetting("AMOUNT_FIXED", `is not between the smallest and the largest amount, ${bounds}`);
}

/** The fallback is the value of an unset setting, and the example in the message about an unreadable one. */
function readSetting(setting: LimitSetting, text: string | undefined, fallback: Money) {
  if (text === undefined) return { ok: true, minor: fallback.minor } as const;
  const parsed = parseAmount(text.trim(), fallback.currency);
  if (parsed.ok) return parsed;
  return refuseSetting(setting, `must be an amount in ${fallback.currency}, such as ${formatAmount(fallback)}`);
}

type LimitSetting = "AMOUNT_MIN" | "AMOUNT_MAX" | "AMOUNT_FIXED";

/** The setting and the problem read as one sentence for the merchant. */
const refuseSetting = (setting: LimitSetting, problem: string) => ({ ok: false, setting, problem }) as const;
const label = (minor: number, currency: Currency) => `${formatAmount({ minor, currency })} ${currency}`;

/** Reads an amount in major units and checks it against the limits. */
export function checkAmount(text: string, { currency, min, max }: AmountLimits) {
  // A code of our API, and the same in one English sentence.
  const refuse = <Code extends string>(problem: Code, message: string) => ({ ok: false, problem, message }) as const;
  const parsed = parseAmount(text, currency);
  if (!parsed.ok && parsed.problem !== "too_large") {
    const { exponent } = CURRENCIES[currency];
    const decimals = exponent === 0 ? "no decimals" : `at most ${exponent} decimals`;
    const example = formatAmount({ currency, minor: min });
    return refuse("amount_invalid", `must be an amount in ${currency} with ${decimals}, such as ${example}`);
  }
  if (!parsed.ok || parsed.minor > max) return refuse("amount_too_high", `must be at most ${label(max, currency)}`);
  if (parsed.minor < min) return refuse("amount_too_low", `must be at least ${label(min, currency)}`);
  return { ok: true, money: { currency, minor: parsed.minor } } as const;
}

/** Whether US dollar coins can be worth the price at all: a wrong unit (yen as hundredths) or a moved point cannot. */
export function isPlausible(input: { price: Money; coins: string; shortPermille?: number }): boolean {
  // From half to double of a rough value, unless a caller is stricter.
  const { price, coins, shortPermille = 500 } = input;
  const expected = multiplyDecimals(formatAmount(price), CURRENCIES[price.currency].usd);
  const bounds = { expected, actual: coins, permille: shortPermille, percent: 100 };
  return !isShort(bounds) && !isOver(bounds);
}
