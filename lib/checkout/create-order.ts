import "server-only";
import type { Money } from "@/lib/money/currency";
import { nextCheckAt } from "@/lib/orders/next-check";
import type { Order, OrderEvent, OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { CreatedPayment, CreatePaymentResult, PaymentProvider, ProviderFailure } from "@/lib/provider/provider";
import { changeOrder } from "./change-order";
import { claimOrderId, type IdempotencyKey, releaseOrderId } from "./idempotency";

export type CreateOrderRequest = {
  readonly price: Money;
  readonly payer: Order["payer"];
  readonly idempotency: IdempotencyKey | null;
};

export type CreateOrderResult =
  | { readonly outcome: "created"; readonly order: Order; readonly checkoutUrl: string }
  /** The idempotency key was used for another request. */
  | { readonly outcome: "conflict" }
  | { readonly outcome: "rate_limited"; readonly retryAfterSeconds: number }
  | { readonly outcome: "failed"; readonly order: Order; readonly failure: ProviderFailure }
  /** Another request with the same key is still at it. */
  | { readonly outcome: "in_progress" };

export type CreateOrderDependencies = {
  readonly store: OrderStore;
  readonly provider: PaymentProvider;
  readonly now: () => number;
  readonly newOrderId: () => OrderId;
  readonly sleep: (ms: number) => Promise<void>;
  /** Counts one new payment against the limits of whoever asks. */
  readonly takeFromLimit: () => Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  readonly describeOrder: (price: Money) => string;
  readonly returnUrl: (orderId: OrderId) => string;
};

/** Longer than a create call may take, so whoever is still marked "in flight" after it has died. */
const IN_FLIGHT_MS = 20_000;
const WAIT_STEP_MS = 100;

/**
 * Opens a payment for a new order, or answers again what was answered for the same idempotency key. The order is stored
 * before the provider is called, so that nothing the provider knows is unknown to us.
 *
 * A call whose answer was lost leaves the order "unsure". Asking again reuses the order and opens another payment at the
 * provider; that cannot charge twice, because nobody was ever shown the way to the first one.
 */
export async function createOrder(
  dependencies: CreateOrderDependencies,
  request: CreateOrderRequest,
): Promise<CreateOrderResult> {
  const { store, now, newOrderId, sleep } = dependencies;
  const giveUpAt = now() + IN_FLIGHT_MS;
  while (now() < giveUpAt) {
    const claim = await claimOrderId({ store, key: request.idempotency, orderId: newOrderId(), now: now() });
    if (claim.outcome === "conflict") return claim;
    if (claim.outcome === "ours") return openNewOrder(dependencies, request, claim.orderId);

    const order = await store.get(claim.orderId);
    const checkoutUrl = order?.attempts[0]?.checkoutUrl;
    if (order && checkoutUrl) return { outcome: "created", order, checkoutUrl };
    if (order && !isInFlight(order, now())) {
      const reopened = await reopen(dependencies, order);
      if (reopened !== "lost_race") return reopened;
    }
    await sleep(WAIT_STEP_MS);
  }
  return { outcome: "in_progress" };
}

async function openNewOrder(
  dependencies: CreateOrderDependencies,
  request: CreateOrderRequest,
  orderId: OrderId,
): Promise<CreateOrderResult> {
  const { store, now } = dependencies;
  const order = newOrder({ id: orderId, request, now: now() });
  try {
    const taken = await dependencies.takeFromLimit();
    if (!taken.allowed) {
      await releaseOrderId({ store, key: request.idempotency, orderId });
      return { outcome: "rate_limited", retryAfterSeconds: taken.retryAfterSeconds };
    }
    await store.insert(order, eventOf(order, { type: "order_created", facts: {} }));
  } catch (error) {
    // Nothing was opened yet, so the same key may try again at once. If this fails too, the key expires by itself.
    await releaseOrderId({ store, key: request.idempotency, orderId }).catch(() => undefined);
    throw error;
  }
  return openPayment(dependencies, order);
}

/** A new try for an order whose create call was refused, was lost, or died with its process. */
async function reopen(dependencies: CreateOrderDependencies, order: Order): Promise<CreateOrderResult | "lost_race"> {
  const taken = await dependencies.takeFromLimit();
  if (!taken.allowed) return { outcome: "rate_limited", retryAfterSeconds: taken.retryAfterSeconds };
  const at = dependencies.now();
  const claimed: Order = {
    ...order,
    version: order.version + 1,
    updatedAt: at,
    creation: { state: "in_flight", at },
  };
  const event = eventOf(claimed, { type: "payment_not_created", facts: { reason: "trying again" } });
  if ((await dependencies.store.replace(claimed, event)) === "stale") return "lost_race";
  return openPayment(dependencies, claimed);
}

async function openPayment(dependencies: CreateOrderDependencies, order: Order): Promise<CreateOrderResult> {
  const { provider, now } = dependencies;
  const created = await provider.createPayment({
    price: order.price,
    orderReference: order.id,
    description: dependencies.describeOrder(order.price),
    returnUrl: dependencies.returnUrl(order.id),
  });
  const stored = await changeOrder(dependencies.store, order.id, (current) => withResult(current, created, now()));
  if (created.outcome === "failed") return { outcome: "failed", order: stored, failure: created.failure };
  const checkoutUrl = created.payment.checkoutUrl;
  if (checkoutUrl === null) throw new Error("The provider has no hosted page, which this flow needs");
  return { outcome: "created", order: stored, checkoutUrl };
}

function withResult(order: Order, result: CreatePaymentResult, now: number): { order: Order; event: OrderEvent } {
  const base = { ...order, version: order.version + 1, updatedAt: now };
  if (result.outcome === "failed") {
    const { kind, maybeAccepted, code, reason } = result.failure;
    const failed: Order = { ...base, creation: { state: maybeAccepted ? "unsure" : "refused", at: now } };
    const facts = { kind, maybeAccepted, ...(code && { code }), ...(reason && { reason }) };
    return { order: failed, event: eventOf(failed, { type: "payment_not_created", facts }) };
  }
  const { payment } = result;
  const attempts = [...order.attempts, newAttempt(payment, now)];
  const created: Order = { ...base, creation: { state: "created", at: now }, attempts };
  const facts = payment.quote === null ? {} : { quote: `${payment.quote.amount} ${payment.quote.coin}` };
  return {
    order: { ...created, nextCheckAt: nextCheckAt(created, now) },
    event: { ...eventOf(created, { type: "payment_created", facts }), paymentId: payment.paymentId },
  };
}

function newOrder({ id, request, now }: { id: OrderId; request: CreateOrderRequest; now: number }): Order {
  return {
    id,
    version: 1,
    createdAt: now,
    updatedAt: now,
    price: { ...request.price },
    payer: request.payer,
    status: "pending",
    creation: { state: "in_flight", at: now },
    attempts: [],
    attention: [],
    nextCheckAt: null,
  };
}

function newAttempt(payment: CreatedPayment, now: number): Order["attempts"][number] {
  return {
    paymentId: payment.paymentId,
    checkoutUrl: payment.checkoutUrl,
    createdAt: now,
    expiresAt: payment.expiresAt,
    quote: payment.quote === null ? null : { ...payment.quote },
    status: "pending",
    held: false,
    transaction: null,
    paidAt: null,
  };
}

function eventOf(order: Order, { type, facts }: Pick<OrderEvent, "type" | "facts">): OrderEvent {
  return { at: order.updatedAt, type, source: "create", paymentId: null, from: null, to: order.status, facts };
}

function isInFlight(order: Order, now: number): boolean {
  return order.creation.state === "in_flight" && now - order.creation.at < IN_FLIGHT_MS;
}
