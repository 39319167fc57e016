import { isDeepStrictEqual } from "node:util";
import type { PaymentObservation } from "@/lib/provider/provider";
import { moneyMatches } from "./money-matches";
import { stillWatched } from "./next-check";
import {
  type Attempt,
  type Attention,
  type Order,
  type OrderEvent,
  type Source,
  type Transaction,
  updateTime,
} from "./order";
import { isTerminal } from "./status";
import { combineStatuses, nextStatus } from "./transition";

export type Applied = { readonly order: Order; readonly event: OrderEvent };

type Report = {
  readonly observation: PaymentObservation;
  readonly source: Source;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The provider's id of the delivery, for the history. */
  readonly deliveryId?: string;
};

/**
 * What a report means for an order: the next version of it with the event that says why, or null when there is nothing
 * to write down. This is the one rule for "paid": a report of it counts only with the right money. A payment whose money
 * once differed stays with the merchant until a delivery of the provider confirms it with the right money; what we find by
 * asking does not lift that, because the provider's detail of a payment repeats the price that we asked for.
 */
export function applyObservation(order: Order, report: Report): Applied | null {
  const { observation, source, now } = report;
  const index = order.attempts.findIndex((attempt) => attempt.paymentId === observation.paymentId);
  const attempt = order.attempts[index];
  if (attempt === undefined) return null;

  const differs = observation.status === "paid" && !isOurs(order, attempt, observation);
  const lifted = observation.status === "paid" && !differs && source === "webhook";
  const held = differs || (attempt.held && !lifted);
  const status = held ? heldStatus(attempt) : nextStatus(attempt.status, observation.status);
  const changed: Attempt = {
    ...attempt,
    held: held && attempt.status !== "paid",
    status,
    transaction: mergeTransactions(attempt, observation),
    paidAt: status === "paid" ? (attempt.paidAt ?? now) : null,
  };
  const raised = attentionFor({ order, attempt, changed, observation, differs });
  const attention = [...order.attention, ...raised.filter((reason) => !order.attention.includes(reason))];
  if (isDeepStrictEqual(attempt, changed) && attention.length === order.attention.length) return null;

  const attempts = order.attempts.with(index, changed);
  const next: Order = {
    ...order,
    version: order.version + 1,
    updatedAt: updateTime(order, now),
    attempts,
    attention,
    status: combineStatuses(attempts.map((each) => each.status)),
  };
  return { order: { ...next, nextCheckAt: stillWatched(next, now) }, event: describe(order, next, report) };
}

function isOurs(order: Order, attempt: Attempt, observation: PaymentObservation): boolean {
  if (observation.orderReference !== undefined && observation.orderReference !== order.id) return false;
  return moneyMatches(order.price, attempt.quote, observation.money);
}

/** What was paid stays paid: a later report with other money is a matter for the merchant, not for the payer. */
function heldStatus(attempt: Attempt): Attempt["status"] {
  return attempt.status === "paid" ? "paid" : "review";
}

/** Later reports fill in what was unknown; of a paid payment, nothing known is overwritten. */
function mergeTransactions(attempt: Attempt, { transaction }: PaymentObservation): Transaction | null {
  if (transaction === null) return attempt.transaction;
  return attempt.status === "paid"
    ? { ...transaction, ...attempt.transaction }
    : { ...attempt.transaction, ...transaction };
}

function attentionFor(facts: {
  order: Order;
  attempt: Attempt;
  changed: Attempt;
  observation: PaymentObservation;
  differs: boolean;
}): Attention[] {
  const { order, attempt, changed, observation, differs } = facts;
  const raised: Attention[] = [];
  if (differs) raised.push("money_mismatch");
  if (attempt.status === "paid" && observation.status === "refunding") raised.push("refund_after_paid");
  if (isSecondTransaction(attempt, observation)) raised.push("duplicate_payment");
  if (changed.status === "paid" && attempt.status !== "paid" && isTerminal(attempt.status)) raised.push("paid_late");
  if (hasReceived(changed) && !hasReceived(attempt)) {
    if (order.attempts.some((other) => other !== attempt && hasReceived(other))) raised.push("duplicate_payment");
  }
  return raised;
}

/** The merchant has money of it, all or some. */
function hasReceived({ status }: Attempt): boolean {
  return status === "paid" || status === "underpaid";
}

/** One payment paid by two transactions: the payer paid twice. */
function isSecondTransaction(attempt: Attempt, observation: PaymentObservation): boolean {
  const known = attempt.transaction?.transactionId;
  const reported = observation.transaction?.transactionId;
  return (
    attempt.status === "paid" &&
    observation.status === "paid" &&
    known !== undefined &&
    reported !== undefined &&
    known !== reported
  );
}

function describe(before: Order, after: Order, { observation, source, now, deliveryId }: Report): OrderEvent {
  const { money, transaction } = observation;
  return {
    at: now,
    type: "payment_observed",
    source,
    paymentId: observation.paymentId,
    from: before.status,
    to: after.status,
    facts: {
      reported: observation.status,
      providerStatus: observation.providerStatus,
      ...(deliveryId && { deliveryId }),
      ...(money?.price && { price: `${money.price.amount} ${money.price.currency}` }),
      ...(money?.coins && { coins: `${money.coins.amount} ${money.coins.coin}` }),
      ...(transaction?.transactionId && { transactionId: transaction.transactionId }),
      ...(transaction?.hash && { transactionHash: transaction.hash }),
      ...(after.attention.length > before.attention.length && { attention: after.attention.join(" ") }),
    },
  };
}
