import { isStablecoin } from "@/lib/money/currency";
import { addDecimals, compareDecimals, equalDecimals, subtractDecimals } from "@/lib/money/decimal";
import { changeOrder, type OrderChange } from "./change-order";
import type { PayoutReport } from "./observation";
import { type Order, type OrderEvent, type Payment, payingPayment, type Refund, type Source } from "./order";
import { STATUS_RULES } from "./status";

type RefundStatus = Refund["status"];

/**
 * The reports that move a payout from here; any other is old news. `sending`: no call that may have been accepted was
 * made. `unsure`: one was, or is under way. A payout that was collected after an end was collected all the same, and a
 * bank can send one back days later.
 */
const NEXT: Readonly<Record<RefundStatus, readonly RefundStatus[]>> = {
  sending: ["waiting", "sent", "expired", "canceled", "failed"],
  unsure: ["waiting", "sent", "expired", "canceled", "failed"],
  waiting: ["sent", "expired", "canceled", "failed"],
  sent: ["failed"],
  expired: ["sent"],
  canceled: ["sent"],
  failed: ["waiting", "sent"],
};

export type Payout = {
  readonly provider: string;
  readonly report: PayoutReport;
  /** `updatedAt` of the refund before it was asked about; none for what was sent unasked. */
  readonly askedAt?: number;
};
export type AppliedReport = {
  /** Null when there is nothing to write down. */
  readonly write: OrderChange | null;
  /** False for a refund that the order does not have, or with other money than was to be sent. */
  readonly counts: boolean;
};

/** What a report of a payout means for its order. The payments stay as they are. */
export function applyPayoutReport(
  order: Order,
  {
    provider,
    report,
    askedAt,
    explorerUrl,
    source,
    now,
  }: Payout & { explorerUrl: string | null; source: Source; now: number },
): AppliedReport {
  const refund = findPayout(order, { provider, reference: report.reference });
  if (refund === undefined || !isItsMoney(refund, report)) return { write: null, counts: false };
  // An answer that was under way while an end was reported is older than that end.
  if (askedAt !== undefined && askedAt !== refund.updatedAt && hasEnded(refund)) return { write: null, counts: true };
  const status = NEXT[refund.status].includes(report.status) ? report.status : refund.status;
  const changed: Refund = {
    ...refund,
    status,
    payoutId: refund.payoutId ?? report.payoutId,
    claimUrl: refund.claimUrl ?? report.claimUrl,
    transactionHash: refund.transactionHash ?? report.transactionHash,
    ...(explorerUrl !== null && { explorerUrl }),
    ...(report.held !== undefined && { held: report.held }),
  };
  const keys = ["status", "payoutId", "claimUrl", "transactionHash", "held"] as const;
  if (keys.every((key) => changed[key] === refund[key])) return { write: null, counts: true };
  const facts = { providerStatus: report.providerStatus, ...(report.reason && { reason: report.reason }) };
  return { write: changeRefund(order, { refund: changed, source, facts, now }), counts: true };
}

const ENDS: readonly RefundStatus[] = ["sent", "expired", "canceled", "failed"];
/** As far as is known: see `NEXT`. */
export const hasEnded = ({ status }: Refund) => ENDS.includes(status);

export function findPayout({ refunds }: Order, payout: { provider: string; reference: string }): Refund | undefined {
  const { provider, reference } = payout;
  return refunds.find((each) => each.kind === "payout" && each.provider === provider && each.reference === reference);
}

function isItsMoney({ coin, amount }: Refund, { money }: PayoutReport): boolean {
  return money === null || (money.coin === coin && equalDecimals(money.amount, amount));
}

type RefundChange = { refund: Refund; source: Source; facts: OrderEvent["facts"] | null; now: number };

/** A refund that is new or has changed. Without `facts` the history keeps silent about it. Never name its claim URL in them. */
export function changeRefund(order: Order, { refund, source, facts, now }: RefundChange): OrderChange {
  const index = order.refunds.findIndex(({ reference }) => reference === refund.reference);
  const stamped = { ...refund, updatedAt: index === -1 ? now : Math.max(now, refund.updatedAt + 1) };
  const refunds = index === -1 ? [...order.refunds, stamped] : order.refunds.with(index, stamped);
  const { reference, status, coin, amount } = refund;
  const named = { reference, refund: status, amount: `${amount} ${coin}`, ...facts };
  return changeOrder(order, { refunds }, { event: facts && { type: "refund_changed", source, facts: named }, now });
}

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

/**
 * What the merchant still has of the coins that came for a payment, once refunds that other payments do not cover are off. A
 * dollar coin is as good as another. A payment of which the amount is not known covers nothing.
 */
export function leftAfterRefunds({ payments, refunds }: Order, payment: Payment, { coin, amount }: Coins): string {
  const others = payments.filter((each) => each !== payment);
  const isAlike = (other: string) => other === coin || (isStablecoin(other) && isStablecoin(coin));
  const sum = (coins: readonly Coins[]) =>
    coins.filter((each) => isAlike(each.coin)).reduce((total, each) => addDecimals(total, each.amount), "0");
  return leftOf(amount, leftOf(sum(refunds.filter(holdsMoney)), sum(others.flatMap(arrivedCoins))));
}

/** Whether what a refund gives back is still there: the provider may have returned it, or another refund was collected. */
export function isCovered(order: Order, refund: Refund): boolean {
  const refunds = order.refunds.filter(({ reference }) => reference !== refund.reference);
  const found = refundableCoins({ ...order, refunds }).find(({ coin }) => coin === refund.coin);
  return found !== undefined && compareDecimals(refund.amount, found.refundable) <= 0;
}

/**
 * The coins that the merchant has from a payment: all or some of its price, or other money than the order's. None once its
 * provider has said that it returns them.
 */
function arrivedCoins({ status, onHold, returned, transaction, testStore }: Payment): Coins[] {
  const hasArrived = STATUS_RULES[status].received || (onHold && status === "review");
  if (!hasArrived || returned) return [];
  if (transaction?.coin === undefined || transaction.amount === undefined) return [];
  // Coins of a test chain are worth nothing, and what is sent back would be worth something.
  if (transaction.chain === "test" && !testStore) return [];
  return [{ coin: transaction.coin, amount: transaction.amount }];
}

/** The price in coins, settled by the payment that made the order paid, or by the next one if its money went back. */
function keptCoins(order: Order): Coins | null {
  const paying = payingPayment({ ...order, payments: order.payments.filter(({ returned }) => !returned) });
  const [coins] = paying === undefined ? [] : arrivedCoins(paying);
  // Without a quote, all that it brought counts as its price.
  return coins === undefined ? null : { coin: coins.coin, amount: paying?.quote?.amount ?? coins.amount };
}

/** Whether the money of a refund is gone, or may still go. */
export const holdsMoney = ({ status }: Refund) => status !== "expired" && status !== "canceled" && status !== "failed";

function sumOf(coins: readonly Coins[], coin: string): string {
  return coins.filter((each) => each.coin === coin).reduce((sum, { amount }) => addDecimals(sum, amount), "0");
}

/** Never negative: a refund that was canceled can have been collected all the same. */
const leftOf = (all: string, gone: string) => (compareDecimals(gone, all) >= 0 ? "0" : subtractDecimals(all, gone));
