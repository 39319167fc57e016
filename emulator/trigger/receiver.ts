import { newWebhookId } from "../webhooks/deliver";
import type { SentRequest } from "../webhooks/delivery";
import { postWebhook } from "../webhooks/post-webhook";
import { buildVariant, type WebhookVariant } from "../webhooks/webhook-variants";
import { TriggerError } from "./emulator-client";
import { type KnownOrder, webhookFields } from "./known-order";

const timeoutMs = 30_000;
const receiverResults = ["paid", "duplicate", "needs_review", "ignored"] as const;
type ReceiverResult = (typeof receiverResults)[number];

/** What a receiver answered; status 0 stands for no answer. */
export interface ReceiverAnswer {
  readonly status: number;
  /** The `result` of a JSON answer; null when it has none, or another word than the documented ones. */
  readonly result: ReceiverResult | null;
  readonly text: string;
}

export interface OrderState {
  readonly paid: boolean;
  /** How often the order was settled, for receivers that count it. */
  readonly settlements: number | null;
}

export interface ReceiverOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Where the state of an order is read; `{orderId}` and `{intentId}` are filled in. Null: it is not looked at. */
  readonly stateUrl: string | null;
}

/** The receiver under test, seen from outside: webhooks go in, and its orders can be looked at. */
export class Receiver {
  readonly #options: ReceiverOptions;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /** A webhook about an order in a named way, ready to be sent as often as wanted. */
  build(variant: WebhookVariant, order: KnownOrder): SentRequest {
    const { url, apiKey, apiSecret } = this.#options;
    const webhookId = newWebhookId();
    return buildVariant(variant, {
      url,
      apiKey,
      apiSecret,
      webhookId,
      timeMs: Date.now(),
      signQuery: "raw",
      fields: webhookFields(order, webhookId),
    });
  }

  async send(request: SentRequest): Promise<ReceiverAnswer> {
    const sent = await postWebhook(request, { timeoutMs });
    if (!sent.ok) return { status: 0, result: null, text: sent.error };
    const { status, body } = sent.answer;
    return { status, result: resultOf(body), text: body };
  }

  /** Null when nobody said where to look. */
  async stateOf(order: KnownOrder): Promise<OrderState | null> {
    const { stateUrl } = this.#options;
    if (stateUrl === null) return null;
    const url = stateUrl
      .replaceAll("{orderId}", encodeURIComponent(order.orderId ?? ""))
      .replaceAll("{intentId}", order.intentId);
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    const body: unknown = await answer?.json().catch(() => null);
    if (!answer?.ok || typeof body !== "object" || body === null || !("paid" in body)) {
      throw new TriggerError(`${url} did not answer JSON with a field "paid" (status ${answer?.status ?? "none"}).`);
    }
    const settlements = "settlements" in body ? body.settlements : null;
    if (settlements !== null && !isCount(settlements)) {
      throw new TriggerError(`"settlements" of ${url} has to be a whole number, not ${JSON.stringify(settlements)}.`);
    }
    return { paid: body.paid === true, settlements };
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function resultOf(body: string): ReceiverResult | null {
  try {
    const value: unknown = JSON.parse(body);
    const result = typeof value === "object" && value !== null && "result" in value ? value.result : null;
    return receiverResults.find((word) => word === result) ?? null;
  } catch {
    return null;
  }
}
