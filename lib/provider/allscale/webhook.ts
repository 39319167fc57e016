import type { WebhookAuthentication, WebhookDelivery } from "../provider";
import { sha256Hex, verifySignature } from "./hmac";

/** Both ways: a delivery from the future is as suspect as an old one (§8). */
const FRESHNESS_SECONDS = 300;
/** Longer than a timestamp can stay fresh, so a nonce is never forgotten while it could be used again (§8). */
const NONCE_TTL_MS = 600_000;

const HEADERS = ["X-API-Key", "X-Webhook-Id", "X-Webhook-Timestamp", "X-Webhook-Nonce", "X-Webhook-Signature"] as const;

/** What a webhook's signature covers. Path and query are those of our URL as the delivery named it. */
export type WebhookToVerify = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly webhookId: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly bodySha256: string;
};

/** The eight lines of a webhook (§8), without a line feed at the end. */
export function canonicalWebhook(webhook: WebhookToVerify): string {
  const { method, path, query, webhookId, timestamp, nonce, bodySha256 } = webhook;
  return ["allscale:webhook:v1", method.toUpperCase(), path, query, webhookId, timestamp, nonce, bodySha256].join("\n");
}

/**
 * Whether AllScale sent this delivery (§8): headers, key, timestamp, then the signature over the raw bytes. Nothing is
 * stored: the caller claims the nonce, and only after this. Diagnoses hold no secret and no signature.
 */
export async function authenticateWebhook(
  delivery: WebhookDelivery,
  credentials: { readonly apiKey: string /** The current one first. */; readonly secrets: readonly string[] },
): Promise<WebhookAuthentication> {
  const { method, path, query, headers } = delivery;
  const missing = HEADERS.filter((name) => !headers.get(name));
  if (missing.length > 0) return refuse(`missing headers: ${missing.join(", ")}`);
  const [apiKey = "", webhookId = "", timestamp = "", nonce = "", signature = ""] = HEADERS.map(
    (n) => headers.get(n) ?? "",
  );
  if (apiKey !== credentials.apiKey) return refuse("X-API-Key is not ours: is this another store's webhook?");
  if (webhookId.length > 200 || nonce.length > 200) return refuse("the webhook id or nonce is too long");
  const stale = timestampProblem(timestamp, delivery.receivedAt);
  if (stale !== null) return refuse(stale);

  const signed = { method, path, query, webhookId, timestamp, nonce, bodySha256: await sha256Hex(delivery.body) };
  const canonical = canonicalWebhook(signed);
  if (await signedByAny({ canonical, signature, secrets: credentials.secrets })) {
    const fingerprint = await sha256Hex(new TextEncoder().encode(canonical));
    return { authentic: true, deliveryId: webhookId, replay: { nonce, fingerprint, ttlMs: NONCE_TTL_MS } };
  }
  // The official WooCommerce plugin signs an empty query line whatever the URL is (§8); a merchant can avoid the question.
  const withoutQuery = canonicalWebhook({ ...signed, query: "" });
  if (query !== "" && (await signedByAny({ canonical: withoutQuery, signature, secrets: credentials.secrets }))) {
    return refuse("signature covers no query: register the webhook URL without one");
  }
  return refuse("signature does not match: is this the webhook's secret?");
}

/** Null when the timestamp is fresh. Digits only: Number() would take "1e9", "0x1" and spaces. */
function timestampProblem(timestamp: string, receivedAtMs: number): string | null {
  if (!/^[0-9]{1,12}$/.test(timestamp)) return "timestamp is not in seconds";
  const ageSeconds = Math.floor(receivedAtMs / 1_000) - Number(timestamp);
  if (ageSeconds > FRESHNESS_SECONDS) return `timestamp ${ageSeconds} s behind our clock`;
  if (ageSeconds < -FRESHNESS_SECONDS) return `timestamp ${-ageSeconds} s ahead of our clock`;
  return null;
}

async function signedByAny(input: {
  canonical: string;
  signature: string;
  secrets: readonly string[];
}): Promise<boolean> {
  const { canonical, signature, secrets } = input;
  for (const secret of secrets) {
    if (await verifySignature({ canonical, signature, secret })) return true;
  }
  return false;
}

function refuse(diagnosis: string): WebhookAuthentication {
  return { authentic: false, diagnosis };
}
