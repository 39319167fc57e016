import type { Money } from "@/lib/money/currency";
import type { PaymentObservation, PayoutReport } from "@/lib/orders/observation";
import type { CreatedPayment, PaymentId } from "@/lib/orders/order";
import type { SettingReader } from "@/lib/settings";
import type { PayoutProvider } from "./payout";

/** Everything about one payment system: its folder exports one of these, and `registry.ts` lists it. */
export type ProviderModule = {
  /** Of `PAYMENT_PROVIDER`, of the webhook's path and of stored payments. */
  readonly name: string;
  readonly label: string;
  /** Settings whose values must never reach the log. */
  readonly secretNames: readonly string[];
  /** The setting that holds the address of its API. */
  readonly addressName: string;
  /** Whether any credential is set: then it goes on settling its payments after another provider took over. */
  isPresent(reader: SettingReader): boolean;
  /** Null when a setting is missing or wrong; the reader then names it. Never throws. */
  load(reader: SettingReader): LoadedProvider | null;
};

export type LoadedProvider = {
  /** Where its hosted page may be, as sources of a `form-action` directive. */
  readonly checkoutSources: readonly string[];
  /** The largest price that it can express, in minor units. Absent where that is any. */
  maxMinor?(currency: Money["currency"]): number;
  /** True when its API is on this machine: an emulator. */
  readonly isLocal: boolean;
  /** What it is known to keep of a price. Absent where nothing is known. */
  readonly publishedFee?: PublishedFee;
  create(tools: ProviderTools): PaymentProvider;
  /** Absent unless the provider can send money and the settings allow it. */
  readonly createPayouts?: (tools: PayoutTools) => PayoutProvider;
};

export type PublishedFee = {
  /**
   * In minor units, rounded up. Only an estimate: the merchant's contract decides. Of the sum of several payments it is
   * the least that can have been kept.
   */
  estimate(price: Money, payments?: number): number;
  /** One sentence: what is assumed, how old that is, and where the merchant's own fee stands. */
  readonly source: string;
};

export type ProviderTools = {
  readonly timeoutMs: number;
  /** Called after each call, for the log. Gets no secret, signature or body. */
  readonly onCall?: (call: ProviderCall) => void;
};

/** `webhookUrl` is ours, for providers that want it named with each payout. */
export type PayoutTools = ProviderTools & { readonly webhookUrl: string };

export type ProviderCall = {
  readonly operation: string;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly providerRequestId: string | null;
  readonly paymentId?: PaymentId;
  readonly orderId?: string;
  /** Ours, of a payout. */
  readonly reference?: string;
  readonly failure: ProviderFailure | null;
};

/** A payment provider as the flow sees it. Expected refusals come back as values, a thrown error is a bug. */
export interface PaymentProvider extends Pick<ProviderModule, "name" | "label"> {
  /** True for a test store, where coins of a test chain count. */
  readonly testStore: boolean;
  /** Not idempotent everywhere: a failure with `maybeAccepted` can have opened a payment that we never heard of. */
  createPayment(input: CreatePaymentInput): Promise<CreatePaymentResult>;
  /**
   * A status of `paid` always comes with what was paid; an adapter that cannot learn the money answers a failure.
   * `expecting` only lets it choose the cheaper call: "ended" when money has probably moved since the last one.
   */
  readPayment(paymentId: PaymentId, expecting: "waiting" | "ended"): Promise<ReadPaymentResult>;
  /** Whether a delivery is the provider's own, from headers and raw bytes only: nothing is parsed before. */
  authenticateWebhook(delivery: WebhookDelivery): Promise<WebhookAuthentication>;
  /** Reads the body of a delivery that `authenticateWebhook` accepted. */
  parseWebhook(delivery: WebhookDelivery): WebhookContent;
  /** Calls that change nothing, and what they tell of the address, the credentials and the clock. */
  diagnose(): Promise<readonly Finding[]>;
  /** A delivery to our own webhook, signed as the provider signs its own, which `parseWebhook` reads as a test. */
  signTestWebhook?(url: URL): Promise<TestWebhook>;
}

