import { formatAmount } from "@/lib/money/amount";
import { CURRENCIES, isCurrency } from "@/lib/money/currency";
import { equalDecimals, isOver, isShort } from "@/lib/money/decimal";
import { isPlausible } from "@/lib/money/rates";
import type { PaymentObservation } from "./observation";
import type { Attention, Order, Payment } from "./order";

/** Rounding of coins and rates, never a discount. */
const SHORT_BY_PERMILLE = 1;
const OVER_BY_PERCENT = 1;
/** Of a rough value, where there is no quote to compare with. */
const UNQUOTED_SHORT_BY_PERMILLE = 100;

/** Whether a report of `paid` counts, and what the merchant should look at. */
export type MoneyVerdict = { readonly counts: boolean; readonly attention: readonly Attention[] };

/**
 * Holds a report of `paid` against the order (docs/decisions/0011). It counts when the price, where the provider repeats
 * one, is ours, and the coins received are of an accepted kind and no less than the quote of the create call. More than the
 * quote counts and is pointed out. Nothing reported is never enough.
 */
export function judgeMoney(order: Order, payment: Payment, observation: PaymentObservation): MoneyVerdict {
  const isForOrder = observation.orderReference === undefined || observation.orderReference === order.id;
  if (!isForOrder || !hasRightMoney(order.price, payment, observation)) {
    return { counts: false, attention: ["money_mismatch"] };
  }
  // A report that does not name the chain does not make a known one unknown.
  const reported = observation.transaction?.chain ?? "unknown";
  const chain = reported === "unknown" ? (payment.transaction?.chain ?? "unknown") : reported;
  if (chain === "test" && !payment.testStore) return { counts: false, attention: ["test_chain"] };
  const attention: Attention[] = [];
  if (chain === "unknown") attention.push("unknown_chain");
  if (isMoreThanAsked(order.price, payment, observation)) attention.push("overpaid");
  return { counts: true, attention };
}

function hasRightMoney(price: Order["price"], { quote }: Payment, { money }: PaymentObservation): boolean {
  if (money === null || money.coins === null) return false;
  const { coin, amount: actual } = money.coins;
  const inCoins = isStablecoin(price.currency);
  if (!inCoins) {
    if (money.price?.currency !== price.currency || !equalDecimals(money.price.amount, formatAmount(price)))
      return false;
  }
  const accepted = quote?.accepted ?? (inCoins ? [price.currency] : STABLECOINS);
  if (!accepted.includes(coin)) return false;
  const expected = expectedCoins(price, quote);
  return expected === null
    ? isPlausible({ price, coins: actual, shortPermille: UNQUOTED_SHORT_BY_PERMILLE })
    : !isShort({ expected, actual, permille: SHORT_BY_PERMILLE });
}

function isMoreThanAsked(price: Order["price"], { quote }: Payment, { money }: PaymentObservation): boolean {
  const expected = expectedCoins(price, quote);
  const actual = money?.coins?.amount;
  return expected !== null && actual !== undefined && isOver({ expected, actual, percent: OVER_BY_PERCENT });
}

/** Null for a fiat price without a quote: a payment that we never saw being opened. */
function expectedCoins(price: Order["price"], quote: Payment["quote"]): string | null {
  return quote?.amount ?? (isStablecoin(price.currency) ? formatAmount(price) : null);
}

const isStablecoin = (code: string) => isCurrency(code) && CURRENCIES[code].kind === "stablecoin";
const STABLECOINS = Object.keys(CURRENCIES).filter(isStablecoin);
