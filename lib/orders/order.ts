import { z } from "zod";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { PAYMENT_STATUSES } from "./status";

/** Ours: 128 bits of randomness or more, because knowing the id is the right to see the order. */
export const orderIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22,64}$/)
  .brand<"OrderId">();
export type OrderId = z.infer<typeof orderIdSchema>;

/** The provider's id of one payment (AllScale: the checkout intent). Opaque. */
export const paymentIdSchema = z.string().min(1).max(200).brand<"PaymentId">();
export type PaymentId = z.infer<typeof paymentIdSchema>;

/** A non-negative decimal number as text: money that does not come in a currency's minor unit is never a float. */
export const decimalSchema = z
  .string()
  .max(80)
  .regex(/^\d+(\.\d+)?$/);

const currencySchema = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]]);

/** What the provider told us about the transaction of a payment. Everything may be missing. */
export const transactionSchema = z.object({
  /** The provider's id of the transaction: the key by which a second payment of one intent is told from a repetition. */
  transactionId: z.string().max(200).optional(),
  hash: z.string().max(200).optional(),
  chainId: z.int().nonnegative().optional(),
  from: z.string().max(200).optional(),
  coin: z.string().max(20).optional(),
  /** What was received, in coins. */
  amount: decimalSchema.optional(),
});
export type Transaction = z.infer<typeof transactionSchema>;

/** One payment at the provider for an order. "Try again" adds another; the earlier ones stay watched. */
export const attemptSchema = z.object({
  paymentId: paymentIdSchema,
  checkoutUrl: z.url().nullable(),
  createdAt: z.int(),
  expiresAt: z.int().nullable(),
  /** What the provider asks of the payer, in coins, as it answered the create call. */
  quote: z.object({ coin: z.string(), amount: decimalSchema, rate: decimalSchema.nullable() }).nullable(),
  status: z.enum(PAYMENT_STATUSES),
  /** A report once named other money than the order's. From then on only the merchant decides. */
  held: z.boolean(),
  transaction: transactionSchema.nullable(),
  /** When we learned that it was paid, in milliseconds. */
  paidAt: z.int().nullable(),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** Why the merchant should look at an order. Each is raised at most once for an order. */
export const ATTENTION = ["paid_late", "duplicate_payment", "money_mismatch", "refund_after_paid"] as const;
export type Attention = (typeof ATTENTION)[number];

/** The document that both stores keep. Times are milliseconds since the epoch. */
export const orderSchema = z.object({
  id: orderIdSchema,
  /** Grows by one with each write; a write based on an older version is refused. */
  version: z.int().positive(),
  createdAt: z.int(),
  updatedAt: z.int(),
  price: z.object({ currency: currencySchema, minor: z.int().positive() }),
  payer: z.object({ name: z.string().nullable(), message: z.string().nullable(), anonymous: z.boolean() }),
  status: z.enum(PAYMENT_STATUSES),
  /**
   * How the newest create call at the provider went. `unsure`: it may or may not have been accepted; the payer never saw
   * a checkout of it, so asking again cannot charge twice.
   */
  creation: z.object({ state: z.enum(["in_flight", "unsure", "refused", "created"]), at: z.int() }),
  attempts: z.array(attemptSchema),
  attention: z.array(z.enum(ATTENTION)),
  /** When reconciliation should look again; null when there is nothing more to learn. */
  nextCheckAt: z.int().nullable(),
});
export type Order = z.infer<typeof orderSchema>;

/**
 * When the next version of an order is made: after the one before, also where the clocks of two processes differ, because
 * pages tell old news from new by it.
 */
export function updateTime(order: Order, now: number): number {
  return Math.max(now, order.updatedAt + 1);
}

/** Who told us. `poll`: a status call made for the payer's page. */
export const SOURCES = ["create", "webhook", "poll", "reconcile", "merchant"] as const;
export type Source = (typeof SOURCES)[number];

/** One line of an order's history. Written in the same step as the change that it describes, never altered. */
export const orderEventSchema = z.object({
  at: z.int(),
  type: z.enum(["order_created", "payment_created", "payment_not_created", "payment_observed", "payment_checked"]),
  source: z.enum(SOURCES),
  paymentId: paymentIdSchema.nullable(),
  from: z.enum(PAYMENT_STATUSES).nullable(),
  to: z.enum(PAYMENT_STATUSES),
  /** Ids and amounts for whoever reads the history: provider status, webhook id, transaction, money reported. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type OrderEvent = z.infer<typeof orderEventSchema>;
