import type { PaymentId, Transaction } from "./order";
import type { PaymentStatus } from "./status";

/** What a webhook, a status call or the merchant reported about a payment at one moment. Providers translate into this. */
export type PaymentObservation = {
  /** Which provider reports: payment ids are unique within one provider only. */
  readonly provider: string;
  readonly paymentId: PaymentId;
  readonly status: PaymentStatus;
  /** The provider's own word or number, for the history. */
  readonly providerStatus: string;
  /** The money as reported, to be held against the order; null when the report names none. */
  readonly money: ReportedMoney | null;
  readonly transaction: Transaction | null;
  /** Our order id as the provider repeats it, where the report carries one. */
  readonly orderReference?: string;
  /** What is asked of the payer now, where a provider renews its quote: a decimal string. */
  readonly asks?: { readonly coin: string; readonly amount: string; readonly uri?: string | null };
};

export type ReportedMoney = {
  /** The price as the provider knows it: a currency code and a decimal string in major units. */
  readonly price: { readonly currency: string; readonly amount: string } | null;
  /** The coins that were received, as far as the report tells; a decimal string. */
  readonly coins: { readonly coin: string; readonly amount: string } | null;
};

/** What a provider said about a payout at one moment, in an answer or a webhook. Providers translate into this. */
export type PayoutReport = {
  /** Ours. */
  readonly reference: string;
  readonly payoutId: string | null;
  readonly status: "waiting" | "sent" | "expired" | "canceled" | "failed";
  /** The provider's own word, for the history. */
  readonly providerStatus: string;
  /** As the provider repeats it, to be held against the refund. */
  readonly money: { readonly coin: string; readonly amount: string } | null;
  /** A bearer secret. Only the first answer has it. */
  readonly claimUrl: string | null;
  readonly transactionHash: string | null;
  /** Whether a payout that waits is on hold; absent where that is not known. */
  readonly held?: boolean;
  /** Why it failed, in the provider's words. */
  readonly reason?: string;
};
