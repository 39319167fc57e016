import "server-only";
import { log } from "@/lib/log";
import { formatAmountForPeople } from "@/lib/money/amount";
import { isPayment } from "@/lib/orders/apply-observation";
import { changeOrder, type OrderChange } from "@/lib/orders/change-order";
import { type Order, type OrderId, type Payment, paymentToShow } from "@/lib/orders/order";
import type { Lease } from "@/lib/orders/order-store";
import { combineStatuses } from "@/lib/orders/status";
import type { CreatedPayment, CreatePaymentResult, PaymentProvider } from "@/lib/provider/provider";
import { type Refusal, refuse } from "@/lib/web/refusals";
import type { Flow, Shop } from "./flow";
import { updateOrder } from "./fulfil";
import { providerRefusal } from "./start-refusals";

export type StartResult =
  | { readonly ok: true; readonly order: Order; readonly checkoutUrl: string; readonly orderUrl: string }
  | { readonly ok: false; readonly refusal: Refusal };

/** A shop while it serves one payer. */
export type PayerShop = Shop & { readonly payerAddress: string | null };

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

type EndedCreation = {
  provider: Pick<PaymentProvider, "name" | "testStore">;
  result: CreatePaymentResult;
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

export function storeNew({ store }: Flow, order: Order): Promise<void> {
  const { createdAt: at, status: to } = order;
  const event = { at, type: "order_created", source: "create", paymentId: null, from: null, to, facts: {} } as const;
  return store.insert({ order, event, dueAt: null, previous: null });
}

export async function openAnother(
  flow: Flow,
  shop: PayerShop,
  order: Order,
  lease: Lease,
): Promise<StartResult | null> {
  const write = creationStarted(order, flow.clock.now());
  if ((await flow.store.replace({ ...write, previous: order })) === "conflict") return null;
  return openPayment(flow, shop, write.order, lease);
}

/** Asks the provider for a payment of an order that is marked "in flight", and stores what came of it; that ends the lease. */
export async function openPayment(flow: Flow, shop: PayerShop, order: Order, lease?: Lease): Promise<StartResult> {
  const { provider } = shop;
  const { id, price } = order;
  const result = await provider.createPayment({
    price,
    orderReference: id,
    description: `${shop.name}: ${formatAmountForPeople(price, "en-US")}`,
    returnUrl: orderUrl(shop, id),
    payerAddress: shop.payerAddress,
  });
  const updated = await updateOrder(flow, {
    known: order,
    lease,
    find: () => flow.store.get(id),
    change: (current) => ({ write: creationEnded(current, { provider, result, now: flow.clock.now() }) }),
  });
  if (updated === null) throw new Error("An order that was just stored is gone.");
  if (!result.ok) {
    const { kind, code, reason, providerRequestId, maybeAccepted } = result.failure;
    log.warn("checkout_failed", { orderId: id, kind, code, reason, providerRequestId, maybeAccepted });
    return refuse(providerRefusal(result.failure));
  }
  log.info("checkout_created", { orderId: id, paymentId: result.payment.paymentId, provider: provider.name });
  // Not always the payment that was just opened: an earlier one may have been paid meanwhile.
  const opened = openedPayment(shop, updated.order);
  if (opened === null) throw new Error("A payment that was just stored is gone.");
  return opened;
}

/** The answer of an order: its newest open payment, or the one that gave it its status. Null when none was opened. */
export function openedPayment(shop: Shop, order: Order): StartResult | null {
  const payment = paymentToShow(order);
  if (payment === undefined) return null;
  const url = orderUrl(shop, order.id);
  return { ok: true, order, checkoutUrl: payment.checkoutUrl ?? url, orderUrl: url };
}

const orderUrl = ({ publicUrl }: Shop, orderId: OrderId) => `${publicUrl}/orders/${orderId}`;
