import "server-only";
import type { Money } from "@/lib/money/currency";
import type { Order, OrderId } from "@/lib/orders/order";
import { claimOrderId, type IdempotencyKey, releaseOrderId } from "./idempotency";
import {
  creationEvent,
  IN_FLIGHT_MS,
  isInFlight,
  type OpenPaymentDependencies,
  type OpenPaymentResult,
  openAnother,
  openPayment,
  WAIT_STEP_MS,
} from "./open-payment";

export type CreateOrderRequest = {
  readonly price: Money;
  readonly payer: Order["payer"];
  readonly idempotency: IdempotencyKey | null;
};

export type CreateOrderResult =
  | OpenPaymentResult
  /** The idempotency key was used for another request. */
  | { readonly outcome: "conflict" }
  /** Another request with the same key is still at it. */
  | { readonly outcome: "in_progress" };

export type CreateOrderDependencies = OpenPaymentDependencies & { readonly newOrderId: () => OrderId };

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
      const opened = await openAnother(dependencies, order);
      if (opened !== "lost_race") return opened;
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
    await store.insert(order, creationEvent(order, { type: "order_created", facts: {} }));
  } catch (error) {
    // Nothing was opened yet, so the same key may try again at once. If this fails too, the key expires by itself.
    await releaseOrderId({ store, key: request.idempotency, orderId }).catch(() => undefined);
    throw error;
  }
  return openPayment(dependencies, order);
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
