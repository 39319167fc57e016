import type { Money } from "@/lib/money/currency";
import type { PaymentId, Transaction } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";

/**
 * A payment provider as the flow sees it. Nothing here is shaped by one provider's API; what a provider's own words mean
 * is decided in its folder. Expected refusals come back as values, a thrown error is a bug.
 */
export interface PaymentProvider {
  readonly name: string;

  /**
   * Opens a payment. It is not idempotent at every provider: a failure with `maybeAccepted` can have made one that we
   * never heard of.
   */
  createPayment(input: CreatePaymentInput): Promise<CreatePaymentResult>;

  /**
   * Asks where a payment stands. A status of `paid` always comes with what was paid, so that the flow can hold it against
   * the order; an adapter that cannot learn the money answers a failure instead.
   *
   * `expecting` says what the caller thinks it will find, so that the adapter can choose the cheaper way: "waiting" while
   * a payer is being watched, "ended" when money has probably moved since anybody asked. The answer means the same.
   */
  readPayment(paymentId: PaymentId, expecting: "waiting" | "ended"): Promise<ReadPaymentResult>;

  /** Decides whether a webhook delivery is the provider's own. Reads headers and raw bytes only; the body is not parsed. */
  authenticateWebhook(delivery: WebhookDelivery): Promise<WebhookAuthentication>;

  /** Reads the body of a delivery that `authenticateWebhook` accepted. */
  parseWebhook(delivery: WebhookDelivery): WebhookContent;

  /** A call that changes nothing, to see whether the address, the credentials and the clock are right. */
  ping(): Promise<{ ok: true } | { ok: false; failure: ProviderFailure }>;
}

export type CreatePaymentInput = {
  readonly price: Money;
  /** Ours; the provider repeats it in webhooks. */
  readonly orderReference: string;
  readonly description: string;
  /** Where the hosted page sends the payer back to. */
  readonly returnUrl: string;
};

export type CreatePaymentResult =
  | { readonly outcome: "created"; readonly payment: CreatedPayment }
  | { readonly outcome: "failed"; readonly failure: ProviderFailure };

export type CreatedPayment = {
  readonly paymentId: PaymentId;
  /** A page of the provider's to send the payer to, already checked to lead to the provider and nowhere else. */
  readonly checkoutUrl: string | null;
  /** For providers without a hosted page: pay this much to this address. */
  readonly payTo: { readonly address: string; readonly amount: string; readonly coin: string } | null;
  readonly expiresAt: number | null;
  readonly quote: { readonly coin: string; readonly amount: string; readonly rate: string | null } | null;
};

export type ReadPaymentResult =
  | {
      readonly outcome: "read";
      readonly observation: PaymentObservation;
      /** Set when the provider told this much and wants to be left alone before it tells more. */
      readonly retryAfterSeconds?: number;
    }
  | { readonly outcome: "failed"; readonly failure: ProviderFailure };

/** What somebody reported about a payment at one moment. */
export type PaymentObservation = {
  readonly paymentId: PaymentId;
  readonly status: PaymentStatus;
  /** The provider's own word or number, for the history. */
  readonly providerStatus: string;
  /** The money as reported, to be held against the order; null when the report names none. */
  readonly money: ReportedMoney | null;
  readonly transaction: Transaction | null;
  /** Our own reference as the provider repeats it, where the report carries one. */
  readonly orderReference?: string;
};

export type ReportedMoney = {
  /** The price as the provider knows it: a currency code and a decimal string in major units. */
  readonly price: { readonly currency: string; readonly amount: string } | null;
  readonly coins: { readonly coin: string; readonly amount: string } | null;
};

export type ProviderFailure = {
  readonly kind: ProviderFailureKind;
  /** One sentence for people, without any secret. */
  readonly message: string;
  /** True when the call may have had its effect although we did not get the answer. */
  readonly maybeAccepted: boolean;
  readonly retryAfterSeconds?: number;
  /** For logs: the provider's error code, reason and request id. */
  readonly code?: string;
  readonly reason?: string;
  readonly providerRequestId?: string;
};

export type ProviderFailureKind =
  | "unreachable"
  | "timeout"
  | "rate_limited"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "amount_refused"
  | "refused"
  | "provider_error"
  | "bad_answer"
  | "bad_response_signature"
  | "amount_check_failed"
  | "unsafe_checkout_url";

/** A request as it arrived: bytes untouched, URL as received (path and query are part of what is signed). */
export type WebhookDelivery = {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** When it arrived, in milliseconds since the epoch. */
  readonly receivedAt: number;
};

export type WebhookAuthentication =
  | { readonly authentic: true; readonly deliveryId: string; readonly replay: ReplayKey | null }
  /** `diagnosis` is for our log and says what is likely wrong; the sender learns nothing. */
  | { readonly authentic: false; readonly diagnosis: string };

/** What must not be used twice, and for how long it has to be remembered. */
export type ReplayKey = {
  readonly nonce: string;
  /** Equal for byte-identical deliveries only: tells a repetition of one delivery from a reuse of its nonce. */
  readonly fingerprint: string;
  readonly ttlMs: number;
};

export type WebhookContent =
  | { readonly kind: "event"; readonly observation: PaymentObservation; readonly deliveryId: string }
  /** The provider only says "look at this payment again". */
  | { readonly kind: "hint"; readonly paymentId: PaymentId; readonly deliveryId: string }
  | { readonly kind: "unreadable"; readonly diagnosis: string }
  /** The body contradicts what was authenticated. */
  | { readonly kind: "contradictory"; readonly diagnosis: string };
