import { formatAmount } from "@/lib/money/amount";
import type { Money } from "@/lib/money/currency";
import { compareDecimals, equalDecimals, multiplyDecimals, withinPercent } from "@/lib/money/decimal";
import { isStableCoin, stableCoinOfId } from "./currency";
import type { CreatedIntent } from "./wire";

/** Wide enough for an exchange rate and its rounding, far too narrow for a factor of 100. */
const TOLERANCE_PERCENT = 5;

export type AmountCheck =
  | {
      readonly ok: true;
      readonly quote: { readonly coin: string; readonly amount: string; readonly rate: string | null };
    }
  | { readonly ok: false; readonly reason: string };

/**
 * Whether the coins that AllScale asks of the payer are worth our price (§5): a wrong unit would charge a hundred times too
 * much or too little. `accepted` are the coins we allowed for fiat pricing; empty means that AllScale chose.
 */
export function checkAmounts(price: Money, answer: CreatedIntent, accepted: readonly string[]): AmountCheck {
  const { amount_coins: amount, rate } = answer;
  const coin = stableCoinOfId(answer.stable_coin_type);
  const facts = `price=${formatAmount(price)} ${price.currency} coins=${amount} coin=${answer.stable_coin_type} rate=${rate}`;
  if (coin === null) return { ok: false, reason: `unknown coin: ${facts}` };
  if (isStableCoin(price.currency)) {
    if (coin !== price.currency) return { ok: false, reason: `other coin: ${facts}` };
    if (!equalDecimals(amount, formatAmount(price))) return { ok: false, reason: `other amount: ${facts}` };
    return { ok: true, quote: { coin, amount, rate } };
  }
  if (accepted.length > 0 && !accepted.includes(coin)) return { ok: false, reason: `coin not accepted: ${facts}` };
  if (!agrees({ price, amount, rate })) return { ok: false, reason: `amounts disagree: ${facts}` };
  return { ok: true, quote: { coin, amount, rate } };
}

/**
 * Which way the rate points is not documented, so coins = price × rate and coins × rate = price both count. A coin is worth
 * a US dollar, so for USD the coins are held against the price itself too, and no rate can talk them up.
 */
function agrees(input: { price: Money; amount: string; rate: string | null }): boolean {
  const { price, amount, rate } = input;
  const major = formatAmount(price);
  const near = (expected: string, actual: string) => withinPercent({ expected, actual, percent: TOLERANCE_PERCENT });
  if (compareDecimals(amount, "0") === 0) return false;
  if (price.currency === "USD" && !near(major, amount)) return false;
  if (rate === null) return price.currency === "USD";
  return near(multiplyDecimals(major, rate), amount) || near(major, multiplyDecimals(amount, rate));
}
