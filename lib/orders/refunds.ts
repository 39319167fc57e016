import { addDecimals, compareDecimals, subtractDecimals } from "@/lib/money/decimal";
import type { Order, Payment, Refund } from "./order";
import { STATUS_RULES } from "./status";

/** What came in and went back of one coin. Decimal strings in coins. */
export type RefundableCoin = {
  readonly coin: string;
  readonly received: string;
  /** Refunds that ended without money, such as expired ones, do not count; those under way do. */
  readonly refunded: string;
  /** What can still be sent back: never more than was received. */
  readonly refundable: string;
  /** The part of it that a paid order has too much. */
  readonly overpaid: string;
};

/** By coin, without coins of which nothing is known to have arrived. */
export function refundableCoins(order: Order): RefundableCoin[] {
  const arrived = order.payments.flatMap(arrivedCoins);
  const kept = keptCoins(order);
  return [...new Set(arrived.map(({ coin }) => coin))].map((coin) => {
    const received = sumOf(arrived, coin);
    const refunded = sumOf(order.refunds.filter(holdsMoney), coin);
    const refundable = leftOf(received, refunded);
    const overpaid = order.status === "paid" ? leftOf(refundable, kept?.coin === coin ? kept.amount : "0") : "0";
    return { coin, received, refunded, refundable, overpaid };
  });
}

type Coins = Readonly<Pick<Refund, "coin" | "amount">>;

/** The coins that the merchant has from a payment: all or some of its price, or other money than the order's. */
function arrivedCoins({ status, onHold, transaction, testStore }: Payment): Coins[] {
  const hasArrived = STATUS_RULES[status].received || onHold;
  if (!hasArrived || transaction?.coin === undefined || transaction.amount === undefined) return [];
  // Coins of a test chain are worth nothing, and what is sent back would be worth something.
  if (transaction.chain === "test" && !testStore) return [];
  return [{ coin: transaction.coin, amount: transaction.amount }];
}

/** The price in coins, which the payment that was paid first has settled. */
function keptCoins({ payments }: Order): Coins | null {
  const paid = payments.filter(({ status }) => status === "paid");
  const [first] = paid.toSorted((a, b) => (a.paidAt ?? 0) - (b.paidAt ?? 0));
  const [coins] = first === undefined ? [] : arrivedCoins(first);
  if (first === undefined || coins === undefined) return null;
  // Without a quote, all that it brought counts as its price.
  return { coin: coins.coin, amount: first.quote?.amount ?? coins.amount };
}

/** Whether the money of a refund is gone, or may still go. */
export const holdsMoney = ({ status }: Refund) => status !== "expired" && status !== "canceled" && status !== "failed";

function sumOf(coins: readonly Coins[], coin: string): string {
  return coins.filter((each) => each.coin === coin).reduce((sum, { amount }) => addDecimals(sum, amount), "0");
}

/** Never negative: a refund that was canceled can have been collected all the same. */
const leftOf = (all: string, gone: string) => (compareDecimals(gone, all) >= 0 ? "0" : subtractDecimals(all, gone));

/** Payouts that still have to be sent, or asked about. */
export function livePayouts({ refunds }: Order, now: number): Refund[] {
  return refunds.filter((refund) => payoutGapMs(refund, now) !== null);
}

const FIRST_GAP_MS = 15_000;
const MAX_GAP_MS = 6 * 60 * 60 * 1000;
/** Longer than any known payout waits to be collected. One that may not have been sent at all is never given up. */
const WATCH_FOR_MS = 30 * 24 * 60 * 60 * 1000;

/** The time until reconciliation should look at the payouts of an order again: grows with their age. Null for never. */
export function refundGapMs({ refunds }: Order, now: number): number | null {
  const gaps = refunds.map((refund) => payoutGapMs(refund, now)).filter((gap) => gap !== null);
  return gaps.length === 0 ? null : Math.min(...gaps);
}

function payoutGapMs({ kind, status, createdAt }: Refund, now: number): number | null {
  const age = Math.max(0, now - createdAt);
  const isLive = status === "sending" || status === "unsure" || (status === "waiting" && age <= WATCH_FOR_MS);
  if (kind !== "payout" || !isLive) return null;
  return Math.max(FIRST_GAP_MS, Math.min(Math.floor(age / 4), MAX_GAP_MS));
}
