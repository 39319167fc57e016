import { randomBytes } from "node:crypto";
import { changeOrder } from "@/lib/orders/change-order";
import { newPayment } from "@/lib/orders/creation";
import {
  ORDER_FORMAT,
  type Order,
  type OrderEvent,
  orderEventSchema,
  orderIdSchema,
  orderSchema,
  type Payment,
  paymentIdSchema,
} from "@/lib/orders/order";
import type { OrderWrite } from "@/lib/orders/order-store";

export const SAMPLE_NOW = 1_800_000_000_000;

/** A new order of 5 USD with one open payment. Every call has ids of its own. */
export function sampleOrder(changes: Partial<Order> = {}): Order {
  return orderSchema.parse({
    format: ORDER_FORMAT,
    id: orderIdSchema.parse(randomBytes(16).toString("base64url")),
    version: 1,
    createdAt: SAMPLE_NOW,
    updatedAt: SAMPLE_NOW,
    price: { currency: "USD", minor: 500 },
    payer: { name: "Zoë 🥯", message: 'line\n"two"\u0000\u2028', anonymous: false },
    status: "pending",
    creation: { state: "created", at: SAMPLE_NOW },
    payments: [samplePayment()],
    attention: [],
    handled: [],
    hidden: false,
    refunds: [],
    effects: [],
    ...changes,
  } satisfies Order);
}

export function samplePayment(changes: Partial<Payment> = {}): Payment {
  const created = {
    paymentId: paymentIdSchema.parse(`payment-${randomBytes(8).toString("hex")}`),
    checkoutUrl: "https://checkout.example/pay/1",
    payTo: null,
    expiresAt: null,
    quote: { coin: "USDT", amount: "5.000000", rate: "1.0", accepted: ["USDT"] },
  };
  return { ...newPayment({ provider: "sample", testStore: false, created, now: SAMPLE_NOW }), ...changes };
}

export function sampleEvent(changes: Partial<OrderEvent> = {}): OrderEvent {
  return orderEventSchema.parse({
    at: SAMPLE_NOW,
    type: "order_created",
    source: "create",
    paymentId: null,
    from: null,
    to: "pending",
    facts: { amount: "12345678901234567890.10", count: 12, ok: true, nothing: null },
    ...changes,
  });
}

export function sampleWrite(order: Order, changes: Partial<OrderWrite> = {}): OrderWrite {
  return { order, event: sampleEvent(), dueAt: null, previous: null, ...changes };
}

/** A write of the next version. */
export function nextWrite(previous: Order, changes: Partial<OrderWrite> = {}): OrderWrite {
  return sampleWrite(newer(previous), { previous, ...changes });
}

/** The next version of an order, as a writer makes it. */
export function newer(order: Order, changes: Partial<Order> = {}): Order {
  return changeOrder(order, changes, { event: null, now: order.updatedAt }).order;
}
