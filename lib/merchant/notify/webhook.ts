import "server-only";
import { Webhook } from "standardwebhooks";
import { isoTime } from "../words";
import type { Delivery } from "./channel";
import { expectSuccess, postJson } from "./post-json";
import type { WebhookSettings } from "./settings";

const SETTING = "NOTIFY_WEBHOOK_URL";

/** Signed by the Standard Webhooks specification, so a receiver verifies it with that library in any language. */
export async function sendWebhook({ settings, notification, ...rest }: Delivery<WebhookSettings>): Promise<void> {
  const { id, type, at, data } = notification;
  const body = JSON.stringify({ type, timestamp: isoTime(at), data });
  const sentAt = new Date();
  const headers = {
    "user-agent": "checkout-notifications/1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
    "webhook-signature": new Webhook(settings.secret).sign(id, sentAt, body),
  };
  const posting = { ...rest, setting: SETTING, url: settings.url, headers, body };
  expectSuccess(await postJson(posting), posting);
}
