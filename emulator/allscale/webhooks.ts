import { randomUUID } from "node:crypto";
import { parseDecimal } from "../core/decimal";
import { type Message, postOf, type SentRequest } from "../core/deliveries";
import type { FaultKind } from "../core/faults";
import type { Fields } from "../core/json";
import type { Store } from "./account";
import { newObjectId } from "./intent";
import { timesHundred } from "./money";
import { canonicalWebhook, signatureHeader } from "./signing";

const signatureName = "X-Webhook-Signature";

type WebhookToSign = Readonly<Record<"url" | "apiKey" | "apiSecret" | "webhookId" | "body", string>> &
  Readonly<{ timeMs: number }>;

/** Builds the signed request of §8. Path and query are those of the URL, and are signed as they are sent. */
export function signWebhook({ url, apiKey, apiSecret, webhookId, timeMs, body }: WebhookToSign): SentRequest {
  const { pathname: path, search } = new URL(url);
  const timestamp = String(Math.floor(timeMs / 1000));
  const nonce = randomUUID();
  const target = { method: "POST", path, query: search.slice(1) };
  const signed = { ...target, webhookId, timestamp, nonce, body: Buffer.from(body) };
  return postOf(url, body, {
    "User-Agent": "AllScale-Emulator",
    "X-API-Key": apiKey,
    "X-Webhook-Id": webhookId,
    "X-Webhook-Timestamp": timestamp,
    "X-Webhook-Nonce": nonce,
    [signatureName]: signatureHeader(apiSecret, canonicalWebhook(signed)),
  });
}

export function newWebhookId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

interface WebhookContent {
  readonly url: string | null;
  readonly fields: Fields;
  readonly tags: Readonly<Record<string, string | null>>;
}

