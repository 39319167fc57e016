import { type Fields, isRecord } from "../core/json";
import type { MatrixLine } from "../core/judge-line";
import type { TriggerKit, TriggerOrder } from "../core/trigger-kit";
import { newObjectId } from "./intent";
import { contractAddress, defaultChainId, madeUpAddress, madeUpTransactionHash } from "./money";
import { defaultCredentials } from "./provider";
import { CONFIRMED, statuses } from "./statuses";
import type { WebhookVariant } from "./webhooks";
import { buildVariant, isWebhookVariant, newWebhookId, signWebhook, webhookVariants } from "./webhooks";

const refused = (name: string, variant: WebhookVariant, hole: string, status = 401): MatrixLine => {
  return { name, slot: "untouched", variant, expects: "refuses", status, hole };
};
const holds = (name: string, slot: "short" | "foreign", variant: WebhookVariant, hole: string): MatrixLine => {
  return { name, slot, variant, expects: "holds", status: 200, hole };
};
const settles = { expects: "settles", status: 200, variant: "good" } as const;
const again = { expects: "repeats", status: 200, variant: "again" } as const;
const early = { expects: "asks_again", status: 503, variant: "unknown_order" } as const;

const lines: readonly MatrixLine[] = [
  { name: "valid", slot: "settled", ...settles, hole: "A correct webhook settles its order more than once." },
  refused("unsigned", "unsigned", "It believes webhooks that are not signed."),
  refused("wrong-secret", "wrong_secret", "It does not check the signature against its own secret."),
  refused("one-byte-changed", "changed_byte", "It does not check the signature over the bytes of the body."),
  refused("query-added", "query_added", "It leaves the query out of what it checks."),
  refused("too-new-by-301-s", "future", "It takes webhooks from the future, which can be replayed later."),
  refused("too-old-by-301-s", "stale", "It takes old webhooks, so a recorded one can be replayed."),
  refused("id-mismatch", "id_mismatch", "It does not compare the id in the body with the one in the header."),
  refused("short-signature", "short_signature", "It believes a signature that was cut short."),
  refused("too-large", "too_large", "It reads bodies of any size.", 413),
  { name: "delivered-twice", slot: "settled", ...again, hole: "A delivery that comes twice settles twice." },
  { name: "twenty-at-once", slot: "crowded", ...settles, copies: 20, hole: "Copies at once settle more than once." },
  { name: "unknown-order", slot: "untouched", ...early, hole: "A webhook that overtakes its order is lost for good." },
  holds("amount-short", "short", "amount_short", "It takes any amount for the right one."),
  holds("other-currency", "foreign", "other_currency", "It takes any currency for the right one."),
];

const figures = ["amount_cents", "currency", "currency_symbol", "amount_coins", "order_id", "user_id", "user_name"];

/** An order by its detail payload, which is what an order by hand is too. */
function orderOf(detail: Fields): TriggerOrder {
  const { all_scale_checkout_intent_id: id, order_id: orderId, coin_symbol = "USDT", extra_obj = null } = detail;
  const fields = { ...Object.fromEntries(figures.map((name) => [name, detail[name] ?? null])), coin_symbol, extra_obj };
  return { paymentId: String(id), orderId: typeof orderId === "string" ? orderId : null, fields };
}

/** The webhook body of §8 for an order. Each call is about a transaction of its own. */
function webhookFields({ paymentId, fields }: TriggerOrder, webhookId: string): Fields {
  const transactionId = newObjectId();
  return {
    all_scale_transaction_id: transactionId,
    all_scale_checkout_intent_id: paymentId,
    webhook_id: webhookId,
    coin_contract_address: contractAddress(String(fields.coin_symbol), defaultChainId),
    chain_id: defaultChainId,
    tx_hash: madeUpTransactionHash(transactionId),
    tx_from: madeUpAddress(`payer:${paymentId}`),
    payment_method_type: 1,
    ...fields,
  };
}

export const triggerKit: TriggerKit = {
  title: "AllScale",
  commands: { package: "npx allscale-trigger", repository: "npm run trigger --" },
  defaults: defaultCredentials,
  env: { apiKey: "ALLSCALE_API_KEY", apiSecret: "ALLSCALE_API_SECRET" },
  variants: webhookVariants,
  states: Object.fromEntries(statuses.map(({ name, value }) => [name.toLowerCase(), value])),
  lines,
  payments: "intents",
  paymentIdName: "intentId",
  orderFields: "all_scale_checkout_intent_id and amount_coins, as in the payload of detail",
  readOrder: (value) => {
    if (!isRecord(value) || typeof value.all_scale_checkout_intent_id !== "string") return null;
    return typeof value.amount_coins === "string" ? orderOf(value) : null;
  },
  toOrder: ({ order, detail }) =>
    orderOf({ ...(isRecord(detail) && detail), extra_obj: isRecord(order) ? order.extra : null }),
  build: (variant, order, signer) => {
    const webhookId = newWebhookId();
    const known = isWebhookVariant(variant) ? variant : "good";
    const fields = webhookFields(order, webhookId);
    return buildVariant(known, { ...signer, webhookId, timeMs: Date.now(), fields });
  },
  signAgain: ({ body, headers }, signer) =>
    signWebhook({ ...signer, webhookId: headers["X-Webhook-Id"] ?? "", timeMs: Date.now(), body }),
  recordOf: ({ body }) => {
    const { amount_cents, currency, amount_coins, coin_symbol, chain_id, tx_hash, tx_from } = JSON.parse(body);
    const figures = { amount_cents, currency, amount_coins, coin_symbol };
    return { status: CONFIRMED, webhook: false, ...figures, chain_id, tx_hash, tx_from, payment_method_type: 1 };
  },
};
