import { formatAmount } from "./amount";
import { CURRENCIES, type Money } from "./currency";
import { isOver, isShort, multiplyDecimals } from "./decimal";

/** Whether US dollar coins can be worth the price at all: a wrong unit (yen as hundredths) or a moved point cannot. */
export function isPlausible(input: { price: Money; coins: string; shortPermille?: number }): boolean {
  // From half to double of a rough value, unless a caller is stricter.
  const { price, coins, shortPermille = 500 } = input;
  const expected = multiplyDecimals(formatAmount(price), CURRENCIES[price.currency].usd);
  const bounds = { expected, actual: coins, permille: shortPermille, percent: 100 };
  return !isShort(bounds) && !isOver(bounds);
}
