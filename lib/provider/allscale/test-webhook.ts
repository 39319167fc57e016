import { z } from "zod";
import type { TestWebhook } from "../provider";
import { canonicalWebhook, sha256Hex, sign } from "./signing";

/** Of every delivery (§8), in the order in which they are named when they are missing. */
export const WEBHOOK_HEADERS = [
  "X-API-Key",
  "X-Webhook-Id",
  "X-Webhook-Timestamp",
  "X-Webhook-Nonce",
  "X-Webhook-Signature",
] as const;

/** What our own test delivery says, and nothing besides: a body with a field of a payment is none. */
const testWebhookSchema = z.strictObject({ webhook_id: z.string().min(1).max(200), setup_test: z.literal(true) });

/** The id of a test delivery, or null for any other body. */
export function readTestWebhook(json: unknown): string | null {
  return testWebhookSchema.safeParse(json).data?.webhook_id ?? null;
}

type Signer = { readonly apiKey: string; readonly apiSecret: string; readonly now?: () => number };

/** A delivery to ourselves, signed as AllScale signs (§8). */
export async function signTestWebhook(url: URL, { apiKey, apiSecret, now = Date.now }: Signer): Promise<TestWebhook> {
  const webhookId = `setup_test_${crypto.randomUUID()}`;
  const nonce = crypto.randomUUID();
  const timestamp = String(Math.floor(now() / 1_000));
  const body = new TextEncoder().encode(JSON.stringify({ webhook_id: webhookId, setup_test: true }));
  const target = { method: "POST", path: url.pathname, query: url.search.slice(1) };
  const canonical = canonicalWebhook({ ...target, webhookId, timestamp, nonce, bodySha256: await sha256Hex(body) });
  const values = [apiKey, webhookId, timestamp, nonce, await sign(canonical, apiSecret)];
  const headers = Object.fromEntries(WEBHOOK_HEADERS.map((name, index) => [name, values[index] ?? ""]));
  return { headers: { ...headers, "Content-Type": "application/json" }, body, nonce };
}
