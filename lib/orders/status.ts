import { assertNever } from "@/lib/assert-never";

/**
 * Where a payment stands, in our own words: every provider's statuses are mapped to these ten.
 *
 * - `pending`: nothing has been received yet. `confirming`: money is on its way.
 * - `review`: a person has to look. `refunding`: the provider is sending the money back.
 * - `paid`: the only one that is final for money. After any of the other ends a late confirmation still wins.
 */
export const PAYMENT_STATUSES = [
  "pending",
  "confirming",
  "review",
  "refunding",
  "paid",
  "underpaid",
  "rejected",
  "failed",
  "canceled",
  "expired",
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** True where the payer has nothing more to wait for. It does not mean that no money can come any more. */
export function isTerminal(status: PaymentStatus): boolean {
  switch (status) {
    case "pending":
    case "confirming":
    case "review":
    case "refunding":
      return false;
    case "paid":
    case "underpaid":
    case "rejected":
    case "failed":
    case "canceled":
    case "expired":
      return true;
    default:
      return assertNever(status);
  }
}
