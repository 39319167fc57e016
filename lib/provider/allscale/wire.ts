import { z } from "zod";
import type { PaymentObservation } from "@/lib/orders/observation";
import { decimalSchema, paymentIdSchema, type Transaction } from "@/lib/orders/order";
import { describeChain, type KnownStatus, NAME, priceOfCents } from "./tables";

/**
 * AllScale's JSON, as far as we use it. Money, ids and statuses must have their documented type: nothing is guessed. What
 * is only shown to people is dropped when malformed, because it must not cost a confirmation. Missing, null and, as PHP
 * writes it, empty are the same.
 */

/** An id goes into the path of a signed request, so it is visible ASCII and no dot segment that a URL would swallow. */
const intentIdSchema = paymentIdSchema.refine((id) => /^[!-~]+$/.test(id) && !/^\.+$/.test(id));

const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);
const optionalText = (maxLength: number) => optional(z.string().max(maxLength)).transform((text) => text || undefined);
/** Safe integers only: a larger one has already lost digits in JSON.parse. */
const optionalCount = optional(z.int().nonnegative());
/** A value of another type, null included, counts as missing. */
export const lenient = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const lenientText = lenient(z.string().min(1).max(200));

const paymentFields = {
  all_scale_checkout_intent_id: intentIdSchema,
  status: optional(z.int()),
  amount_cents: optionalCount,
  currency: optionalCount,
  amount_coins: optional(decimalSchema),
  coin_symbol: optionalText(20),
  order_id: optionalText(1_000),
  all_scale_transaction_id: optionalText(200),
  tx_hash: lenientText,
  tx_from: lenientText,
  // It decides whether the coins are worth anything, so a number in quotes is read as well.
  chain_id: lenient(
    z.union([
      z.int().nonnegative(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ]),
  ),
};

/** The payload of create (§5). Its id is spelled without the underscore that the other routes have. */
export const createdIntentSchema = z.object({
  allscale_checkout_intent_id: intentIdSchema,
  checkout_url: z.string(),
  amount_coins: decimalSchema,
  stable_coin_type: z.int(),
  rate: decimalSchema.nullish().transform((rate) => rate ?? null),
});
export type CreatedIntent = z.infer<typeof createdIntentSchema>;

/** The payload of the status route (§6): a bare integer. Two old clients expect an object, so that is read as well. */
export const statusPayloadSchema = z
  .union([z.int(), z.object({ status: z.int() })])
  .transform((payload) => (typeof payload === "number" ? payload : payload.status));

/** The payload of the detail route (§7). The type of `actual_paid_amount` is not documented: a number is read too. */
export const intentDetailSchema = z.object({
  ...paymentFields,
  actual_paid_amount: optional(z.union([decimalSchema, z.number().transform(String).pipe(decimalSchema)])),
});
export type IntentDetail = z.infer<typeof intentDetailSchema>;

/** The body of a webhook (§8). No status is documented. */
export const webhookBodySchema = z.object({ ...paymentFields, webhook_id: z.string().min(1).max(200) });
export type WebhookBody = z.infer<typeof webhookBodySchema>;

export const pingPayloadSchema = z.object({ pong: z.literal("ok") });

/** Undefined when the bytes are not JSON in UTF-8. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Which fields are wrong, without their values: for the log. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.code}`).join(", ");
}

type Report = {
  readonly status: KnownStatus;
  readonly fields: WebhookBody | IntentDetail;
  readonly received: string | undefined;
};

/**
 * A report in our terms. `received` is the amount of coins that came, if known: before a payment is confirmed,
 * `amount_coins` is only what was asked. Native pricing has null in the fiat fields by the documentation and numbers in
 * some live reports (§8), so each half of the money is reported when it is whole.
 */
export function toObservation(report: Report): PaymentObservation {
  const { status, fields, received } = report;
  const { currency, amount_cents: cents, coin_symbol: coin, order_id: orderReference } = fields;
  const price = currency === undefined || cents === undefined ? null : priceOfCents(currency, cents);
  const coins = coin === undefined || received === undefined ? null : { coin, amount: received };
  return {
    provider: NAME,
    paymentId: fields.all_scale_checkout_intent_id,
    status: status.status,
    providerStatus: status.name,
    money: price === null && coins === null ? null : { price, coins },
    transaction: transactionOf(report),
    ...(orderReference !== undefined && { orderReference }),
  };
}

/** Null when nothing is known of one, because the coin alone is only what was asked. A paid payment always has one. */
function transactionOf({ status, fields, received }: Report): Transaction | null {
  const { all_scale_transaction_id: transactionId, tx_hash: hash, tx_from: from, coin_symbol: coin } = fields;
  if (status.status !== "paid" && [transactionId, hash, received].every((fact) => fact === undefined)) return null;
  return {
    ...describeChain(fields.chain_id, hash),
    ...(transactionId !== undefined && { transactionId }),
    ...(hash !== undefined && { hash }),
    ...(from !== undefined && { from }),
    ...(coin !== undefined && { coin }),
    ...(received !== undefined && { amount: received }),
  };
}
