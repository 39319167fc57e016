import { randomUUID } from "node:crypto";
import type { Account } from "../state/account";
import type { Delivery, DeliveryKind, SentRequest } from "./delivery";
import { postWebhook } from "./post-webhook";
import { signWebhook } from "./sign-webhook";
import type { WebhookEvent } from "./webhook-event";

interface Attempt {
  readonly kind: DeliveryKind;
  readonly event: WebhookEvent;
  readonly number: number;
  /** The attempt before, where this one repeats it. */
  readonly previous: Delivery | null;
}

export function newWebhookId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

/** Sends a webhook now and again after each gap of the account while it is not answered 2xx (§8). */
export function deliver(account: Account, event: WebhookEvent): void {
  startAttempt(account, { kind: "confirmation", event, number: 1, previous: null });
}

function startAttempt(account: Account, attempt: Attempt): void {
  const { settings, webhookUrl } = account;
  if (!settings.webhooks || webhookUrl === null) return;
  if (!settings.plainHttpWebhooks && webhookUrl.startsWith("http:")) return;
  void runAttempt(account, attempt, buildRequest(account, webhookUrl, attempt));
}

async function runAttempt(account: Account, attempt: Attempt, request: SentRequest): Promise<void> {
  const { event, number } = attempt;
  const { signal } = account.sending;
  const delivered = await send(account, { kind: attempt.kind, event, attempt: number, request });
  if (delivered.state === "delivered" || signal.aborted) return;
  const gapMs = account.settings.retryGapsMs[number - 1];
  if (gapMs === undefined) return;
  delivered.retryInMs = gapMs;
  const next = { kind: "retry", event: nextEvent(account, event), number: number + 1, previous: delivered } as const;
  account.clock.schedule(gapMs, () => startAttempt(account, next));
}

/** Whether a redelivery keeps its id is not known (§13), so it is a setting; the body tells the same id as the header. */
function nextEvent(account: Account, event: WebhookEvent): WebhookEvent {
  if (account.settings.retryWebhookId === "same") return event;
  const webhookId = newWebhookId();
  return { ...event, webhookId, fields: { ...event.fields, webhook_id: webhookId } };
}

function buildRequest(account: Account, url: string, { event, previous }: Attempt): SentRequest {
  const { retryNonce, retryTimestamp, webhookQuery } = account.settings;
  const before = previous?.request.headers;
  const keptNonce = retryNonce === "same" ? before?.["X-Webhook-Nonce"] : undefined;
  const keptSeconds = retryTimestamp === "same" ? before?.["X-Webhook-Timestamp"] : undefined;
  return signWebhook({
    url,
    apiKey: account.apiKey,
    apiSecret: account.apiSecret,
    webhookId: event.webhookId,
    timeMs: keptSeconds === undefined ? account.signingTimeMs() : Number(keptSeconds) * 1000,
    body: JSON.stringify(event.fields),
    signQuery: webhookQuery,
    ...(keptNonce === undefined ? {} : { nonce: keptNonce }),
  });
}

export interface Sending {
  readonly kind: DeliveryKind;
  readonly event: Pick<WebhookEvent, "webhookId" | "transactionId" | "intentId">;
  readonly attempt: number;
  readonly request: SentRequest;
}

/** Sends one request and keeps it in the log together with its answer. */
export async function send(account: Account, { kind, event, attempt, request }: Sending): Promise<Delivery> {
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
  const { signal } = account.sending;
  const result = await postWebhook(request, { timeoutMs: account.settings.webhookTimeoutMs, signal });
  delivery.durationMs = result.durationMs;
  if (result.ok) {
    delivery.answer = result.answer;
    delivery.state = result.answer.status >= 200 && result.answer.status < 300 ? "delivered" : "failed";
  } else {
    delivery.error = result.error;
    delivery.state = "failed";
  }
  return delivery;
}
