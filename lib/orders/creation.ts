import { changeOrder, type OrderChange } from "./change-order";
import { type CreatedPayment, isPayment, type Order, type Payment } from "./order";
import { combineStatuses } from "./status";

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
  return changeOrder(order, { creation: { state: "in_flight", at: now } }, { event: null, now });
}

/** `maybeAccepted`: the provider may have opened a payment all the same. */
type FailedCreation = {
  readonly kind: string;
  readonly maybeAccepted: boolean;
  readonly code?: string;
  readonly reason?: string;
};

type EndedCreation = {
  provider: { readonly name: string; readonly testStore: boolean };
  result:
    | { readonly ok: true; readonly payment: CreatedPayment }
    | { readonly ok: false; readonly failure: FailedCreation };
  now: number;
};

/**
 * What came of a create call, as a change of the order. A payment that is there already is not added again: the answer to
 * an earlier write may have been lost, or a webhook was faster.
 */
export function creationEnded(order: Order, { provider, result, now }: EndedCreation): OrderChange {
  if (!result.ok) {
    const { kind, maybeAccepted, code, reason } = result.failure;
    const facts = { kind, maybeAccepted, ...(code && { code }), ...(reason && { reason }) };
    const event = { type: "payment_not_created", source: "create", from: null, facts } as const;
    return changeOrder(order, { creation: { state: maybeAccepted ? "unsure" : "refused", at: now } }, { event, now });
  }
  const { name, testStore } = provider;
  const { payment: created } = result;
  const known = order.payments.findIndex((each) => isPayment(each, { provider: name, paymentId: created.paymentId }));
  const payments =
    known === -1
      ? [...order.payments, newPayment({ provider: name, testStore, created, now })]
      : order.payments.map((each, index) => (index === known ? { ...each, ...created } : each));
  const status = combineStatuses(payments.map((each) => each.status));
  const facts = { provider: name, ...(created.quote && { quote: `${created.quote.amount} ${created.quote.coin}` }) };
  const { paymentId } = created;
  const event = { type: "payment_created", source: "create", paymentId, from: null, facts } as const;
  return changeOrder(order, { creation: { state: "created", at: now }, payments, status }, { event, now });
}