/** A message of this store. Its webhook id also stands in the body. */
export function webhookMessage(store: Store, content: WebhookContent, variant: WebhookVariant = "good"): Message {
  const { url, tags } = content;
  const webhookId = store.settings.webhookId === "account" ? `wh_of_${store.apiKey}` : newWebhookId();
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

type VariantRequest = Omit<WebhookToSign, "body"> & { readonly fields: Fields };
/** What a variant says in the body, signs otherwise, or spoils once it is signed. */
interface Change {
  readonly say?: Fields;
  readonly sign?: Partial<WebhookToSign>;
  spoil?(request: SentRequest): SentRequest;
}

const without = (name: string): Change => ({
  spoil: ({ headers: { [name]: _removed, ...headers }, ...request }) => ({ ...request, headers }),
});
const signature = (change: (value: string) => string): Change => ({
  spoil: ({ headers, ...request }) => {
    return { ...request, headers: { ...headers, [signatureName]: change(headers[signatureName] ?? "") } };
  },
});
const at =
  (offsetMs: number) =>
  ({ timeMs }: VariantRequest): Change => ({ sign: { timeMs: timeMs + offsetMs } });
const strange = { all_scale_transaction_id: 7, all_scale_checkout_intent_id: null, amount_coins: [] };

/** Every named way a webhook can be sent: good ones that say something else, and broken ones. */
const variants = {
  good: ["As it should be.", () => ({})],
  unsigned: ["Without the X-Webhook-Signature header.", () => without(signatureName)],
  no_id: ["Without the X-Webhook-Id header.", () => without("X-Webhook-Id")],
  wrong_secret: ["Signed with another secret.", ({ apiSecret }) => ({ sign: { apiSecret: `${apiSecret}x` } })],
  wrong_key: ["With another store's X-API-Key.", ({ apiKey }) => ({ sign: { apiKey: `${apiKey}x` } })],
  changed_byte: ["One byte of the body changed after signing.", () => ({ spoil: changedByte })],
  query_added: ["Sent to the URL with a query that was not signed.", () => ({ spoil: queryAdded })],
  stale: ["Signed with a timestamp 301 s ago.", at(-301_000)],
  future: ["Signed with a timestamp 305 s ahead, so that it is 301 s ahead at least when it arrives.", at(305_000)],
  hour_old: ["Signed with a timestamp an hour ago.", at(-3_600_000)],
  id_mismatch: ["Another webhook_id in the body, signed.", () => ({ say: { webhook_id: newWebhookId() } })],
  short_signature: ["A signature cut short, which must not crash a comparison.", () => signature(cutShort)],
  hex_signature: ["A signature in hex instead of base64.", () => signature(inHex)],
  bad_json: ["A body that breaks off, signed as it is.", ({ fields }) => ({ sign: { body: brokenOff(fields) } })],
  wrong_shape: ["A body of the wrong types, signed as it is.", () => ({ say: strange })],
  too_large: ["A body of more than 64 KiB, signed.", () => ({ say: { extra_obj: { padding: "x".repeat(70_000) } } })],
  amount_short: ["An amount smaller than the order's, signed.", lessMoney],
  amount_x100: ["A hundred times the order's amount, signed.", moreMoney],
  other_currency: ["Another currency than the order's, signed; another coin for native pricing.", otherCurrency],
  other_coin: ["Another coin than the order's, signed.", otherCoin],
  unknown_order: ["About an intent that does not exist, signed.", unknownOrder],
} as const satisfies Readonly<Record<string, readonly [string, (webhook: VariantRequest) => Change]>>;

export type WebhookVariant = keyof typeof variants;

export const webhookVariants = Object.fromEntries(Object.entries(variants).map(([name, [about]]) => [name, about]));

export function isWebhookVariant(name: string): name is WebhookVariant {
  return Object.hasOwn(variants, name);
}

export function buildVariant(variant: WebhookVariant, webhook: VariantRequest): SentRequest {
  const { fields, ...signer } = webhook;
  const { say, sign, spoil }: Change = variants[variant][1](webhook);
  const request = signWebhook({ ...signer, body: JSON.stringify({ ...fields, ...say }), ...sign });
  return spoil?.(request) ?? request;
}

const variantByFault: Readonly<Record<string, WebhookVariant>> = {
  bad_json: "bad_json",
  wrong_shape: "wrong_shape",
  amount_x100: "amount_x100",
  bad_signature: "wrong_secret",
  missing_signature: "unsigned",
  stale_timestamp: "hour_old",
};

export const webhookFaults: Readonly<Record<string, FaultKind>> = Object.fromEntries(
  Object.entries(variantByFault).map(([kind, variant]) => [kind, { about: `Delivers: ${variants[variant][0]}` }]),
);

function queryAdded(request: SentRequest): SentRequest {
  return { ...request, url: `${request.url}${request.url.includes("?") ? "&" : "?"}added=1` };
}

const cutShort = (value: string): string => value.slice(0, 20);
const inHex = (value: string): string => `v1=${Buffer.from(value.slice(3), "base64").toString("hex")}`;
const brokenOff = (fields: Fields): string => JSON.stringify(fields).slice(0, -2);

/** Changes a digit of the transaction id, so that the body stays good JSON that says something else. */
function changedByte(request: SentRequest): SentRequest {
  const index = request.body.indexOf('":"') + 3;
  const digit = request.body[index] === "0" ? "1" : "0";
  return { ...request, body: `${request.body.slice(0, index)}${digit}${request.body.slice(index + 1)}` };
}

/** One cent, and one unit of the last place of the coin. */
function lessMoney({ fields }: VariantRequest): Change {
  const places = Math.max(parseDecimal(String(fields.amount_coins))?.scale ?? 1, 1);
  const amount_cents = typeof fields.amount_cents === "number" ? 1 : null;
  return { say: { amount_cents, amount_coins: `0.${"1".padStart(places, "0")}` } };
}

function moreMoney({ fields }: VariantRequest): Change {
  const amount_cents = typeof fields.amount_cents === "number" ? Number(BigInt(fields.amount_cents) * 100n) : null;
  return { say: { amount_cents, amount_coins: timesHundred(String(fields.amount_coins)) } };
}

function otherCurrency(webhook: VariantRequest): Change {
  const { currency } = webhook.fields;
  if (typeof currency !== "number") return otherCoin(webhook);
  return { say: currency === 72 ? { currency: 1, currency_symbol: "USD" } : { currency: 72, currency_symbol: "JPY" } };
}

function otherCoin({ fields }: VariantRequest): Change {
  return { say: { coin_symbol: fields.coin_symbol === "USDC" ? "USDT" : "USDC" } };
}

function unknownOrder(): Change {
  const ids = { all_scale_checkout_intent_id: newObjectId(), all_scale_transaction_id: newObjectId() };
  return { say: { ...ids, order_id: `unknown-${randomUUID()}` } };
}
