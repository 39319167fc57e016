import type { PaymentStatus } from "@/lib/orders/status";

/** How a state looks. Colour never carries the meaning alone: each tone has its own sign, and the words say it. */
export type Tone = "waiting" | "good" | "attention" | "ended";

export type StateWords = {
  readonly tone: Tone;
  /** For the browser's tab. */
  readonly title: string;
  readonly heading: string;
  /** What has happened to the money. */
  readonly money: string;
  /** One next step. */
  readonly next: string;
};

/**
 * What a payer reads in each state. Only `paid` may sound like success; the others do not even contain the word, since
 * half-read pages make people pay twice or not at all. Plain data, because the server hands it to the page's code.
 */
export function stateWords(merchant: string): Readonly<Record<PaymentStatus, StateWords>> {
  return {
    pending: {
      tone: "waiting",
      title: "Waiting for payment",
      heading: "Waiting for your payment",
      money: "Nothing has reached us yet.",
      next: "Finish on the payment page. This page follows along by itself.",
    },
    confirming: {
      tone: "waiting",
      title: "Confirming",
      heading: "Your payment is being confirmed",
      money: "The network has seen your payment. It is not final yet.",
      next: "There is nothing to do. This page changes by itself once it is final.",
    },
    review: {
      tone: "attention",
      title: "Being checked",
      heading: "Your payment is being checked",
      money: "AllScale has seen your payment. A person there looks at it before it counts.",
      next: `There is nothing to do. If it takes longer than a day, send ${merchant} the order number.`,
    },
    refunding: {
      tone: "attention",
      title: "Being sent back",
      heading: "Your payment is being sent back",
      money: "AllScale is sending the money back to you.",
      next: "There is nothing to do. We keep watching until it has ended.",
    },
    paid: {
      tone: "good",
      title: "Paid",
      heading: "Thank you, your payment has arrived",
      money: "It is confirmed and final.",
      next: "Keep this page, or print it: it is your receipt.",
    },
    underpaid: {
      tone: "attention",
      title: "Amount too small",
      heading: "The amount that arrived is too small",
      money: "Money has arrived, but less than was asked for, so the order is not complete.",
      next: `Do not pay again. Send ${merchant} the order number to settle the rest.`,
    },
    rejected: {
      tone: "ended",
      title: "Not accepted",
      heading: "The payment was not accepted",
      money: "AllScale’s checks turned it down, so it does not count.",
      next: `If money has left your wallet, send ${merchant} the order number before you try again.`,
    },
    failed: {
      tone: "ended",
      title: "Did not go through",
      heading: "The payment did not go through",
      money: "No money has reached us. Should it still arrive, this page will say so.",
      next: "If nothing has left your wallet, you can safely try again.",
    },
    canceled: {
      tone: "ended",
      title: "Canceled",
      heading: "The payment was canceled",
      money: "No money has reached us. Should it still arrive, this page will say so.",
      next: "If nothing has left your wallet, you can start again whenever you like.",
    },
    expired: {
      tone: "ended",
      title: "Time ran out",
      heading: "The time to pay has run out",
      money: "No money has reached us. If you have already sent it, it will still show up here.",
      next: "If nothing has left your wallet, you can safely start again.",
    },
  };
}

/** Everything else on the order page. Plain data too. */
export const ORDER_WORDS = {
  continue: "Continue to payment",
  noPaymentPage: "No payment page was opened for this order. Nothing was charged; please begin anew.",
  beginAnew: "Begin anew",
  startAgain: "Start again",
  notStarted: "The payment page could not be opened just now. Nothing was charged. Please try again in a minute.",
  contact: "Write to {merchant}",
  checkAgain: "Check again",
  checking: "Checking…",
  stillWatching: "We are still watching. You can close this page and come back to it at any time.",
  unreachable: "We cannot reach the server just now. We are still watching.",
  delayed: "AllScale is not answering just now. This is the last we heard.",
  steps: { label: "Progress", made: "Order made", seen: "Seen by the network", confirmed: "Confirmed", done: "done" },
  facts: {
    amount: "Amount",
    to: "To",
    order: "Order number",
    made: "Order made",
    required: "Asked for",
    received: "Received",
    seen: "Amount seen",
    missing: "Missing",
    confirmed: "Confirmed",
    network: "Network",
    rate: "Rate",
    transaction: "Transaction",
    explorer: "View it on the network’s explorer",
  },
} as const;

export type OrderWords = typeof ORDER_WORDS;

export const UNAVAILABLE_WORDS = {
  title: "Order not readable just now",
  heading: "We cannot look up this order just now",
  text: "Nothing is lost. This page tries again every ten seconds.",
  again: "Try now",
} as const;
