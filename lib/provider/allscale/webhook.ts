import type { WebhookAuthentication, WebhookContent, WebhookDelivery } from "../provider";
import { ageInSeconds, canonicalWebhook, sha256Hex, verifySignature } from "./signing";
import { CONFIRMED, statusOfNumber } from "./tables";
import { describeIssues, readJson, toObservation, webhookBodySchema } from "./wire";

/** Both ways: a delivery from the future is as suspect as an old one (§8). */
const FRESHNESS_SECONDS = 300;
/** Longer than a timestamp can stay fresh, so a nonce is never forgotten while it could be used again (§8). */
const NONCE_TTL_MS = 610_000;

const HEADERS = ["X-API-Key", "X-Webhook-Id", "X-Webhook-Timestamp", "X-Webhook-Nonce", "X-Webhook-Signature"] as const;

/** Whether AllScale sent this delivery (§8). The caller acquires the nonce only after this. Diagnoses hold no secret. */
export async function authenticateWebhook(
  delivery: WebhookDelivery,
  credentials: { readonly apiKey: string; readonly secrets: readonly string[] },
): Promise<WebhookAuthentication> {
  const { method, path, query, headers } = delivery;
  const missing = HEADERS.filter((name) => !headers.get(name));
  if (missing.length > 0) return refuse(`missing headers: ${missing.join(", ")}`);
  const values = HEADERS.map((name) => headers.get(name) ?? "");
  const [apiKey = "", webhookId = "", timestamp = "", nonce = "", signature = ""] = values;
  if (apiKey !== credentials.apiKey) return refuse("X-API-Key is not ours: is this another store's webhook?");
  if (webhookId.length > 200 || nonce.length > 200) return refuse("the webhook id or nonce is too long");
  const age = ageInSeconds(timestamp, delivery.receivedAt);
  if (age === null) return refuse("timestamp is not in seconds");
  if (age > FRESHNESS_SECONDS) return refuse(`timestamp ${age} s behind our clock`);
  if (age < -FRESHNESS_SECONDS) return refuse(`timestamp ${-age} s ahead of our clock`);
  const isSigned = async (canonical: string) => {
    const checks = credentials.secrets.map((secret) => verifySignature({ canonical, signature, secret }));
    return (await Promise.all(checks)).includes(true);
  };
  const signed = { method, path, query, webhookId, timestamp, nonce, bodySha256: await sha256Hex(delivery.body) };
  const canonical = canonicalWebhook(signed);
  if (await isSigned(canonical)) {
    const fingerprint = await sha256Hex(new TextEncoder().encode(canonical));
    return { ok: true, deliveryId: webhookId, replay: { nonce, fingerprint, ttlMs: NONCE_TTL_MS } };
  }
  // The official WooCommerce plugin signs an empty query line whatever the URL is (§8).
  if (query !== "" && (await isSigned(canonicalWebhook({ ...signed, query: "" })))) {
    return refuse("signature covers no query: register the webhook URL without one");
  }
  return refuse("signature does not match: is this the webhook's secret?");
}

const refuse = (diagnosis: string) => ({ ok: false, diagnosis }) as const;
const unreadable = (diagnosis: string) => ({ kind: "unreadable", diagnosis }) as const;

/** Reads a delivery that was authenticated before (§8). A diagnosis names fields and never their values. */
export function parseWebhook(delivery: WebhookDelivery): WebhookContent {
  const json = readJson(delivery.body);
  if (json === undefined) return unreadable("the body is not JSON in UTF-8");
  const { success, data: body, error } = webhookBodySchema.safeParse(json);
  if (!success) return unreadable(`the body is not a payment: ${describeIssues(error)}`);
  // The signature covers both, but the header is what was checked for replays.
  if (body.webhook_id !== delivery.headers.get("X-Webhook-Id")) {
    return { kind: "contradictory", diagnosis: "webhook_id differs from X-Webhook-Id" };
  }
  // No status is documented: AllScale calls when a payment is confirmed, and only then.
  const number = body.status ?? CONFIRMED;
  const status = statusOfNumber(number);
  if (status === null) return unreadable(`unknown_status:${number}`);
  return { kind: "event", observation: toObservation(status, body), deliveryId: body.webhook_id };
}
