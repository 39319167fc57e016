import { createHash, createHmac, randomUUID } from "node:crypto";

export type WebhookParts = {
  url: string;
  apiKey: string;
  apiSecret: string;
  body: string;
  webhookId?: string;
  /** Unix seconds. */
  timestamp?: number;
  nonce?: string;
  /** Signed instead of the URL's own, to send what was not signed. */
  signedUrl?: string;
};

/** The body of a confirmed payment of 5 USD in USDT, with changes. */
export function confirmation(changes: Readonly<Record<string, unknown>> & { all_scale_checkout_intent_id: string }) {
  return JSON.stringify({
    all_scale_transaction_id: randomUUID(),
    webhook_id: `wh_${randomUUID()}`,
    amount_cents: 500,
    currency: 1,
    currency_symbol: "USD",
    amount_coins: "5.000000",
    coin_symbol: "USDT",
    coin_contract_address: "0x0000000000000000000000000000000000000001",
    chain_id: 8453,
    tx_hash: `0x${"ab".repeat(32)}`,
    tx_from: `0x${"cd".repeat(20)}`,
    payment_method_type: 1,
    order_id: null,
    user_id: null,
    user_name: null,
    extra_obj: null,
    ...changes,
  });
}

/** A delivery signed by protocol §8, by code of its own: neither the app's nor the emulator's. */
export function signWebhook(parts: WebhookParts) {
  const webhookId = parts.webhookId ?? (JSON.parse(parts.body).webhook_id as string);
  const timestamp = String(parts.timestamp ?? Math.floor(Date.now() / 1000));
  const nonce = parts.nonce ?? randomUUID();
  const { pathname, search } = new URL(parts.signedUrl ?? parts.url);
  const hash = createHash("sha256").update(parts.body).digest("hex");
  const canonical = ["allscale:webhook:v1", "POST", pathname, search.slice(1), webhookId, timestamp, nonce, hash];
  const signature = createHmac("sha256", parts.apiSecret).update(canonical.join("\n")).digest("base64");
  return {
    headers: {
      "content-type": "application/json",
      "x-api-key": parts.apiKey,
      "x-webhook-id": webhookId,
      "x-webhook-timestamp": timestamp,
      "x-webhook-nonce": nonce,
      "x-webhook-signature": `v1=${signature}`,
    } as Record<string, string>,
    body: parts.body,
  };
}
