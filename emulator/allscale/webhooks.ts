import { randomUUID } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import type { Message, SentRequest } from "../core/deliveries";
import type { AddedFault } from "../core/faults";
import type { Fields } from "../core/json";
import type { Store } from "./account";
import { newObjectId } from "./intent";
import { timesHundred } from "./money";
import { canonicalWebhook, signatureHeader } from "./signing";

const signatureName = "X-Webhook-Signature";

export interface WebhookToSign {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookId: string;
  readonly timeMs: number;
  readonly body: string;
}

/** Builds the signed request of §8. Path and query are those of the URL, and are signed as they are sent. */
export function signWebhook({ url, apiKey, apiSecret, webhookId, timeMs, body }: WebhookToSign): SentRequest {
  const { pathname: path, search } = new URL(url);
  const timestamp = String(Math.floor(timeMs / 1000));
  const nonce = randomUUID();
  const bytes = Buffer.from(body, "utf8");
  const signed = { method: "POST", path, query: search.slice(1), webhookId, timestamp, nonce, body: bytes };
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": String(bytes.length),
    "User-Agent": "AllScale-Emulator",
    "X-API-Key": apiKey,
    "X-Webhook-Id": webhookId,
    "X-Webhook-Timestamp": timestamp,
    "X-Webhook-Nonce": nonce,
    [signatureName]: signatureHeader(apiSecret, canonicalWebhook(signed)),
  };
  return { method: "POST", url, headers, body };
}

export function newWebhookId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

export interface WebhookContent {
  readonly url: string | null;
  readonly fields: Fields;
  readonly tags: Readonly<Record<string, string | null>>;
}

/** A message of this store. Its webhook id also stands in the body. */
export function webhookMessage(store: Store, content: WebhookContent, variant: WebhookVariant = "good"): Message {
  const { url, tags } = content;
  const webhookId = store.settings.webhookId === "account" ? store.constantWebhookId : newWebhookId();
  const fields = { ...content.fields, webhook_id: webhookId };
  return {
    url,
    tags: { webhookId, ...tags },
    renewed: () => webhookMessage(store, content, variant),
    build: (faultKind) => {
      if (url === null) throw new Error("This account has no URL for this webhook.");
      const { apiKey, apiSecret } = store;
      const signer = { url, apiKey, apiSecret, webhookId, timeMs: store.signingTimeMs() };
      return buildVariant(variantByFault[faultKind ?? ""] ?? variant, { ...signer, fields });
    },
  };
}

export type VariantRequest = Omit<WebhookToSign, "body"> & { readonly fields: Fields };
type Build = (webhook: VariantRequest) => SentRequest;

/** A signed webhook with changes to what is signed, or to the fields of its body. */
function signed({ fields, ...webhook }: VariantRequest, changes: Partial<WebhookToSign> = {}): SentRequest {
  return signWebhook({ ...webhook, body: JSON.stringify(fields), ...changes });
}

const saying =
  (change: (webhook: VariantRequest) => Fields): Build =>
  (webhook) =>
    signed({ ...webhook, fields: { ...webhook.fields, ...change(webhook) } });

const at =
  (offsetMs: number): Build =>
  (webhook) =>
    signed(webhook, { timeMs: webhook.timeMs + offsetMs });

const withHeader =
  (name: string, change: (value: string) => string | null): Build =>
  (webhook) => {
    const request = signed(webhook);
    const { [name]: value = "", ...others } = request.headers;
    const changed = change(value);
    return { ...request, headers: changed === null ? others : { ...others, [name]: changed } };
  };

/** Every named way a webhook can be sent: good ones that say something else, and broken ones. */
export const webhookVariants = {
  good: "As it should be.",
  unsigned: "Without the X-Webhook-Signature header.",
  no_id: "Without the X-Webhook-Id header.",
  wrong_secret: "Signed with another secret.",
  wrong_key: "With another store's X-API-Key.",
  changed_byte: "One byte of the body changed after signing.",
  query_added: "Sent to the URL with a query that was not signed.",
  stale: "Signed with a timestamp 301 s ago.",
  future: "Signed with a timestamp 305 s ahead, so that it is 301 s ahead at least when it arrives.",
  hour_old: "Signed with a timestamp an hour ago.",
  id_mismatch: "Another webhook_id in the body than in the header, signed.",
  short_signature: "A signature cut short, which must not crash a comparison in constant time.",
  hex_signature: "A signature in hex instead of base64.",
  bad_json: "A body that breaks off, signed as it is.",
  wrong_shape: "A body of the wrong types, signed as it is.",
  too_large: "A body of more than 64 KiB, signed.",
  amount_short: "An amount smaller than the order's, signed.",
  amount_x100: "A hundred times the order's amount, signed.",
  other_currency: "Another currency than the order's, signed; another coin for native pricing.",
  other_coin: "Another coin than the order's, signed.",
  unknown_order: "About an intent that does not exist, signed.",
} as const;

