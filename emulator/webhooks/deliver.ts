import { randomUUID } from "node:crypto";
import type { Account } from "../state/account";
import type { Fault } from "../state/fault";
import type { Delivery, DeliveryKind, SentRequest } from "./delivery";
import { lose, send } from "./send";
import type { WebhookEvent } from "./webhook-event";
import { variantOfFault } from "./webhook-faults";
import { buildVariant, type WebhookVariant } from "./webhook-variants";

interface Attempt {
  readonly kind: DeliveryKind;
  readonly event: WebhookEvent;
  readonly number: number;
  /** The attempt before, where this one repeats it. */
  readonly previous: Delivery | null;
  /** How many times more the same bytes are sent. */
  readonly extraCopies: number;
}

export function newWebhookId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

/** Sends a webhook now and again after each gap of the account while it is not answered 2xx (§8). */
export function deliver(account: Account, event: WebhookEvent, { extraCopies = 0 } = {}): void {
  startAttempt(account, { kind: "confirmation", event, number: 1, previous: null, extraCopies });
}

/** Sends a webhook that somebody else made up, once. */
export function forge(account: Account, event: WebhookEvent, variant: WebhookVariant): void {
  const url = account.webhookUrl;
  if (url === null) return;
  const request = buildVariant(variant, { ...signingFacts(account, url), ...event });
  void send(account, { kind: "forged", event, attempt: 1, request });
}

function startAttempt(account: Account, attempt: Attempt): void {
  const { settings, webhookUrl } = account;
  if (!settings.webhooks || webhookUrl === null) return;
  if (!settings.plainHttpWebhooks && webhookUrl.startsWith("http:")) return;
  const fault = account.faults.strike("webhook");
  const go = async (): Promise<void> => {
    await runAttempt(account, attempt, { fault, url: webhookUrl });
    // Only now that this one was answered or lost: at the same time they could still arrive in their order.
    for (const held of account.heldBack.splice(0)) held();
  };
  if (fault?.kind === "reorder") account.heldBack.push(go);
  else if (fault !== null && fault.delayMs > 0) account.clock.schedule(fault.delayMs, go);
  else void go();
}

interface Conditions {
  readonly fault: Fault | null;
  readonly url: string;
}

async function runAttempt(account: Account, attempt: Attempt, { fault, url }: Conditions): Promise<void> {
  const { event, number, kind } = attempt;
  const { signal } = account.sending;
  const request = buildRequest(account, attempt, { fault, url });
  const sending = { kind, event, attempt: number, request };
  const copies = attempt.extraCopies + (fault?.kind === "duplicate" ? 1 : 0);
  for (let copy = 0; copy < copies; copy += 1) void send(account, { ...sending, kind: "duplicate" });
  const delivery = fault?.kind === "drop" ? lose(account, sending) : await send(account, sending);
  if (fault?.kind === "error") {
    delivery.state = "failed";
    delivery.error = `A fault took the answer for ${fault.http ?? 500}.`;
  }
  const isDone = delivery.state === "delivered" && account.enforces("webhook_stops_after_2xx");
  const gapMs = account.enforces("webhook_retry") ? account.settings.retryGapsMs[number - 1] : undefined;
  if (isDone || signal.aborted || gapMs === undefined) return;
  delivery.retryInMs = gapMs;
  const next = {
    kind: "retry",
    event: nextEvent(account, event),
    number: number + 1,
    previous: delivery,
    extraCopies: 0,
  } as const;
  account.clock.schedule(gapMs, () => startAttempt(account, next));
}

/** Whether a redelivery keeps its id is not known (§13), so it is a setting; the body tells the same id as the header. */
function nextEvent(account: Account, event: WebhookEvent): WebhookEvent {
  const keepsId = account.settings.retryWebhookId === "same" && account.enforces("webhook_same_id");
  return keepsId ? event : withNewId(event);
}

/** The same news under another webhook id. */
export function withNewId(event: WebhookEvent): WebhookEvent {
  const webhookId = newWebhookId();
  return { ...event, webhookId, fields: { ...event.fields, webhook_id: webhookId } };
}

function buildRequest(account: Account, { event, previous }: Attempt, { fault, url }: Conditions): SentRequest {
  const { retryNonce, retryTimestamp } = account.settings;
  const before = previous?.request.headers;
  const keepsNonce = retryNonce === "same" || !account.enforces("webhook_fresh_nonce");
  const keptNonce = keepsNonce ? before?.["X-Webhook-Nonce"] : undefined;
  const keptSeconds = retryTimestamp === "same" ? before?.["X-Webhook-Timestamp"] : undefined;
  return buildVariant(account.enforces("webhook_signature") ? variantOfFault(fault?.kind) : "wrong_secret", {
    ...signingFacts(account, url),
    webhookId: event.webhookId,
    fields: event.fields,
    ...(keptSeconds === undefined ? {} : { timeMs: Number(keptSeconds) * 1000 }),
    ...(keptNonce === undefined ? {} : { nonce: keptNonce }),
  });
}

/** What every webhook of an account is signed with. */
export function signingFacts(account: Account, url: string) {
  return {
    url,
    apiKey: account.apiKey,
    apiSecret: account.apiSecret,
    timeMs: account.signingTimeMs(),
    signQuery: account.enforces("webhook_query") ? account.settings.webhookQuery : ("empty" as const),
  };
}
