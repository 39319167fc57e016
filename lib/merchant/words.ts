import type { Order, OrderEvent, Reason, Refund, Source } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";

/** What the merchant reads. These pages are in English only. */

export const STATUS_WORDS: Readonly<Record<PaymentStatus, string>> = {
  pending: "Waiting for payment",
  confirming: "Confirming",
  review: "In review",
  refunding: "Being returned",
  paid: "Paid",
  underpaid: "Underpaid",
  rejected: "Rejected",
  failed: "Failed",
  canceled: "Canceled",
  expired: "Expired",
};

type ReasonWords = { readonly title: string; readonly advice: string };

export const REASON_WORDS: Readonly<Record<Reason, ReasonWords>> = {
  underpaid: {
    title: "Underpaid",
    advice: "Less arrived than was asked for. Accept it as paid, or send it back.",
  },
  review: {
    title: "In review",
    advice: "The provider or this app could not confirm the money. Look the transaction up before you decide.",
  },
  refunding: {
    title: "Being returned",
    advice: "The provider reports that it is sending the money back. There is nothing to deliver.",
  },
  paid_late: {
    title: "Paid late",
    advice: "The payment was confirmed after it had expired or ended. It counts; check that you still want to deliver.",
  },
  duplicate_payment: {
    title: "Paid twice",
    advice: "More than one payment arrived for this order. Send the extra one back.",
  },
  money_mismatch: {
    title: "Wrong money",
    advice:
      "What was reported is not the amount or coin of this order, or part of it was sent back. Look the transaction up before you decide.",
  },
  overpaid: {
    title: "Overpaid",
    advice: "More arrived than was asked for. You may send the difference back.",
  },
  refund_after_paid: {
    title: "Returned after it was paid",
    advice: "The provider reports a return of money that had been confirmed. Ask the provider what happened.",
  },
  test_chain: {
    title: "Test network",
    advice: "It was paid with coins of a test network, which are worth nothing. Do not deliver.",
  },
  unknown_chain: {
    title: "Unknown network",
    advice:
      "The provider named no network for the coins, or one that this app does not know. Look the transaction up there.",
  },
  unexpected_payment: {
    title: "Unexpected payment",
    advice: "It was paid on a checkout that the payer was never shown by this app. It counts; have a look.",
  },
};

export const SOURCE_WORDS: Readonly<Record<Source, string>> = {
  create: "Payer",
  webhook: "Webhook",
  hint: "Notification",
  poll: "Payment page",
  reconcile: "Reconciliation",
  effect: "This app",
  merchant: "You",
};

const REFUND_WORDS: Readonly<Record<Refund["status"], string>> = {
  sending: "Being sent",
  unsure: "Unsure whether it was sent",
  waiting: "Waiting to be collected",
  sent: "Sent",
  expired: "Expired",
  canceled: "Canceled",
  failed: "Failed",
};

/** To a bank, there is no link to collect it with. */
export function refundWords({ status, receiver, held }: Refund): string {
  if (status !== "waiting" || receiver === undefined) return REFUND_WORDS[status];
  return held ? "On hold" : "On its way to the bank";
}

const ACTION_WORDS: Readonly<Record<string, string>> = {
  accept_as_paid: "Accepted as paid",
  mark_handled: "Marked as handled",
  hide_from_wall: "Hidden from the wall",
  show_on_wall: "Shown on the wall",
  record_refund: "Refund recorded",
  run_effect_again: "Follow-up run again",
  give_up_effect: "Follow-up given up",
  check_now: "Asked the provider",
};

const EVENT_WORDS: Readonly<Record<OrderEvent["type"], string>> = {
  order_created: "Payment started",
  payment_created: "Checkout opened",
  payment_not_created: "Checkout not opened",
  payment_observed: "Report",
  effect_done: "Follow-up done",
  effect_failed: "Follow-up failed",
  merchant_action: "Action",
  refund_changed: "Refund changed",
};

export function eventTitle({ type, facts }: OrderEvent): string {
  const action = typeof facts.action === "string" ? ACTION_WORDS[facts.action] : undefined;
  return action ?? EVENT_WORDS[type];
}

/** Payers may leave their name out, or ask not to be named to others. */
export function payerName({ name, anonymous }: Order["payer"]): string {
  if (name === null || name.trim() === "") return "No name";
  return anonymous ? `${name} (not to be shown)` : name;
}

export const isoTime = (ms: number | null | undefined) => (typeof ms === "number" ? new Date(ms).toISOString() : null);

/** "2026-11-27 09:05:00 UTC". */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
