import { z } from "zod";
import { PAYMENT_STATUSES } from "@/lib/orders/status";

/**
 * The schemas of our own HTTP API: the only thing that client and server share. Client code imports types from here,
 * never the schemas, because zod would cost the payer 30 kB.
 */

const shortText = (max: number) =>
  z
    .string("must be text")
    .max(max, `must be at most ${max} characters`)
    .transform((text) => text.trim())
    .transform((text) => (text === "" ? undefined : text))
    .optional();

/** `POST /api/checkout`. The amount is a decimal string in major units; its grammar and bounds depend on the currency. */
export const checkoutRequestSchema = z.object(
  {
    amount: z.string('must be a decimal string such as "5.00"').max(32, "must be at most 32 characters"),
    name: shortText(60),
    message: shortText(280),
    anonymous: z.boolean("must be true or false").default(false),
  },
  "must be an object",
);
export type CheckoutRequest = z.infer<typeof checkoutRequestSchema>;

/** 201 of `POST /api/checkout`. */
export const checkoutResponseSchema = z.object({
  orderId: z.string(),
  orderUrl: z.url(),
  checkoutUrl: z.url(),
  status: z.enum(PAYMENT_STATUSES),
});
export type CheckoutResponse = z.infer<typeof checkoutResponseSchema>;

/** What a payer may know about the transaction. Amounts are decimal strings. */
export const receiptSchema = z.object({
  paidAt: z.iso.datetime().nullable(),
  coin: z.string().nullable(),
  coinAmount: z.string().nullable(),
  rate: z.string().nullable(),
  chainId: z.int().nullable(),
  chainName: z.string().nullable(),
  transactionHash: z.string().nullable(),
  explorerUrl: z.url().nullable(),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** 200 of `GET /api/orders/{orderId}`: only what the payer may see. */
export const orderViewSchema = z.object({
  orderId: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  paid: z.boolean(),
  /** True when the page may stop asking often; only `paid` is final for money. */
  terminal: z.boolean(),
  /** Decimal string in major units of `currency`. */
  amount: z.string(),
  currency: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Present while the payer can still go on paying. */
  checkoutUrl: z.url().optional(),
  /** Present when the provider could not be asked just now; the state shown is the last one known. */
  delayed: z.literal(true).optional(),
  /** Present when the amount received is known and less than what was asked. Decimal strings in coins. */
  shortfall: z.object({ coin: z.string(), required: z.string(), received: z.string(), missing: z.string() }).optional(),
  /** Present when money has been seen. */
  receipt: receiptSchema.optional(),
});
export type OrderView = z.infer<typeof orderViewSchema>;

/** 200 of `POST /api/webhooks/allscale`. */
export const WEBHOOK_RESULTS = ["paid", "duplicate", "needs_review", "ignored"] as const;
export type WebhookResult = (typeof WEBHOOK_RESULTS)[number];

/** RFC 9457 problem details; `errors` names the fields of a validation error. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
