import { randomUUID } from "node:crypto";
import { canonicalWebhook, signatureHeader } from "../protocol/signing";
import type { SentRequest } from "./delivery";

export interface WebhookToSign {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly webhookId: string;
  readonly timeMs: number;
  readonly body: string;
  /** Given where a redelivery keeps its nonce. */
  readonly nonce?: string;
  /** The QUERY line: as in the URL, or empty as the official plugin has it (§10). */
  readonly signQuery: "raw" | "empty";
}

/** Builds the signed request of §8. Path and query are those of the URL, and are signed as they are sent. */
export function signWebhook(webhook: WebhookToSign): SentRequest {
  const url = new URL(webhook.url);
  const timestamp = String(Math.floor(webhook.timeMs / 1000));
  const nonce = webhook.nonce ?? randomUUID();
  const bytes = Buffer.from(webhook.body, "utf8");
  const canonical = canonicalWebhook({
    method: "POST",
    path: url.pathname,
    query: webhook.signQuery === "raw" ? url.search.slice(1) : "",
    webhookId: webhook.webhookId,
    timestamp,
    nonce,
    body: bytes,
  });
  return {
    method: "POST",
    url: webhook.url,
    headers: {
      "Content-Type": "application/json",
      "Content-Length": String(bytes.length),
      "User-Agent": "AllScale-Emulator",
      "X-API-Key": webhook.apiKey,
      "X-Webhook-Id": webhook.webhookId,
      "X-Webhook-Timestamp": timestamp,
      "X-Webhook-Nonce": nonce,
      "X-Webhook-Signature": signatureHeader(webhook.apiSecret, canonical),
    },
    body: webhook.body,
  };
}
