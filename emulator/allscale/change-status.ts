import { deliver, sendForged } from "../core/deliveries";
import type { Store } from "./account";
import { funded, type Intent, newObjectId, type PaymentFacts, paymentFor, type ReportedFigures } from "./intent";
import { madeUpTransactionHash } from "./money";
import { webhookFields } from "./payloads";
import { CONFIRMED, type StatusValue } from "./statuses";
import { type WebhookVariant, webhookMessage } from "./webhooks";

export interface StatusChange {
  readonly status: StatusValue;
  readonly by: string;
  readonly facts?: PaymentFacts;
  readonly reported?: ReportedFigures;
  readonly sendsWebhook?: boolean;
}

/** Any status may follow any other: late and contradicting changes are what an emulator is for. */
export function changeStatus(store: Store, intent: Intent, change: StatusChange): void {
  const { status, by, facts, reported, sendsWebhook = true } = change;
  intent.status = status;
  intent.history.push({ status, atMs: store.clock.now(), by });
  intent.reported = { ...intent.reported, ...reported };
  if (funded.has(status) || facts !== undefined) intent.payment = paymentFor(intent, status, facts);
  if (status === CONFIRMED && sendsWebhook) deliver(store, confirmation(store, intent));
}

export function confirmation(store: Store, intent: Intent, variant?: WebhookVariant) {
  const payment = intent.payment ?? paymentFor(intent, CONFIRMED);
  const tags = { transactionId: payment.transactionId, intentId: intent.id };
  const { webhookUrl: url } = store.settings;
  return webhookMessage(store, { url, fields: webhookFields(store, intent, payment), tags }, variant);
}

export function secondPayment(store: Store, intent: Intent, by: string): void {
  const first = intent.payment ?? paymentFor(intent, CONFIRMED);
  const txHash = madeUpTransactionHash(`${intent.id}:${intent.history.length}`);
  intent.payment = { ...first, transactionId: newObjectId(), txHash };
  changeStatus(store, intent, { status: CONFIRMED, by });
}

export function forge(store: Store, intent: Intent, variant: WebhookVariant): void {
  const message = confirmation(store, intent, variant);
  if (message.url === null) return;
  sendForged(store, message, () => message.build(null));
}
