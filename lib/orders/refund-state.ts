import { equalDecimals } from "@/lib/money/decimal";
import type { PayoutReport } from "./observation";
import { dueAt, nextVersion, type Order, type OrderEvent, type Refund, type Source } from "./order";
import type { OrderChange } from "./order-store";

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
  const next = nextVersion(order, { refunds }, now);
  const { reference, status, coin, amount } = refund;
  const bare = { at: next.updatedAt, type: "refund_changed", source, paymentId: null } as const;
  const named = { reference, refund: status, amount: `${amount} ${coin}`, ...facts };
  const event = facts && { ...bare, from: order.status, to: next.status, facts: named };
  return { order: next, event, dueAt: dueAt(next, now) };
}
