import type { TestWebhook } from "../provider";
import { canonicalWebhook, sha256Hex, sign, WEBHOOK_HEADERS } from "./signing";

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
