import { formatAmount, parseAmount } from "./amount";
import { CURRENCIES, type Currency, type Money } from "./currency";

/**
 * The smallest minimum a merchant can set, in minor units. Providers refuse a payment worth 0.1 of a US dollar or less,
 * and these stay above that with room for exchange rates. The provider's own check is the exact one.
 */
const LOWEST_MINIMUM: Readonly<Record<Currency, number>> = {
  USD: 11,
  EUR: 11,
  GBP: 11,
  CAD: 20,
  AUD: 20,
  SGD: 20,
  CNY: 1_00,
  HKD: 1_00,
  JPY: 20,
  USDT: 11,
  USDC: 11,
};

/** Both in minor units, both included. */
export type AmountLimits = { readonly currency: Currency; readonly min: number; readonly max: number };

export type AmountLimitsResult =
  | { readonly ok: true; readonly min: number; readonly max: number }
  /** Which setting is wrong, and how: the two read as one sentence for the merchant. */
  | { readonly ok: false; readonly setting: LimitSetting; readonly problem: string };

type LimitSetting = "AMOUNT_MIN" | "AMOUNT_MAX" | "AMOUNT_FIXED";

/** The bounds of an amount, from AMOUNT_MIN and AMOUNT_MAX (decimal strings in major units) or the currency's own. */
export function amountLimits(input: {
  readonly currency: Currency;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
}): AmountLimitsResult {
  const { currency } = input;
  const min = bound({ name: "AMOUNT_MIN", text: input.min, currency, fallback: CURRENCIES[currency].min });
  if (!min.ok) return min;
  const max = bound({ name: "AMOUNT_MAX", text: input.max, currency, fallback: CURRENCIES[currency].max });
  if (!max.ok) return max;
  if (min.minor < LOWEST_MINIMUM[currency]) {
    const lowest = label({ currency, minor: LOWEST_MINIMUM[currency] });
    return { ok: false, setting: "AMOUNT_MIN", problem: `is below ${lowest}, the least that can be paid` };
  }
  if (min.minor > max.minor) {
    const [low, high] = [label({ currency, minor: min.minor }), label({ currency, minor: max.minor })];
    const [setting, problem] =
      input.min === undefined
        ? (["AMOUNT_MAX", `is below the smallest amount, ${low}`] as const)
        : (["AMOUNT_MIN", `is above the largest amount, ${high}`] as const);
    return { ok: false, setting, problem };
  }
  return { ok: true, min: min.minor, max: max.minor };
}

/** One price, from AMOUNT_FIXED: limits that leave nothing to choose. It has to be within those given. */
export function fixedAmount(text: string, limits: AmountLimits): AmountLimitsResult {
  const { currency, min, max } = limits;
  const price = bound({ name: "AMOUNT_FIXED", text, currency, fallback: min });
  if (!price.ok) return price;
  if (price.minor >= min && price.minor <= max) return { ok: true, min: price.minor, max: price.minor };
  const [low, high] = [label({ currency, minor: min }), label({ currency, minor: max })];
  return {
    ok: false,
    setting: "AMOUNT_FIXED",
    problem: `is not between the smallest and the largest amount, ${low} and ${high}`,
  };
}

export type CheckedAmount =
  | { readonly ok: true; readonly money: Money }
  /** `problem` is a code of our API, `message` the same in one English sentence. */
  | { readonly ok: false; readonly problem: AmountRefusal; readonly message: string };

type AmountRefusal = "amount_invalid" | "amount_too_low" | "amount_too_high";

/** Reads an amount in major units and checks it against the limits. */
export function checkAmount(text: string, { currency, min, max }: AmountLimits): CheckedAmount {
  const refuse = (problem: AmountRefusal, message: string) => ({ ok: false, problem, message }) as const;
  const parsed = parseAmount(text, currency);
  if (!parsed.ok && parsed.problem !== "too_large") {
    const example = formatAmount({ currency, minor: min });
    return refuse("amount_invalid", `must be an amount in ${currency} with ${decimals(currency)}, such as ${example}`);
  }
  if (!parsed.ok || parsed.minor > max)
    return refuse("amount_too_high", `must be at most ${label({ currency, minor: max })}`);
  if (parsed.minor < min) return refuse("amount_too_low", `must be at least ${label({ currency, minor: min })}`);
  return { ok: true, money: { currency, minor: parsed.minor } };
}

function decimals(currency: Currency): string {
  const { exponent } = CURRENCIES[currency];
  return exponent === 0 ? "no decimals" : `at most ${exponent} decimals`;
}

function bound(input: { name: LimitSetting; text: string | undefined; currency: Currency; fallback: number }) {
  if (input.text === undefined) return { ok: true, minor: input.fallback } as const;
  const parsed = parseAmount(input.text.trim(), input.currency);
  if (parsed.ok) return parsed;
  const example = formatAmount({ currency: input.currency, minor: input.fallback });
  const problem = `must be an amount in ${input.currency}, such as ${example}`;
  return { ok: false, setting: input.name, problem } as const;
}

function label(money: Money): string {
  return `${formatAmount(money)} ${money.currency}`;
}
