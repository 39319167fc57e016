import { randomUUID } from "node:crypto";
import type { Account } from "../state/account";
import type { Delivery, DeliveryKind, SentRequest } from "./delivery";
import { postWebhook } from "./post-webhook";
import type { WebhookEvent } from "./webhook-event";

export interface Sending {
  readonly kind: DeliveryKind;
  readonly event: Pick<WebhookEvent, "webhookId" | "transactionId" | "intentId">;
  readonly attempt: number;
  readonly request: SentRequest;
}

/** Sends one request and keeps it in the log together with its answer. */
export async function send(account: Account, sending: Sending): Promise<Delivery> {
  const delivery = logged(account, sending);
  const { signal } = account.sending;
  const result = await postWebhook(sending.request, { timeoutMs: account.settings.webhookTimeoutMs, signal });
  delivery.durationMs = result.durationMs;
  if (result.ok) {
    delivery.answer = result.answer;
    delivery.state = isAccepted(account, result.answer.status) ? "delivered" : "failed";
  } else {
    delivery.error = result.error;
    delivery.state = "failed";
  }
  account.deliveryListener.notify?.(delivery);
  return delivery;
}

/** §8: anything but 2xx asks for another delivery. */
function isAccepted(account: Account, status: number): boolean {
  return (status >= 200 && status < 300) || (status < 400 && !account.enforces("webhook_no_redirects"));
}

/** Logs a delivery that never left. */
export function lose(account: Account, sending: Sending): Delivery {
  const delivery = logged(account, sending);
  delivery.state = "failed";
  delivery.error = "A fault lost this delivery on its way.";
  delivery.durationMs = 0;
  account.deliveryListener.notify?.(delivery);
  return delivery;
}

function logged(account: Account, { kind, event, attempt, request }: Sending): Delivery {
  const delivery: Delivery = {
    id: `dlv_${randomUUID().replaceAll("-", "")}`,
    kind,
    webhookId: event.webhookId,
    transactionId: event.transactionId,
    intentId: event.intentId,
    attempt,
    at: new Date().toISOString(),
    request,
    state: "in_flight",
    answer: null,
    error: null,
    durationMs: null,
    retryInMs: null,
  };
  account.deliveries.add(delivery);
  return delivery;
}
