import type { PayoutReport } from "@/lib/orders/observation";
import type { Refund } from "@/lib/orders/order";
import type { ProviderModule, ProviderResult } from "./provider";

/** Sends money out, for the merchant's pages alone. A provider offers it beside payments, or not at all. */
export interface PayoutProvider extends Pick<ProviderModule, "name" | "label"> {
  /** Tells the account that pays from any other. Only a hash of it is stored. */
  readonly account: string;
  /** What it can send, by the codes of `Transaction.coin`. */
  readonly coins: readonly string[];
  /** Where a new payout is sent, by the network's name for people; null where there is no choice to name. */
  readonly network: string | null;
  /** Decimal places that an amount may have. */
  readonly places: number;
  /** What it has to know of the receiver. Empty where a link is enough, with which the receiver collects the money. */
  readonly receiverFields: readonly ReceiverField[];
  /**
   * Idempotent by its reference: called again with the same request, it answers what became of the first call and pays
   * nothing more. May take minutes. A report of `failed` is final for the reference; a failure says nothing of it,
   * unless it is that of the very first call and not `maybeAccepted`.
   */
  createPayout(request: PayoutRequest): Promise<PayoutResult>;
  /** Null where there is no such call: then `createPayout` is called again instead. */
  readonly readPayout: ((payout: Omit<PayoutName, "payoutId">) => Promise<PayoutResult>) | null;
  /** `waiting` in the answer: it was asked for, and may come too late. */
  cancelPayout(payout: PayoutName): Promise<PayoutResult>;
  /** Stops a payout that waits, or lets it go on. Null where there is no such call. */
  readonly holdPayout: ((payout: PayoutName, isOnHold: boolean) => Promise<PayoutResult>) | null;
  /** Where a payout's transaction can be looked up; null unless the network is known. */
  explorerUrl(network: string | null, transactionHash: string): string | null;
}

export type ReceiverField = {
  readonly name: string;
  readonly label: string;
  /** What the whole value has to be, as the `pattern` of an input has it. */
  readonly pattern: string;
  /** In words, for people. */
  readonly form: string;
  readonly isRequired: boolean;
};

/** Built from the stored refund alone, so that a repeated call is the same to the last character. */
export type PayoutRequest = Readonly<Pick<Refund, "reference" | "coin" | "amount" | "network" | "receiver">> & {
  /** For the receiver's eyes. */
  readonly message: string | null;
};

/** The receiver's details are here to be kept out of the log. */
export type PayoutName = Readonly<Pick<Refund, "reference" | "receiver">> & { readonly payoutId: string };

export type PayoutResult = ProviderResult<{ report: PayoutReport }>;