export type WebhookVariant = keyof typeof webhookVariants;

export function isWebhookVariant(name: string): name is WebhookVariant {
  return Object.hasOwn(webhookVariants, name);
}

const builders: Readonly<Record<WebhookVariant, Build>> = {
  good: signed,
  unsigned: withHeader(signatureName, () => null),
  no_id: withHeader("X-Webhook-Id", () => null),
  wrong_secret: (webhook) => signed(webhook, { apiSecret: `${webhook.apiSecret}x` }),
  wrong_key: (webhook) => signed(webhook, { apiKey: `${webhook.apiKey}x` }),
  changed_byte: changedByte,
  query_added: (webhook) => ({
    ...signed(webhook),
    url: `${webhook.url}${webhook.url.includes("?") ? "&" : "?"}added=1`,
  }),
  stale: at(-301_000),
  future: at(305_000),
  hour_old: at(-3_600_000),
  id_mismatch: saying(() => ({ webhook_id: newWebhookId() })),
  short_signature: withHeader(signatureName, (value) => value.slice(0, 20)),
  hex_signature: withHeader(signatureName, (value) => `v1=${Buffer.from(value.slice(3), "base64").toString("hex")}`),
  bad_json: (webhook) => signed(webhook, { body: JSON.stringify(webhook.fields).slice(0, -2) }),
  wrong_shape: saying(() => ({ all_scale_transaction_id: 7, all_scale_checkout_intent_id: null, amount_coins: [] })),
  too_large: saying(() => ({ extra_obj: { padding: "x".repeat(70_000) } })),
  amount_short: saying(lessMoney),
  amount_x100: saying(moreMoney),
  other_currency: saying(otherCurrency),
  other_coin: saying(otherCoin),
  unknown_order: saying(() => {
    const ids = { all_scale_checkout_intent_id: newObjectId(), all_scale_transaction_id: newObjectId() };
    return { ...ids, order_id: `unknown-${randomUUID()}` };
  }),
};

export function buildVariant(variant: WebhookVariant, webhook: VariantRequest): SentRequest {
  return builders[variant](webhook);
}

/** The faults of a webhook that change what is sent. */
const variantByFault: Readonly<Record<string, WebhookVariant>> = {
  bad_json: "bad_json",
  wrong_shape: "wrong_shape",
  amount_x100: "amount_x100",
  bad_signature: "wrong_secret",
  missing_signature: "unsigned",
  stale_timestamp: "hour_old",
};

export const webhookFaults: Readonly<Record<string, AddedFault>> = Object.fromEntries(
  Object.entries(variantByFault).map(([kind, variant]) => [kind, { about: `Delivers: ${webhookVariants[variant]}` }]),
);

/** Changes a digit of the transaction id, so that the body stays good JSON that says something else. */
function changedByte(webhook: VariantRequest): SentRequest {
  const request = signed(webhook);
  const index = request.body.indexOf('":"') + 3;
  const digit = request.body[index] === "0" ? "1" : "0";
  return { ...request, body: `${request.body.slice(0, index)}${digit}${request.body.slice(index + 1)}` };
}

/** One cent, and one unit of the last place of the coin. */
function lessMoney({ fields }: VariantRequest): Fields {
  const places = Math.max(parseDecimal(String(fields.amount_coins))?.scale ?? 1, 1);
  const cents = typeof fields.amount_cents === "number" ? 1 : null;
  return { amount_cents: cents, amount_coins: `0.${"1".padStart(places, "0")}` };
}

function moreMoney({ fields }: VariantRequest): Fields {
  const cents = typeof fields.amount_cents === "number" ? Number(BigInt(fields.amount_cents) * 100n) : null;
  return { amount_cents: cents, amount_coins: timesHundred(String(fields.amount_coins)) };
}

function otherCurrency(webhook: VariantRequest): Fields {
  const { currency } = webhook.fields;
  if (typeof currency !== "number") return otherCoin(webhook);
  return currency === 72 ? { currency: 1, currency_symbol: "USD" } : { currency: 72, currency_symbol: "JPY" };
}

function otherCoin({ fields }: VariantRequest): Fields {
  return { coin_symbol: fields.coin_symbol === "USDC" ? "USDT" : "USDC" };
}
