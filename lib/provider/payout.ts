import type { PayoutReport } from "@/lib/orders/observation";
import type { Refund } from "@/lib/orders/order";
import type { ProviderModule, ProviderResult } from "./provider";

/** Sends money out, for the merchant's pages alone. A provider offers it beside payments, or not at all. */
export interface PayoutProvider extends Pick<ProviderModule, "name" | "label"> {
  /** What it can send, by the codes of `Transaction.coin`. */
  readonly coins: readonly string[];
  /** Where a new payout is sent, by the network's name for people; null where there is no choice to name. */
  readonly network: string | null;
  /** Decimal places that an amount may have. */
  readonly places: number;
  /**
   * Idempotent by its reference: called again with the same request, it answers what became of the first call and pays
   * nothing more. May take minutes. A report of `failed` is final for the reference; a failure says nothing of it unless
   * it is the very first call and not `maybeAccepted`.
   */
  createPayout(request: PayoutRequest): Promise<PayoutResult>;
  /** Null where there is no such call: then `createPayout` is called again instead. */
  readonly readPayout: ((payout: PayoutName) => Promise<PayoutResult>) | null;
  /** `waiting` in the answer: it was asked for, and may come too late. */
  cancelPayout(payout: PayoutName): Promise<PayoutResult>;
  /** Where a payout's transaction can be looked up; null unless the network is known. */
  explorerUrl(network: string | null, transactionHash: string): string | null;
}

/** Built from the stored refund alone, so that a repeated call is the same to the last character. */
export type PayoutRequest = Readonly<Pick<Refund, "reference" | "coin" | "amount" | "network">> & {
  /** For the receiver's eyes. */
  readonly message: string | null;
};

export type PayoutName = Readonly<Pick<Refund, "reference">> & { readonly payoutId: string };

export type PayoutResult = ProviderResult<{ report: PayoutReport }>;
