import { randomBytes } from "node:crypto";
import { type Order, type OrderEvent, orderEventSchema, orderSchema } from "@/lib/orders/order";

/** A new order of 5 USD with one open payment. Every call has ids of its own. */
export function sampleOrder(changes: Partial<Order> = {}): Order {
  return orderSchema.parse({
    id: randomBytes(16).toString("base64url"),
    version: 1,
    createdAt: 1_800_000_000_000,
    updatedAt: 1_800_000_000_000,
    price: { currency: "USD", minor: 500 },
    payer: { name: "Zoë 🥯", message: 'line\n"two"\u0000\u2028', anonymous: false },
    status: "pending",
    creation: { state: "created", at: 1_800_000_000_000 },
    attempts: [sampleAttempt()],
    attention: [],
    nextCheckAt: null,
    ...changes,
  });
}

export function sampleAttempt() {
  return {
    paymentId: `payment-${randomBytes(8).toString("hex")}`,
    checkoutUrl: "https://checkout.example/pay/1",
    createdAt: 1_800_000_000_000,
    expiresAt: null,
    quote: { coin: "USDT", amount: "5.000000", rate: "1.0" },
    status: "pending",
    transaction: null,
    paidAt: null,
    held: false,
  } as Order["attempts"][number];
}

export function sampleEvent(changes: Partial<OrderEvent> = {}): OrderEvent {
  return orderEventSchema.parse({
    at: 1_800_000_000_000,
    type: "order_created",
    source: "create",
    paymentId: null,
    from: null,
    to: "pending",
    facts: { amount: "12345678901234567890.10", count: 12, ok: true, nothing: null },
    ...changes,
  });
}

/** The next version of an order, as a writer makes it. */
export function nextVersion(order: Order, changes: Partial<Order> = {}): Order {
  return { ...order, version: order.version + 1, updatedAt: order.updatedAt + 1, ...changes };
}
