import { z } from "zod";
import { decimalSchema, paymentIdSchema } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { exactIdSchema, exactNumber, exactTextSchema, writeExactJson } from "../exact-json";

/** The formats of the deposits API (§3.4). */

export const NAME = "onekey";
export const LABEL = "OneKey";

/** Where the staging API is; the address of production is given to each merchant after tests (§3). */
export const STAGING_URL = "https://api-stg.onekeypayments.com";
export const STAGING_CHECKOUT_HOSTS = ["pay-stg.depositcheckout.com", "payment-stg.depositcheckout.com"];

/** Older pages say D24, newer ones OKP. */
export const SCHEMES = ["OKP", "D24"] as const;
export type Scheme = (typeof SCHEMES)[number];

export const DEPOSITS_PATH = "/v3/deposits";
export const depositPath = (id: string) => `${DEPOSITS_PATH}/${encodeURIComponent(id)}`;

export type NewDeposit = {
  readonly country: string;
  readonly currency: string;
  readonly amount: string;
  readonly invoiceId: string;
  readonly paymentMethod: string | null;
  readonly description: string;
  readonly payerAddress: string | null;
  readonly returnUrl: string;
};

/** The amount as it was written: a decimal string becomes a JSON number without passing through a float. */
export function depositBody(deposit: NewDeposit): string {
  const { country, currency, amount, invoiceId, paymentMethod, description, payerAddress, returnUrl } = deposit;
  const fields = {
    country,
    amount: exactNumber(amount),
    currency,
    invoice_id: invoiceId,
    // Alphanumeric. What else is asked of payers differs by country and method, so OneKey's page asks for it.
    payer: { id: invoiceId.replace(/[^A-Za-z0-9]/g, "") },
    request_payer_data_on_validation_failure: true,
    ...(paymentMethod !== null && { payment_method: paymentMethod }),
    description,
    ...(payerAddress !== null && { client_ip: payerAddress }),
    back_url: returnUrl,
    success_url: returnUrl,
    error_url: returnUrl,
    notification_url: new URL(`/api/webhooks/${NAME}`, returnUrl).href,
  };
  return writeExactJson(fields);
}

/** An invoice id must be unique, and an order can have several payments: ours is the order's id and a random end. */
export const newInvoiceId = (orderReference: string) =>
  `${orderReference}-${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;

/** Of an invoice that is not ours, the whole, so that it matches no order. */
export const orderReferenceOf = (invoiceId: string) => /^(.+)-[0-9a-f]{16}$/.exec(invoiceId)?.[1] ?? invoiceId;

/** EARLY_RELEASED is not paid. EXPIRED and CANCELLED can become COMPLETED. An unknown word changes nothing (§3.5). */
export function statusOf(word: string, isRefunded: boolean): PaymentStatus {
  return isRefunded ? "refunding" : (STATUSES.get(word.toUpperCase()) ?? "pending");
}
const STATUSES = new Map<string, PaymentStatus>([
  ["CREATED", "pending"],
  ["INITIATED", "pending"],
  ["PENDING", "pending"],
  ["EARLY_RELEASED", "pending"],
  ["EARLY_RELEASE", "pending"],
  ["FOR_REVIEW", "confirming"],
  ["APPROVED", "confirming"],
  ["COMPLETED", "paid"],
  ["DECLINED", "failed"],
  ["REJECTED", "failed"],
  ["CANCELLED", "canceled"],
  ["EXPIRED", "expired"],
]);

const decimal = exactTextSchema.pipe(decimalSchema);
const id = exactIdSchema.pipe(paymentIdSchema);
const word = z.string().min(1).max(60);

export const createdSchema = z.object({
  deposit_id: id,
  redirect_url: z.string().max(2_000).nullish(),
  merchant_invoice_id: z.string().max(200).nullish(),
});

export const statusSchema = z.object({
  deposit_id: id,
  invoice_id: z.string().min(1).max(200),
  status: word,
  local_amount: decimal,
  currency: word,
  /** Not documented (§3.4), so anything but a plain no is believed: money that went back must not count as paid. */
  refunded: z.unknown().transform((value) => ![undefined, null, false, "false"].some((no) => no === value)),
});

/** Other fields were seen beside it (§3.4), and none of them is believed. */
export const notificationSchema = z.object({ deposit_id: id });

const refusal = z.object({
  code: exactTextSchema.pipe(z.string().max(60)),
  type: z.string().max(120).nullish().catch(null),
  description: z.string().nullish().catch(null),
  message: z.string().nullish().catch(null),
  reason: z.string().nullish().catch(null),
});
/** Flat after a POST, nested after a GET (§3.4). */
export const refusalSchema = z.union([z.object({ error: refusal }).transform(({ error }) => error), refusal]);
