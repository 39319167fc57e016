import { assertNever } from "@/lib/assert-never";
import type { PaymentStatus } from "@/lib/orders/status";

/** The twelve statuses of a checkout intent by AllScale's own names (§6). */
export const ALLSCALE_STATUSES = {
  TIMEOUT: -5,
  CANCELED: -4,
  UNDERPAID: -3,
  REJECTED: -2,
  FAILED: -1,
  CREATED: 1,
  PAYING: 2,
  TEMP_WALLET_RECEIVED: 3,
  PENDING_MANUAL_OPERATION: 4,
  SEND_BACK: 5,
  ON_CHAIN: 10,
  CONFIRMED: 20,
} as const;

export type AllScaleStatus = keyof typeof ALLSCALE_STATUSES;

const NAME_OF = new Map<number, AllScaleStatus>(
  (Object.keys(ALLSCALE_STATUSES) as AllScaleStatus[]).map((name) => [ALLSCALE_STATUSES[name], name]),
);

/** Null for a number that is not in the protocol: such a report must change nothing, whatever its sign. */
export function statusOfNumber(value: number): AllScaleStatus | null {
  return NAME_OF.get(value) ?? null;
}

/** What AllScale's status means to the flow (§6). Only CONFIRMED is paid: ON_CHAIN is money that can still vanish. */
export function toPaymentStatus(status: AllScaleStatus): PaymentStatus {
  switch (status) {
    case "CREATED":
    case "PAYING":
      return "pending";
    case "TEMP_WALLET_RECEIVED":
    case "ON_CHAIN":
      return "confirming";
    case "PENDING_MANUAL_OPERATION":
      return "review";
    case "SEND_BACK":
      return "refunding";
    case "CONFIRMED":
      return "paid";
    case "UNDERPAID":
      return "underpaid";
    case "REJECTED":
      return "rejected";
    case "FAILED":
      return "failed";
    case "CANCELED":
      return "canceled";
    case "TIMEOUT":
      return "expired";
    default:
      return assertNever(status);
  }
}
