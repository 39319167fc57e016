import type { PaymentStatus } from "./status";

/**
 * Which reports move a payment, from each status. A status that is not listed changes nothing: it is old news, as a poll
 * that started before a webhook arrived. Two rules are never broken: `paid` is not left, and from everywhere else `paid`
 * can be reached, because money that arrives late has still arrived.
 */
const NEXT: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  pending: ["confirming", "review", "refunding", "paid", "underpaid", "rejected", "failed", "canceled", "expired"],
  confirming: ["review", "refunding", "paid", "underpaid", "rejected", "failed", "canceled", "expired"],
  review: ["confirming", "refunding", "paid", "underpaid", "rejected", "failed", "canceled", "expired"],
  refunding: ["paid", "underpaid", "rejected", "failed", "canceled", "expired"],
  paid: [],
  // Money was received: an end that says nothing of it must not hide that.
  underpaid: ["confirming", "review", "refunding", "paid", "rejected", "failed"],
  rejected: ["confirming", "review", "refunding", "paid"],
  failed: ["confirming", "review", "refunding", "paid", "underpaid", "rejected"],
  canceled: ["confirming", "review", "refunding", "paid", "underpaid", "rejected", "failed"],
  expired: ["confirming", "review", "refunding", "paid", "underpaid", "rejected", "failed", "canceled"],
};

/** The status after a report; the current one where the report changes nothing. */
export function nextStatus(current: PaymentStatus, reported: PaymentStatus): PaymentStatus {
  return NEXT[current].includes(reported) ? reported : current;
}

/** What decides about an order with several payments, the first of these that one of them has. */
const DECISIVE = ["paid", "confirming", "review", "refunding", "underpaid", "rejected"] as const;

/**
 * The status of an order with several payments. One that is paid decides; otherwise one that money has reached or is
 * reaching; otherwise the newest, which is the one the payer is looking at.
 */
export function combineStatuses(statuses: readonly PaymentStatus[]): PaymentStatus {
  return DECISIVE.find((status) => statuses.includes(status)) ?? statuses.at(-1) ?? "pending";
}
