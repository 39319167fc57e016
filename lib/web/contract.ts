import { z } from "zod";
import { ATTENTION } from "@/lib/orders/order";
import { PAYMENT_STATUSES } from "@/lib/orders/status";

/**
 * The schemas of our own HTTP API: the only thing that client and server share. Client code imports types from here,
 * never the schemas, because zod would cost the payer 30 kB.
 */

/** In characters as `maxlength` counts them. */
export const FIELD_LIMITS = { amount: 32, name: 60, message: 280 } as const;

/** The beginning of a text, in such characters. Never ends inside what reads as one, such as an emoji of several parts. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(text)) {
    if (index + segment.length > max) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

/**
 * What people type, without what no one types: control characters, overrides of the direction of text and halves of
 * characters, which would reach terminals, exports and other people's pages. A tab becomes a space; line breaks stay.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replaceAll("\t", " ")
    .replace(/(?!\n)[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu, "");
}

const shortText = (max: number) =>
  z
    .string("must be text")
    .overwrite((text) => cleanText(text).trim())
    .max(max, `must be at most ${max} characters`)
    .transform((text) => (text === "" ? undefined : text))
    .optional();

/** `POST /api/checkout`. */
export const checkoutRequestSchema = z.object(
  {
    /** A decimal string in major units. What it has to be depends on the shop: see `checkPrice`. */
    amount: z.unknown().optional(),
    /** Where the shop has items: the id of one. */
    item: z.string("must be text").max(20, "must be at most 20 characters").optional(),
    name: shortText(FIELD_LIMITS.name),
    message: shortText(FIELD_LIMITS.message),
    /** False: the name may be shown in public. Private unless the payer says otherwise. */
    anonymous: z.boolean("must be true or false").default(true),
  },
  "must be an object",
);
export type CheckoutRequest = z.infer<typeof checkoutRequestSchema>;

/** 201 of `POST /api/checkout`. */
const checkoutResponseSchema = z.object({
  orderId: z.string(),
  orderUrl: z.url(),
  checkoutUrl: z.url(),
  status: z.enum(PAYMENT_STATUSES),
});
export type CheckoutResponse = z.infer<typeof checkoutResponseSchema>;

/** What a payer may know about the transaction. Amounts are decimal strings. */
const receiptSchema = z.object({
  paidAt: z.iso.datetime().nullable(),
  coin: z.string().nullable(),
  coinAmount: z.string().nullable(),
  /** Coins for one unit of `currency`, as quoted: "1.0930" reads 1 EUR = 1.0930 USDT. Null for stablecoin pricing. */
  rate: z.string().nullable(),
  chainId: z.int().nullable(),
  chainName: z.string().nullable(),
  /** True for a transaction on a test network: its coins are worth nothing. */
  testChain: z.boolean(),
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
  /** The payment provider by its name for people. */
  provider: z.string(),
  /** True when another payment of this order may be opened: `POST /api/orders/{orderId}/payments`. */
  canPayAgain: z.boolean(),
  /** Present while the payer can still go on paying. */
  checkoutUrl: z.url().optional(),
  /** Present while the payer can still pay to an address; where there is no `checkoutUrl`, it is the way to pay. */
  payTo: z
    .object({
      address: z.string(),
      /** Decimal string in `coin`. The provider may renew it while nothing has come. */
      amount: z.string(),
      coin: z.string(),
      network: z.string(),
      /** Fills a wallet's form; null where the network has no such link. */
      uri: z.string().nullable(),
    })
    .optional(),
  /** When the time to pay runs out, where that is known; only while nothing has come. */
  expiresAt: z.iso.datetime().optional(),
  /** Present when the provider could not be asked just now; the state shown is the last one known. */
  delayed: z.literal(true).optional(),
  /** Present when the amount received is known and less than what was asked. Decimal strings in coins. */
  shortfall: z.object({ coin: z.string(), required: z.string(), received: z.string(), missing: z.string() }).optional(),
  /** Present when money has been seen. */
  receipt: receiptSchema.optional(),
  /** Present when money was sent back. Decimal strings in coins. */
  refunds: z
    .array(
      z.object({
        coin: z.string(),
        amount: z.string(),
        sentAt: z.iso.datetime(),
        transactionHash: z.string().nullable(),
        explorerUrl: z.url().nullable(),
      }),
    )
    .optional(),
  /** Present when something about the payment is unusual; the merchant sees the same. */
  attention: z.array(z.enum(ATTENTION)).optional(),
});
export type OrderView = z.infer<typeof orderViewSchema>;

/** 200 of `POST /api/webhooks/{provider}`. */
const WEBHOOK_RESULTS = ["paid", "refund_changed", "duplicate", "needs_review", "ignored"] as const;
export type WebhookResult = (typeof WEBHOOK_RESULTS)[number];

/** What is wrong with a field. The sentences for payers have the same keys. */
export const FIELD_PROBLEMS = [
  "amount_invalid",
  "amount_too_low",
  "amount_too_high",
  "price_changed",
  "too_long",
  "invalid",
] as const;
export type FieldProblem = (typeof FIELD_PROBLEMS)[number];

/** RFC 9457 problem details; `errors` names the fields of a validation error. */
const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z
    .array(z.object({ field: z.string(), code: z.enum(FIELD_PROBLEMS).optional(), message: z.string() }))
    .optional(),
});
export type Problem = z.infer<typeof problemSchema>;
