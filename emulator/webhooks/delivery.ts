export interface SentRequest {
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type DeliveryKind = "confirmation" | "retry" | "duplicate" | "replay" | "raw_replay" | "forged";

/** One attempt to deliver a webhook, as the deliveries log shows it. */
export interface Delivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly webhookId: string;
  readonly transactionId: string;
  readonly intentId: string;
  /** 1 for the first attempt; redeliveries count up. */
  readonly attempt: number;
  readonly at: string;
  readonly request: SentRequest;
  state: "in_flight" | "delivered" | "failed";
  answer: ReceivedAnswer | null;
  /** Why there is no answer, in a sentence. */
  error: string | null;
  durationMs: number | null;
  /** How long until the next attempt on the emulated clock, or null when there will be none. */
  retryInMs: number | null;
}
