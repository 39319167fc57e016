/** Amounts are in minor units. */
type CurrencyRules = {
  readonly kind: "fiat" | "stablecoin";
  /** The number of decimals people write, so the minor unit of JPY is one yen. */
  readonly exponent: 0 | 2;
  /** The default bounds. */
  readonly min: number;
  readonly max: number;
  readonly presets: readonly number[];
  /** The smallest minimum a merchant can set. Providers refuse 0.1 US dollars or less; this leaves room for rates. */
  readonly least: number;
  /** US dollars for one unit, as of mid-2025, by hand. Rough: only to tell factors of 2 and 100, never to price anything. */
  readonly usd: string;
};

const western = { exponent: 2, min: 1_00, max: 10_000_00, presets: [3_00, 5_00, 10_00, 25_00] } as const;
const dimeSized = { exponent: 2, min: 10_00, max: 50_000_00, presets: [20_00, 50_00, 100_00, 200_00] } as const;
const yen = { exponent: 0, min: 100, max: 1_000_000, presets: [300, 500, 1_000, 3_000] } as const;

export const CURRENCIES = {
  USD: { kind: "fiat", ...western, least: 11, usd: "1" },
  EUR: { kind: "fiat", ...western, least: 11, usd: "1.15" },
  GBP: { kind: "fiat", ...western, least: 11, usd: "1.34" },
  CAD: { kind: "fiat", ...western, least: 20, usd: "0.73" },
  AUD: { kind: "fiat", ...western, least: 20, usd: "0.65" },
  SGD: { kind: "fiat", ...western, least: 20, usd: "0.78" },
  CNY: { kind: "fiat", ...dimeSized, least: 1_00, usd: "0.14" },
  HKD: { kind: "fiat", ...dimeSized, least: 1_00, usd: "0.128" },
  JPY: { kind: "fiat", ...yen, least: 20, usd: "0.0068" },
  USDT: { kind: "stablecoin", ...western, least: 11, usd: "1" },
  USDC: { kind: "stablecoin", ...western, least: 11, usd: "1" },
} as const satisfies Record<string, CurrencyRules>;

export type Currency = keyof typeof CURRENCIES;

export type Stablecoin = { [C in Currency]: (typeof CURRENCIES)[C]["kind"] extends "stablecoin" ? C : never }[Currency];

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(CURRENCIES, code);
}

export function isStablecoin(code: string): code is Stablecoin {
  return isCurrency(code) && CURRENCIES[code].kind === "stablecoin";
}

/** An amount of money: a whole number of the currency's minor unit (cents; yen for JPY). */
export type Money = { readonly currency: Currency; readonly minor: number };
