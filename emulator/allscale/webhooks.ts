import { randomBytes, randomUUID } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import type { Message, SentRequest } from "../core/deliveries";
import type { Store } from "./account";
import { timesHundred } from "./money";
import { canonicalWebhook, signatureHeader } from "./signing";

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
  return {
    method: "POST",
    url,
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(bytes.length),
      "User-Agent": "AllScale-Emulator",
      "X-API-Key": apiKey,
      "X-Webhook-Id": webhookId,
      "X-Webhook-Timestamp": timestamp,
      "X-Webhook-Nonce": nonce,
      "X-Webhook-Signature": signatureHeader(apiSecret, canonicalWebhook(signed)),
    },
    body,
  };
}

export function newWebhookId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

export interface WebhookContent {
  readonly url: string | null;
  readonly fields: Fields;
  readonly tags: Readonly<Record<string, string | null>>;
}

/** A message of this store; its webhook id is put into the fields that name one. */
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
      return buildVariant(webhookFaults[faultKind ?? ""]?.variant ?? variant, { ...signer, fields });
    },
  };
}

/** The faults of a webhook that change what is sent. */
export const webhookFaults: Readonly<Record<string, { readonly about: string; readonly variant: WebhookVariant }>> = {
  bad_json: { about: "Delivers a body that breaks off, signed as it is.", variant: "bad_json" },
  wrong_shape: { about: "Delivers a body of the wrong types, signed as it is.", variant: "wrong_shape" },
  amount_x100: { about: "Delivers a hundred times the amounts.", variant: "amount_x100" },
  bad_signature: { about: "Delivers with a signature that does not match.", variant: "wrong_secret" },
  missing_signature: { about: "Delivers without a signature.", variant: "unsigned" },
  stale_timestamp: { about: "Delivers with a timestamp of an hour ago, signed.", variant: "hour_old" },
};

/** Still 301 s ahead when it arrives after up to four seconds. */
const aheadSeconds = 305;

/** Every named way a webhook can be sent: good ones that tell something else, and broken ones. */
export const webhookVariants = {
  good: "As it should be.",
  unsigned: "Without the X-Webhook-Signature header.",
  no_id: "Without the X-Webhook-Id header.",
  wrong_secret: "Signed with another secret.",
  wrong_key: "With another store's X-API-Key.",
  changed_byte: "One byte of the body changed after signing.",
  query_added: "Sent to the URL with a query that was not signed.",
  stale: "Signed with a timestamp 301 s ago.",
  future: `Signed with a timestamp ${aheadSeconds} s ahead, so that it is 301 s ahead at least when it arrives.`,
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

type Fields = Readonly<Record<string, unknown>>;

export interface VariantRequest extends Omit<WebhookToSign, "body"> {
  readonly fields: Fields;
}

const hourMs = 3_600_000;
const justPastMs = 301_000;

/** Builds a webhook of §8 in one of the named ways. */
export function buildVariant(variant: WebhookVariant, webhook: VariantRequest): SentRequest {
  const signed = (changes: Partial<WebhookToSign> = {}, fields: Fields = webhook.fields): SentRequest =>
    signWebhook({ ...webhook, body: JSON.stringify(fields), ...changes });
  const withFields = (fields: Fields): SentRequest => signed({}, { ...webhook.fields, ...fields });
  switch (variant) {
    case "good":
      return signed();
    case "unsigned":
      return withoutHeader(signed(), "X-Webhook-Signature");
    case "no_id":
      return withoutHeader(signed(), "X-Webhook-Id");
    case "wrong_secret":
      return signed({ apiSecret: `${webhook.apiSecret}x` });
    case "wrong_key":
      return signed({ apiKey: `${webhook.apiKey}x` });
    case "changed_byte":
      return withBody(signed(), changeOneByte(JSON.stringify(webhook.fields)));
    case "query_added":
      return { ...signed(), url: `${webhook.url}${webhook.url.includes("?") ? "&" : "?"}added=1` };
    case "stale":
      return signed({ timeMs: webhook.timeMs - justPastMs });
    case "future":
      return signed({ timeMs: webhook.timeMs + aheadSeconds * 1000 });
    case "hour_old":
      return signed({ timeMs: webhook.timeMs - hourMs });
    case "id_mismatch":
      return withFields({ webhook_id: `wh_${randomUUID().replaceAll("-", "")}` });
    case "short_signature":
      return withSignature(signed(), (signature) => signature.slice(0, 20));
    case "hex_signature":
      return withSignature(signed(), (signature) => `v1=${Buffer.from(signature.slice(3), "base64").toString("hex")}`);
    case "bad_json":
      return signed({ body: JSON.stringify(webhook.fields).slice(0, -2) });
    case "wrong_shape":
      return withFields({ all_scale_transaction_id: 7, all_scale_checkout_intent_id: null, amount_coins: [] });
    case "too_large":
      return withFields({ extra_obj: { padding: "x".repeat(70_000) } });
    case "amount_short":
      return withFields(lessMoney(webhook.fields));
    case "amount_x100":
      return withFields(moreMoney(webhook.fields));
    case "other_currency":
      return withFields(otherCurrency(webhook.fields));
    case "other_coin":
      return withFields(otherCoin(webhook.fields));
    case "unknown_order":
      return withFields({
        all_scale_checkout_intent_id: randomBytes(12).toString("hex"),
        all_scale_transaction_id: randomBytes(12).toString("hex"),
        order_id: `unknown-${randomUUID()}`,
      });
  }
}

function withoutHeader(request: SentRequest, name: string): SentRequest {
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([each]) => each !== name));
  return { ...request, headers };
}

function withBody(request: SentRequest, body: string): SentRequest {
  return { ...request, headers: { ...request.headers, "Content-Length": String(Buffer.byteLength(body)) }, body };
}

function withSignature(request: SentRequest, change: (signature: string) => string): SentRequest {
  const name = "X-Webhook-Signature";
  return { ...request, headers: { ...request.headers, [name]: change(request.headers[name] ?? "") } };
}

/** Changes a digit of the transaction id, so that the body stays good JSON that says something else. */
function changeOneByte(body: string): string {
  const at = body.indexOf('":"') + 3;
  return `${body.slice(0, at)}${body[at] === "0" ? "1" : "0"}${body.slice(at + 1)}`;
}

/** One cent, and one unit of the last place of the coin. */
function lessMoney(fields: Fields): Fields {
  const coins = parseDecimal(String(fields.amount_coins));
  const amountCoins = coins === null ? "0.1" : `0.${"1".padStart(Math.max(coins.scale, 1), "0")}`;
  return { amount_cents: typeof fields.amount_cents === "number" ? 1 : null, amount_coins: amountCoins };
}

function moreMoney(fields: Fields): Fields {
  const cents = typeof fields.amount_cents === "number" ? Number(BigInt(fields.amount_cents) * 100n) : null;
  return { amount_cents: cents, amount_coins: timesHundred(String(fields.amount_coins)) };
}

function otherCurrency(fields: Fields): Fields {
  if (typeof fields.currency !== "number") return otherCoin(fields);
  return fields.currency === 72 ? { currency: 1, currency_symbol: "USD" } : { currency: 72, currency_symbol: "JPY" };
}

function otherCoin(fields: Fields): Fields {
  return { coin_symbol: fields.coin_symbol === "USDC" ? "USDT" : "USDC" };
}
