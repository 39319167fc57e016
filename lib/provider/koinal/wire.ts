import { z } from "zod";
import { decimalSchema, paymentIdSchema } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { exactIdSchema, exactNumber, exactNumberSchema, writeExactJson } from "../exact-json";

/*
 * The public copies of Koinal's documents have lost every table: paths, methods, names of headers and fields, and the
 * values of a status. What stands here is our best reading of the prose (§1.3, §1.4). With the contract in hand, this
 * is the one file to correct; the emulator's `emulator/koinal/wire.ts` is its counterpart.
 */

export const NAME = "koinal";
export const LABEL = "Koinal";

export const AUTHORIZATION_HEADER = "Authorization";
export const QUOTE_TOKEN_HEADER = "Quote-Token";
export const SIGNATURE_HEADER = "Signature";

export const QUOTE_PATH = "/quote";
export const ORDER_PATH = "/order";
export const statusPath = (id: string) => `/order/${encodeURIComponent(id)}/status`;

/** The unit of the timestamp is not documented; seconds are assumed. */
export const timestampOf = (nowMs: number) => String(Math.floor(nowMs / 1_000));

/** The amount as it was written: a decimal string becomes a JSON number without passing through a float. */
export const quoteBody = (price: { amount: string; currency: string }, cryptocurrency: string) =>
  writeExactJson({ currency_amount: exactNumber(price.amount), currency: price.currency, cryptocurrency });

export const orderBody = (order: { token: string; wallet: string; tag: string | null; payerAddress: string }) =>
  writeExactJson({
    token: order.token,
    wallet_address: order.wallet,
    ...(order.tag !== null && { destination_tag: order.tag }),
    ip_address: order.payerAddress,
  });

/** Only "completed" is documented, and not how it is written. Any other word means that Koinal is still at it. */
export function statusOf(word: string): PaymentStatus {
  return STATUSES.get(word.toUpperCase()) ?? "confirming";
}
const STATUSES = new Map<string, PaymentStatus>([
  ["CREATED", "pending"],
  ["PENDING", "pending"],
  ["COMPLETED", "paid"],
  ["DECLINED", "failed"],
  ["FAILED", "failed"],
  ["CANCELED", "canceled"],
  ["CANCELLED", "canceled"],
  ["EXPIRED", "expired"],
]);

const decimal = exactNumberSchema.pipe(decimalSchema);
const word = z.string().min(1).max(60);
const id = exactIdSchema.pipe(paymentIdSchema);

/** Every answer (§1.3). Success is code "00". */
export const envelopeSchema = z.object({
  code: z.string().max(60),
  message: z.string().max(300).optional().catch(undefined),
  data: z.unknown(),
});

export const quoteSchema = z.object({
  cryptocurrency_amount: decimal,
  cryptocurrency: word,
  currency_amount: decimal,
  currency: word,
  token: z.string().regex(/^[\w-]{8,200}$/),
});

export const orderSchema = z.object({ id, checkout_url: z.string().max(2_000) });

export const statusSchema = z.object({
  id,
  status: word,
  currency_amount: decimal,
  currency: word,
  cryptocurrency_amount: decimal,
  cryptocurrency: word,
  transaction_id: z.string().max(200).nullish(),
});

/** Only the id of a callback is documented (§1.4), so only the id is read. */
export const callbackSchema = z.object({ id });
