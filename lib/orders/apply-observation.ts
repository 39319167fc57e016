import { isDeepStrictEqual } from "node:util";
import { formatAmount, isPlausible } from "@/lib/money/amount";
import { CURRENCIES, isStablecoin } from "@/lib/money/currency";
import { equalDecimals, isOver, isShort } from "@/lib/money/decimal";
import { changeOrder, type OrderChange } from "./change-order";
import type { PaymentObservation } from "./observation";
import { type Attention, isPayment, type Order, openReasons, type Payment, type Reason, type Source } from "./order";
import { leftAfterRefunds } from "./refunds";
import { combineStatuses, nextStatus, PAYMENT_STATUSES, type PaymentStatus, STATUS_RULES, STATUSES } from "./status";
import { isSecondTransaction, mergeTransactions, othersWith, withKnownAmount } from "./transactions";

export type Report = {
  readonly observation: PaymentObservation;
  readonly source: Source;
  /** The provider's id of the delivery, for the history. */
  readonly deliveryId?: string;
};

export type Applied = {
  /** Null when there is nothing to write down. */
  readonly write: OrderChange | null;
  /** False where money was reported that is not the order's, or a payment that the order does not have. */
  readonly counts: boolean;
};

/**
 * What a report means for an order. This is the one rule for "paid": a report of it counts only with the right money
 * (`judgeMoney`). A payment whose money once differed stays on hold until a signed delivery confirms it with the right
 * money, or the merchant accepts it, for whose word no amount is needed. What we find by asking does not lift the hold,
 * because a provider's detail of a payment may repeat the price that we asked for. What was paid stays paid: a later report
 * with other money is for the merchant, not for the payer.
 */
export function applyObservation(order: Order, report: Report & { readonly now: number }): Applied {
  const { source, now } = report;
  const index = order.payments.findIndex((each) => isPayment(each, report.observation));
  const payment = order.payments[index];
  if (payment === undefined) return { write: null, counts: false };
  const observation = withKnownAmount(payment, report.observation);

  const reportsPaid = observation.status === "paid";
  const byMerchant = source === "merchant";
  const verdict =
    reportsPaid && !byMerchant ? judgeMoney(order, payment, observation) : { counts: true, attention: [] };
  const wasPaid = payment.status === "paid";
  const lifted = reportsPaid && verdict.counts && (source === "webhook" || byMerchant);
  const onHold = !wasPaid && (!verdict.counts || (payment.onHold && !lifted));
  const next = nextStatus(payment.status, observation.status);
  const status = onHold ? heldStatus(payment, { reportsPaid, next }) : next;
  const changed: Payment = {
    ...renewQuote(order, payment, observation),
    onHold,
    status,
    transaction: mergeTransactions(payment, observation),
    ...othersWith(payment, observation),
    ...(observation.status === "refunding" && { returned: true }),
    paidAt: status === "paid" ? (payment.paidAt ?? now) : null,
  };
  // The merchant has looked at the order: nothing about that is news to point out.
  const found = byMerchant ? [] : [...verdict.attention, ...attentionFor({ order, payment, changed, observation })];
  const raised: Reason[] = [...found];
  if (onHold && !payment.onHold) raised.push("review");
  if (changed.returned && !payment.returned) raised.push("refunding");
  const attention = [...new Set([...order.attention, ...found])];
  const grew = attention.length > order.attention.length;
  if (isDeepStrictEqual(payment, changed) && !grew) return { write: null, counts: verdict.counts };

  const back = isNewMoney(payment, changed) ? raised.filter((reason) => order.handled.includes(reason)) : [];
  const step = `${payment.status}>${status}`;
  const isNew = grew || back.length > 0 || !payment.seen.includes(step);
  const count = isNew ? { seen: [...new Set([...payment.seen, step])] } : { repeats: payment.repeats + 1 };
  const payments = order.payments.with(index, { ...changed, ...count });
  const orderStatus = combineStatuses(payments.map((each) => each.status));
  const handled = byMerchant
    ? handledWith(order)
    : order.handled.filter((reason) => !back.some((each) => each === reason));
  const changes = { payments, attention, status: orderStatus, handled };
  const write = changeOrder(order, changes, {
    event: isNew ? describe(report, grew ? attention : null) : null,
    now,
  });
  return { write, counts: verdict.counts };
}

/**
 * The status of a payment on hold: `review`, until the merchant or a signed delivery lifts the hold. Only that its provider
 * returns or rejects the money shows all the same, and what is reported after that.
 */
