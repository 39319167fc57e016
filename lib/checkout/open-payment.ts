import "server-only";
import type { Money } from "@/lib/money/currency";
import { stillWatched } from "@/lib/orders/next-check";
import { type Order, type OrderEvent, type OrderId, updateTime } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { combineStatuses } from "@/lib/orders/transition";
import type { CreatedPayment, CreatePaymentResult, PaymentProvider, ProviderFailure } from "@/lib/provider/provider";
import { changeOrder } from "./change-order";

export type OpenPaymentDependencies = {
  readonly store: OrderStore;
  readonly provider: PaymentProvider;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Counts one new payment against the limits of whoever asks. */
  readonly takeFromLimit: () => Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  readonly describeOrder: (price: Money) => string;
  readonly returnUrl: (orderId: OrderId) => string;
};

export type OpenPaymentResult =
  | { readonly outcome: "created"; readonly order: Order; readonly checkoutUrl: string }
  | { readonly outcome: "rate_limited"; readonly retryAfterSeconds: number }
  | { readonly outcome: "failed"; readonly order: Order; readonly failure: ProviderFailure };

/** Longer than a create call may take, so whoever is still marked "in flight" after it has died. */
export const IN_FLIGHT_MS = 20_000;
export const WAIT_STEP_MS = 100;

export function isInFlight(order: Order, now: number): boolean {
  return order.creation.state === "in_flight" && now - order.creation.at < IN_FLIGHT_MS;
}

/** Opens a further payment of a stored order; of several who try at once, one does. */
export async function openAnother(
  dependencies: OpenPaymentDependencies,
  order: Order,
): Promise<OpenPaymentResult | "lost_race"> {
  const taken = await dependencies.takeFromLimit();
  if (!taken.allowed) return { outcome: "rate_limited", retryAfterSeconds: taken.retryAfterSeconds };
  const at = dependencies.now();
  const started: Order = {
    ...order,
    version: order.version + 1,
    updatedAt: updateTime(order, at),
    creation: { state: "in_flight", at },
  };
  const event = creationEvent(started, { type: "payment_not_created", facts: { reason: "trying again" } });
  if ((await dependencies.store.replace(started, event)) === "stale") return "lost_race";
  return openPayment(dependencies, started);
}

/** Asks the provider for a payment of an order that is marked "in flight", and stores what came of it. */
export async function openPayment(dependencies: OpenPaymentDependencies, order: Order): Promise<OpenPaymentResult> {
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
  const base = { ...order, version: order.version + 1, updatedAt: updateTime(order, now) };
  if (result.outcome === "failed") {
    const { kind, maybeAccepted, code, reason } = result.failure;
    const failed: Order = { ...base, creation: { state: maybeAccepted ? "unsure" : "refused", at: now } };
    const facts = { kind, maybeAccepted, ...(code && { code }), ...(reason && { reason }) };
    return { order: failed, event: creationEvent(failed, { type: "payment_not_created", facts }) };
  }
  const { payment } = result;
  const attempts = [...order.attempts, newAttempt(payment, now)];
  const created: Order = {
    ...base,
    creation: { state: "created", at: now },
    attempts,
    status: combineStatuses(attempts.map(({ status }) => status)),
  };
  const facts = payment.quote === null ? {} : { quote: `${payment.quote.amount} ${payment.quote.coin}` };
  return {
    order: { ...created, nextCheckAt: stillWatched(created, now) },
    event: { ...creationEvent(created, { type: "payment_created", facts }), paymentId: payment.paymentId },
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

export function creationEvent(order: Order, { type, facts }: Pick<OrderEvent, "type" | "facts">): OrderEvent {
  return { at: order.updatedAt, type, source: "create", paymentId: null, from: null, to: order.status, facts };
}
