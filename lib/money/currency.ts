/**
 * The currencies a merchant can price in. `exponent` is the number of decimals people write, so the minor unit of JPY is
 * one yen. `min` and `max` are the default bounds, `presets` the amounts that the page offers, all in minor units.
 */
type CurrencyRules = {
  readonly kind: "fiat" | "stablecoin";
  readonly exponent: 0 | 2;
  readonly min: number;
  readonly max: number;
  readonly presets: readonly number[];
};

const western = { exponent: 2, min: 1_00, max: 10_000_00, presets: [3_00, 5_00, 10_00, 25_00] } as const;
const dimeSized = { exponent: 2, min: 10_00, max: 50_000_00, presets: [20_00, 50_00, 100_00, 200_00] } as const;

export const CURRENCIES = {
  USD: { kind: "fiat", ...western },
  EUR: { kind: "fiat", ...western },
  GBP: { kind: "fiat", ...western },
  CAD: { kind: "fiat", ...western },
  AUD: { kind: "fiat", ...western },
  SGD: { kind: "fiat", ...western },
  CNY: { kind: "fiat", ...dimeSized },
  HKD: { kind: "fiat", ...dimeSized },
  JPY: { kind: "fiat", exponent: 0, min: 100, max: 1_000_000, presets: [300, 500, 1_000, 3_000] },
  USDT: { kind: "stablecoin", ...western },
  USDC: { kind: "stablecoin", ...western },
} as const satisfies Record<string, CurrencyRules>;

export type Currency = keyof typeof CURRENCIES;

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(CURRENCIES, code);
}

/** An amount of money: a whole number of the currency's minor unit (cents; yen for JPY). */
export type Money = { readonly currency: Currency; readonly minor: number };