function heldStatus(
  payment: Payment,
  { reportsPaid, next }: { reportsPaid: boolean; next: PaymentStatus },
): PaymentStatus {
  if (reportsPaid) return "review";
  const isGone = next === "refunding" || next === "rejected";
  return isGone || (payment.onHold && payment.status !== "review") ? next : "review";
}

/** No rate of a dollar coin moves further in the minutes between two quotes. */
const RENEWED_WITHIN = { permille: 100, percent: 10 };

/** A quote that was renewed while nothing had come. One that leaps, or is not worth the price, is not believed. */
function renewQuote({ price }: Order, payment: Payment, { asks }: PaymentObservation): Payment {
  const { quote, payTo, status } = payment;
  if (asks === undefined || quote === null || status !== "pending" || asks.coin !== quote.coin) return payment;
  const step = { expected: quote.amount, actual: asks.amount, ...RENEWED_WITHIN };
  if (isShort(step) || isOver(step) || !isPlausible({ price, coins: asks.amount })) return payment;
  const { amount, uri = null } = asks;
  return { ...payment, quote: { ...quote, amount }, payTo: payTo && { ...payTo, amount, uri } };
}

/** Whether a report brought money that was not there before. Then reasons that the merchant has handled can come back. */
function isNewMoney(before: Payment, after: Payment): boolean {
  const isOther = after.others !== before.others || after.returned !== before.returned;
  return isOther || (after.onHold && !before.onHold) || (hasReceived(after) && !hasReceived(before));
}

/** A merchant who accepts an order as paid has dealt with all that was open about it. */
const handledWith = (order: Order) => [...order.handled, ...openReasons(order)];

type Change = { order: Order; payment: Payment; changed: Payment; observation: PaymentObservation };

function attentionFor({ order, payment, changed, observation }: Change): Attention[] {
  const raised: Attention[] = [];
  // In either order: the confirmation may have been sent before, and have come after.
  const isReturned = observation.status === "refunding" || (payment.status !== "paid" && payment.returned);
  if (changed.status === "paid" && isReturned) raised.push("refund_after_paid");
  if (isSecondTransaction(payment, observation)) raised.push("duplicate_payment");
  if (changed.status === "paid" && payment.status !== "paid" && hasEnded(payment)) raised.push("paid_late");
  // No payer was ever shown this payment: the answer to its create call was lost.
  if (observation.status === "paid" && payment.checkoutUrl === null && payment.payTo === null) {
    raised.push("unexpected_payment");
  }
  // Another payment of the order has money already: this one had none until now.
  if (hasReceived(changed) && !hasReceived(payment) && order.payments.some(hasReceived)) {
    raised.push("duplicate_payment");
  }
  return raised;
}

const hasReceived = ({ status }: Payment) => STATUS_RULES[status].received;

/** Also when money was seen on its way after the end and before the confirmation: it is late all the same. */
function hasEnded({ status, seen }: Payment): boolean {
  const past = [status, ...seen.map((step) => step.split(">")[1])];
  return PAYMENT_STATUSES.some((end) => STATUSES[end].terminal && past.includes(end));
}

function describe({ observation, source, deliveryId }: Report, raised: readonly Attention[] | null) {
  const { paymentId, money, transaction } = observation;
  return {
    type: source === "merchant" ? "merchant_action" : "payment_observed",
    source,
    paymentId,
    facts: {
      ...(source === "merchant" && { action: "accept_as_paid" }),
      provider: observation.provider,
      reported: observation.status,
      providerStatus: observation.providerStatus,
      ...(deliveryId && { deliveryId }),
      ...(money?.price && { price: `${money.price.amount} ${money.price.currency}` }),
      ...(money?.coins && { coins: `${money.coins.amount} ${money.coins.coin}` }),
      ...(transaction?.transactionId && { transactionId: transaction.transactionId }),
      ...(transaction?.hash && { transactionHash: transaction.hash }),
      ...(raised && { attention: raised.join(" ") }),
    },
  } as const;
}

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
  if (!isForOrder || !hasRightMoney(order, payment, observation)) {
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

function hasRightMoney(order: Order, payment: Payment, { money }: PaymentObservation): boolean {
  if (money === null || money.coins === null) return false;
  const { price, status } = order;
  const { quote } = payment;
  const { coin, amount: reported } = money.coins;
  // What was sent back does not pay for anything. Of a paid order it was the merchant's to give.
  const actual = status === "paid" ? reported : leftAfterRefunds(order, payment, { coin, amount: reported });
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

const STABLECOINS = Object.keys(CURRENCIES).filter(isStablecoin);
