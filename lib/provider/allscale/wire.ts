import { z } from "zod";
import { decimalSchema, paymentIdSchema } from "@/lib/orders/order";

/**
 * AllScale's JSON, as far as we use it. Unknown fields are dropped, missing and null ones are alike, and what is present
 * must have its documented type: money that arrives in another shape is not guessed at.
 */

/** An id goes into the path of a signed request, so it is visible ASCII and no dot segment that a URL would swallow. */
const intentIdSchema = paymentIdSchema.refine((id) => /^[!-~]+$/.test(id) && !/^\.+$/.test(id));

/** Clients in the wild and PHP back ends write "" for nothing. */
const optionalText = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .nullish()
    .transform((text) => (text === "" || text === null ? undefined : text));

/** Safe integers only: a larger one has already lost digits in JSON.parse. */
const optionalCount = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? undefined);

const moneyFields = {
  amount_cents: optionalCount,
  currency: optionalCount,
  amount_coins: decimalSchema.nullish().transform((amount) => amount ?? undefined),
  coin_symbol: optionalText(20),
};

const transactionFields = {
  order_id: optionalText(1_000),
  all_scale_transaction_id: optionalText(200),
  tx_hash: optionalText(200),
  tx_from: optionalText(200),
  chain_id: optionalCount,
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

/** The payload of the detail route (§7). The type of `actual_paid_amount` is not documented: a number is taken too. */
export const intentDetailSchema = z.object({
  all_scale_checkout_intent_id: intentIdSchema,
  status: z
    .int()
    .nullish()
    .transform((status) => status ?? undefined),
  actual_paid_amount: z
    .union([decimalSchema, z.number().transform(String).pipe(decimalSchema)])
    .nullish()
    .transform((amount) => amount ?? undefined),
  ...moneyFields,
  ...transactionFields,
});
export type IntentDetail = z.infer<typeof intentDetailSchema>;

/** The body of a webhook (§8). No status is documented; one that is there has to be a number. */
export const webhookBodySchema = z.object({
  webhook_id: z.string().min(1).max(200),
  all_scale_checkout_intent_id: intentIdSchema,
  status: z
    .int()
    .nullish()
    .transform((status) => status ?? undefined),
  ...moneyFields,
  ...transactionFields,
});
export type WebhookBody = z.infer<typeof webhookBodySchema>;

export const pingPayloadSchema = z.object({ pong: z.literal("ok") });

/** Which fields are wrong, without their values: for the log. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "(all)"}: ${issue.code}`).join(", ");
}
