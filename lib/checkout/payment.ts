import "server-only";
import { isPayment } from "@/lib/orders/apply-observation";
import { dueAt, nextVersion, type Order, type OrderEvent, type Payment } from "@/lib/orders/order";
import type { OrderChange } from "@/lib/orders/order-store";
import { combineStatuses } from "@/lib/orders/status";
import type { CreatedPayment, CreatePaymentResult, PaymentProvider } from "@/lib/provider/provider";

/** Longer than a create call may take: one that is still marked "in flight" after it was lost. */
export const IN_FLIGHT_MS = 20_000;

export function isBeingCreated({ creation }: Order, now: number): boolean {
  return creation.state === "in_flight" && Math.abs(now - creation.at) < IN_FLIGHT_MS;
}

type NewPayment = Pick<Payment, "provider" | "testStore"> & { created: CreatedPayment; now: number };

export function newPayment({ provider, testStore, created, now }: NewPayment): Payment {
  return {
    provider,
    testStore,
    ...created,
    createdAt: now,
    status: "pending",
    onHold: false,
    transaction: null,
    paidAt: null,
    seen: [],
    repeats: 0,
  };
}

/** The write that marks a create call as under way. */
export function creationStarted(order: Order, now: number): OrderChange {
  const started = nextVersion(order, { creation: { state: "in_flight", at: now } }, now);
  return { order: started, event: null, dueAt: dueAt(started, now) };
}

type Opener = Pick<PaymentProvider, "name" | "testStore">;
type EndedCreation = { provider: Opener; result: CreatePaymentResult; now: number };

/**
 * What came of a create call, as a change of the order. A payment that is there already is not added again: the answer to
 * an earlier write may have been lost, or a webhook was faster.
 */
export function creationEnded(order: Order, { provider, result, now }: EndedCreation): OrderChange {
  if (!result.ok) {
    const { kind, maybeAccepted, code, reason } = result.failure;
    const failed = nextVersion(order, { creation: { state: maybeAccepted ? "unsure" : "refused", at: now } }, now);
    const facts = { kind, maybeAccepted, ...(code && { code }), ...(reason && { reason }) };
    const event = creationEvent(failed, { type: "payment_not_created", facts });
    return { order: failed, event, dueAt: dueAt(failed, now) };
  }
  const { name, testStore } = provider;
  const { payment: created } = result;
  const known = order.payments.findIndex((each) => isPayment(each, { provider: name, paymentId: created.paymentId }));
  const payments =
    known === -1
      ? [...order.payments, newPayment({ provider: name, testStore, created, now })]
      : order.payments.map((each, index) => (index === known ? { ...each, ...created } : each));
  const status = combineStatuses(payments.map((each) => each.status));
  const next = nextVersion(order, { creation: { state: "created", at: now }, payments, status }, now);
  const facts = { provider: name, ...(created.quote && { quote: `${created.quote.amount} ${created.quote.coin}` }) };
  const event = { ...creationEvent(next, { type: "payment_created", facts }), paymentId: created.paymentId };
  return { order: next, event, dueAt: dueAt(next, now) };
}

export function creationEvent(order: Order, { type, facts }: Pick<OrderEvent, "type" | "facts">): OrderEvent {
  return { at: order.updatedAt, type, source: "create", paymentId: null, from: null, to: order.status, facts };
}
