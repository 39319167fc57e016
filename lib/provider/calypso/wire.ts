import { z } from "zod";
import { decimalSchema, type PaymentId, paymentIdSchema } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { exactNumberSchema, writeExactJson } from "../exact-json";
import { lenient, optional } from "../parsing";

export const NAME = "calypso";
export const LABEL = "Calypso Pay";

/** The envelope of every call (§2.1). Serialized once: these bytes are what is signed and what is sent. */
export function envelope(account: string, nowMs: number, payload: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(writeExactJson({ account, timestamp: nowMs, payload }));
}

/** An exponent is no amount. */
const decimal = exactNumberSchema.pipe(decimalSchema);
const text = z.string().max(200);
/** Milliseconds since the epoch. */
const time = z.string().transform(Date.parse).pipe(z.int());

/** One invoice (§2.3), as far as it is used. */
export const invoiceSchema = z.object({
  id: text,
  invoiceAddress: text,
  currency: z.string().max(20),
  state: z.string().max(60),
  amount: optional(decimal),
  fiatAmount: optional(decimal),
  fiatCurrency: optional(z.string().max(10)),
  expiration: lenient(time),
  lastDepositHash: lenient(text),
  interventionType: lenient(text),
  isInterventionResolved: lenient(z.boolean()),
  externalId: optional(text),
  idempotencyKey: optional(text),
});
export type Invoice = z.infer<typeof invoiceSchema>;

/** One payment widget (§2.4): the payer picks a coin there, each time a new invoice. */
export const widgetSchema = z.object({
  idempotencyKey: text,
  widgetState: z.string().max(60),
  expiration: lenient(time),
  invoices: z.array(z.object({ invoiceId: z.union([text, exactNumberSchema]) })).catch([]),
});

export const subscriptionsSchema = z.object({ subscriptions: z.array(z.unknown()) });
export const errorSchema = z.object({ errorCode: z.string().max(20), message: z.string().max(300).catch("") });

/** The body of a webhook (§2.5), as far as it is read of every event. */
export const webhookSchema = z.object({
  id: exactNumberSchema,
  eventType: z.string().max(100),
  data: z.object({ externalId: lenient(text) }),
});

/** The one event that names what was received: all of its money is read or none, as it names what was asked as well. */
export const paidSchema = z.object({
  eventType: z.literal("INVOICE_PAID"),
  data: z.object({
    amount: optional(decimal),
    realAmount: optional(decimal),
    currency: z.string().max(20),
    // An object in some events.
    fiatAmount: decimal,
    fiatCurrency: optional(z.string().max(10)),
    transactionHash: lenient(text),
  }),
});

/** What stands in `externalId`, which Calypso hands on from a widget to its invoices: our order and our payment. */
export const externalIdOf = (orderReference: string, paymentId: string) => `${orderReference}.${paymentId}`;

export function readExternalId(text: string | undefined): { orderReference: string; paymentId: PaymentId } | null {
  const [, orderReference, key] = /^([\w-]+)\.([0-9a-f-]{36})$/.exec(text ?? "") ?? [];
  const paymentId = paymentIdSchema.safeParse(key);
  return orderReference === undefined || !paymentId.success ? null : { orderReference, paymentId: paymentId.data };
}

/** What a state means (§2.7). Null for a word that is not in the documents: such a report must change nothing. */
export function statusOf(invoice: Invoice, nowMs: number): PaymentStatus | null {
  const { state, expiration, interventionType, isInterventionResolved } = invoice;
  if (state === "PENDING_PAYMENT") {
    return expiration !== undefined && expiration <= nowMs ? "expired" : "pending";
  }
  if (state !== "PENDING_INTERVENTION") return STATUSES.get(state) ?? null;
  if (isInterventionResolved === true) return "confirming";
  return interventionType === "UNDERPAY" ? "underpaid" : "review";
}
const STATUSES = new Map<string, PaymentStatus>([
  ["MEM_POOL_FOUND", "confirming"],
  ["PENDING_COMPLIANCE_CHECK", "confirming"],
  ["PAID", "paid"],
  ["COMPLETED", "paid"],
  ["DECLINED", "rejected"],
  ["CANCEL", "canceled"],
  ["ARCHIVED", "canceled"],
]);
