import { z } from "zod";
import type { PaymentObservation } from "@/lib/orders/observation";
import { decimalSchema, paymentIdSchema } from "@/lib/orders/order";
import { describeChain, type KnownStatus, NAME, priceOfCents } from "./tables";

/** It goes into the path of a signed request, so it is visible ASCII and no dot segment that a URL would swallow. */
const intentIdSchema = paymentIdSchema.refine((id) => /^[!-~]+$/.test(id) && !/^\.+$/.test(id));

/** For money, ids and statuses: missing, null or of the documented type. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);
/** PHP writes a missing text as an empty one. */
const optionalText = (maxLength: number) => optional(z.string().max(maxLength)).transform((text) => text || undefined);
/** Safe integers only: a larger one has already lost digits in JSON.parse. */
const count = z.int().nonnegative();
/** For what must not cost a confirmation when it is malformed: a value of another type counts as missing. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const lenientText = lenient(z.string().min(1).max(200));
const digits = z.string().regex(/^\d{1,15}$/);

const paymentSchema = z.object({
  all_scale_checkout_intent_id: intentIdSchema,
  status: optional(z.int()),
  amount_cents: optional(count),
  currency: optional(count),
  amount_coins: optional(decimalSchema),
  coin_symbol: optionalText(20),
  order_id: optionalText(1_000),
  all_scale_transaction_id: optionalText(200),
  tx_hash: lenientText,
  tx_from: lenientText,
  // It decides whether the coins are worth anything, so a number in quotes is read as well.
  chain_id: lenient(z.union([count, digits.transform(Number)])),
});
type PaymentFields = z.infer<typeof paymentSchema> & { readonly actual_paid_amount?: string | undefined };

/** The payload of create (§5). The other routes spell the id with another underscore. */
export const createdIntentSchema = z.object({
  allscale_checkout_intent_id: intentIdSchema,
  checkout_url: z.string(),
  amount_coins: decimalSchema,
  stable_coin_type: z.int(),
  rate: decimalSchema.nullish().transform((rate) => rate ?? null),
});
export type CreatedIntent = z.infer<typeof createdIntentSchema>;

/** The payload of the status route (§6): a bare integer. Two old clients expect an object, so that is read as well. */
export const statusSchema = z
  .union([z.int(), z.object({ status: z.int() })])
  .transform((payload) => (typeof payload === "number" ? payload : payload.status));

/** The payload of the detail route (§7). The type of `actual_paid_amount` is not documented: a number is read too. */
export const detailSchema = paymentSchema.extend({
  actual_paid_amount: optional(z.union([decimalSchema, z.number().transform(String).pipe(decimalSchema)])),
});
export type IntentDetail = z.infer<typeof detailSchema>;

/** The body of a webhook (§8). No status is documented. */
export const webhookBodySchema = paymentSchema.extend({ webhook_id: z.string().min(1).max(200) });
export const pingSchema = z.object({ pong: z.literal("ok") });

/** Undefined when the bytes are not JSON in UTF-8. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** For the log: which fields are wrong, without their values. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.code}`).join(", ");
}

/** A report in our terms. */
export function toObservation(status: KnownStatus, fields: PaymentFields): PaymentObservation {
  const { currency, amount_cents: cents, coin_symbol: coin, order_id: orderReference, tx_hash: hash } = fields;
  const { all_scale_transaction_id: transactionId, tx_from: from, chain_id: chainId } = fields;
  const isPaid = status.status === "paid";
  // Before a payment is confirmed, `amount_coins` is only what was asked.
  const received = fields.actual_paid_amount ?? (isPaid ? fields.amount_coins : undefined);
  // Native pricing has numbers in the fiat fields of some live reports (§8), so each whole half of the money is reported.
  const price = currency === undefined || cents === undefined ? null : priceOfCents(currency, cents);
  const coins = coin === undefined || received === undefined ? null : { coin, amount: received };
  // The coin alone is only what was asked, too.
  const isKnown = isPaid || [transactionId, hash, received].some((fact) => fact !== undefined);
  const transaction = {
    ...describeChain(chainId, hash),
    ...(transactionId !== undefined && { transactionId }),
    ...(hash !== undefined && { hash }),
    ...(from !== undefined && { from }),
    ...(coin !== undefined && { coin }),
    ...(received !== undefined && { amount: received }),
  };
  return {
    provider: NAME,
    paymentId: fields.all_scale_checkout_intent_id,
    status: status.status,
    providerStatus: status.name,
    money: price === null && coins === null ? null : { price, coins },
    transaction: isKnown ? transaction : null,
    ...(orderReference !== undefined && { orderReference }),
  };
}
