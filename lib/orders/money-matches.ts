import { formatAmount } from "@/lib/money/amount";
import { CURRENCIES, isCurrency } from "@/lib/money/currency";
import { equalDecimals, withinPercent } from "@/lib/money/decimal";
import type { ReportedMoney } from "@/lib/provider/provider";
import type { Attempt, Order } from "./order";

/** How far the coins of a fiat payment may be from what was quoted: another coin or a fresh rate, never another amount. */
const COIN_TOLERANCE_PERCENT = 5;

/**
 * Whether the money reported is what the order asked for. Fiat pricing: same currency, same amount, and stable coins whose
 * number is plausible for it. Stable-coin pricing: same coin, same number of coins. Nothing reported is not a match.
 */
export function moneyMatches(price: Order["price"], quote: Attempt["quote"], reported: ReportedMoney | null): boolean {
  if (reported === null) return false;
  const asked = formatAmount(price);
  if (CURRENCIES[price.currency].kind === "stable-coin") {
    return reported.coins?.coin === price.currency && equalDecimals(reported.coins.amount, asked);
  }
  if (reported.price?.currency !== price.currency || !equalDecimals(reported.price.amount, asked)) return false;
  if (reported.coins === null) return true;
  if (!isStableCoin(reported.coins.coin)) return false;
  if (quote === null) return true;
  return withinPercent({ expected: quote.amount, actual: reported.coins.amount, percent: COIN_TOLERANCE_PERCENT });
}

function isStableCoin(coin: string): boolean {
  return isCurrency(coin) && CURRENCIES[coin].kind === "stable-coin";
}