/** What is right or wrong with one part of the setup, for the merchant. No sentence holds a secret. */
export type Finding = {
  readonly id: "provider_address" | "provider_access" | "provider_clock" | "provider_calls";
  readonly state: "ok" | "warning" | "failed" | "unknown";
  readonly sentence: string;
  /** What to do about it. */
  readonly todo?: string;
};

export type TestWebhook = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** As `authenticateWebhook` will name it. */
  readonly nonce: string;
};

export type ProviderResult<Success = unknown> =
  | ({ readonly ok: true } & Readonly<Success>)
  | { readonly ok: false; readonly failure: ProviderFailure };

export type CreatePaymentInput = {
  readonly price: Money;
  /** Our order id; the provider repeats it in webhooks. */
  readonly orderReference: string;
  readonly description: string;
  readonly returnUrl: string;
  /** The payer's IP address, for providers that ask for it; null where it is not known. */
  readonly payerAddress: string | null;
};

export type CreatePaymentResult = ProviderResult<{ payment: CreatedPayment }>;

export type ReadPaymentResult = ProviderResult<{
  observation: PaymentObservation;
  /** Set when the provider told this much and wants no more questions for a while. */
  retryAfterSeconds?: number;
}>;

export type ProviderFailure = {
  readonly kind: ProviderFailureKind;
  /** One sentence for people, without any secret. */
  readonly message: string;
  /** Of a call that changes something: true when it may have had its effect although we did not get the answer. */
  readonly maybeAccepted: boolean;
  readonly retryAfterSeconds?: number;
  /** The provider's own, for logs. */
  readonly code?: string;
  readonly reason?: string;
  readonly providerRequestId?: string;
  /** Our outgoing address as the provider saw it, where it refused us for that and said so. */
  readonly seenAddress?: string;
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

/** True when a call about any other payment would fail the same way now, so that a walk through many stops here. */
export function concernsAll(kind: ProviderFailureKind): boolean {
  return kind === "unreachable" || kind === "timeout" || kind === "rate_limited" || kind === "unauthorized";
}

/** A request as it arrived. Method, path, query and bytes are untouched, because they are what is signed. */
export type WebhookDelivery = {
  readonly method: string;
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** In milliseconds since the epoch. */
  readonly receivedAt: number;
};

export type WebhookAuthentication =
  | {
      readonly ok: true;
      readonly deliveryId: string;
      readonly replay: ReplayKey | null;
      /**
       * True where nothing proves who sent it: then it can only be a hint about a payment that we know, and makes us
       * ask no more often than an open page would.
       */
      readonly isUnproven?: boolean;
    }
  /** `diagnosis` is for our log; the sender learns nothing. */
  | { readonly ok: false; readonly diagnosis: string };

/** What must not be used twice, and for how long it has to be remembered. */
type ReplayKey = {
  readonly nonce: string;
  /** Equal for byte-identical deliveries only: tells a repeated delivery from a reused nonce. */
  readonly fingerprint: string;
  readonly ttlMs: number;
};

export type WebhookContent =
  | { readonly kind: "event"; readonly observation: PaymentObservation; readonly deliveryId: string }
  /** The provider only says "look at this payment again". */
  | { readonly kind: "hint"; readonly paymentId: PaymentId; readonly deliveryId: string }
  /** News of a payout, or only "look at this payout again". */
  | { readonly kind: "payout_event"; readonly report: PayoutReport; readonly deliveryId: string }
  | { readonly kind: "payout_hint"; readonly reference: string; readonly deliveryId: string }
  /** Authentic, and about nothing that this app keeps. */
  | { readonly kind: "ignored"; readonly diagnosis: string; readonly deliveryId: string }
  /** Made by `signTestWebhook`. It names no payment, so it cannot touch an order. */
  | { readonly kind: "test"; readonly deliveryId: string }
  | { readonly kind: "unreadable"; readonly diagnosis: string }
  /** The body contradicts what was authenticated. */
  | { readonly kind: "contradictory"; readonly diagnosis: string };
