import { formatAmount } from "./amount";
import type { Currency, Money } from "./currency";
import { isOver, isShort, multiplyDecimals } from "./decimal";

/** US dollars for one unit, as of mid-2025, by hand. Rough: only to tell factors of 2 and 100, never to price anything. */
const USD_PER_UNIT: Readonly<Record<Currency, string>> = {
  USD: "1",
  EUR: "1.15",
  GBP: "1.34",
  CAD: "0.73",
  AUD: "0.65",
  SGD: "0.78",
  CNY: "0.14",
  HKD: "0.128",
  JPY: "0.0068",
  USDT: "1",
  USDC: "1",
};

/**
 * Whether an amount in US dollar coins can be worth the price at all: from half to double of a rough value. It catches a
 * wrong unit (yen sent as hundredths), a decimal point that moved, and a payment of a few cents for dollars.
 */
export function isPlausible(input: {
  readonly price: Money;
  readonly coins: string;
  /** How far below the rough value still passes: half, unless a caller is stricter. */
  readonly shortPermille?: number;
}): boolean {
  const { price, coins, shortPermille = 500 } = input;
  const expected = multiplyDecimals(formatAmount(price), USD_PER_UNIT[price.currency]);
  return (
    !isShort({ expected, actual: coins, permille: shortPermille }) && !isOver({ expected, actual: coins, percent: 100 })
  );
}
