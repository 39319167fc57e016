import { assertNever } from "@/lib/assert-never";
import type { EffectCause } from "@/lib/checkout/flow";
import { formatAmount } from "@/lib/money/amount";
import {
  isPaidInTestStore,
  type Order,
  type Payment,
  payingPayment,
  type Reason,
  type Refund,
} from "@/lib/orders/order";
import { isoTime } from "../words";

/** A message to the merchant, before it takes the form of a channel. */
export type Notification = {
  /** The same for every try, so that a receiver can drop what it has already. */
  readonly id: string;
  readonly type: "order.paid" | "order.attention" | "order.refund_ended" | "test";
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly title: string;
  readonly facts: readonly string[];
  /** What the payer wrote, one line each. It comes from a stranger: channels show it as text and nothing else. */
  readonly words: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
};

export type MessageContext = {
  readonly siteName: string;
  /** An origin, without a slash at the end. */
  readonly publicUrl: string;
  /** Whether there is an admin page to link to. */
  readonly hasAdmin: boolean;
};

export function notificationOf(
  cause: EffectCause,
  { siteName, publicUrl, hasAdmin, includesPrivate }: MessageContext & { includesPrivate: boolean },
): Notification {
  const { order } = cause;
  const news = newsOf(cause);
  const payment = payingPayment(order) ?? order.payments.at(-1) ?? null;
  const payer = knownPayer(order, includesPrivate);
  const adminUrl = hasAdmin ? `${publicUrl}/admin/orders/${order.id}` : null;
  const amount = formatAmount(order.price);
  const isTest = isPaidInTestStore(order);
  return {
    id: `${order.id}-${news.key}`,
    type: news.type,
    at: news.at ?? order.updatedAt,
    title: inert(`${siteName}: ${news.title}`),
    facts: [
      ...news.facts,
      `Payment of ${amount} ${order.price.currency}, status ${order.status}`,
      ...(order.item === undefined ? [] : [`Item: ${order.item}`]),
      ...(isTest ? ["It was paid in a test store: no real money."] : []),
      `Reference: ${order.id}`,
      ...transactionFacts(payment),
      ...(adminUrl === null ? [] : [adminUrl]),
    ].map(inert),
    words: [
      ...(payer.name === null ? [] : [`Name: ${payer.name}`]),
      ...(payer.message === null ? [] : [`Message: ${payer.message}`]),
    ],
    data: {
      orderId: order.id,
      status: order.status,
      ...(order.item !== undefined && { item: order.item }),
      ...(isTest && { testStore: true }),
      amount,
      currency: order.price.currency,
      paidAt: isoTime(payment?.paidAt),
      payment: payment && {
        provider: payment.provider,
        paymentId: payment.paymentId,
        transactionHash: payment.transaction?.hash ?? null,
        network: payment.transaction?.network ?? null,
        coin: payment.transaction?.coin ?? null,
        coins: payment.transaction?.amount ?? null,
      },
      payer,
      adminUrl,
      ...news.data,
    },
  };
}

/** For the merchant's own test: nothing in it is an order. */
export function testNotification({ siteName }: MessageContext, { id, now }: { id: string; now: number }): Notification {
  const title = inert(`${siteName}: this is a test`);
  const facts = ["Notifications of payments will arrive here. Nothing was paid."];
  return { id, type: "test", at: now, title, facts, words: [], data: { test: true } };
}

type News = Pick<Notification, "type" | "title" | "facts" | "data"> & { key: string; at: number | null };

function newsOf(cause: EffectCause): News {
  const { order } = cause;
  switch (cause.kind) {
    case "paid": {
      const title = `${formatAmount(order.price)} ${order.price.currency} paid`;
      const at = payingPayment(order)?.paidAt ?? null;
      return { key: "paid", type: "order.paid", at, title, facts: [], data: {} };
    }
    case "attention": {
      const { reason, again } = cause;
      const title = "a payment needs your attention";
      const data = { reason };
      const key = again === undefined ? reason : `${reason}-${again}`;
      return { key, type: "order.attention", at: null, title, facts: [REASON_SENTENCES[reason]], data };
    }
    case "refund": {
      const { reference, status, kind, coin, amount, transactionHash, updatedAt: at } = cause.refund;
      const title = `a refund of ${amount} ${coin} ${refundEnd(status)}${cause.isSecondEnd ? " after all" : ""}`;
      const refund = { reference, status, kind, coin, amount, transactionHash };
      const facts = transactionHash === null ? [] : [`Transaction of the refund: ${transactionHash}`];
      const key = `refund-${reference}${cause.isSecondEnd ? `-${status}` : ""}`;
      return { key, type: "order.refund_ended", at, title, facts, data: { refund } };
    }
    default:
      return assertNever(cause);
  }
}

const REASON_SENTENCES: Readonly<Record<Reason, string>> = {
  paid_late: "The money came after the checkout had ended.",
  duplicate_payment: "The payer paid more than once.",
  money_mismatch: "A payment was reported with other money than you asked for.",
  overpaid: "More arrived than you asked for.",
  refund_after_paid: "The provider reports a refund of a payment that was complete.",
  test_chain: "The coins are on a test chain and are worth nothing.",
  unknown_chain: "The provider named no network for the coins, or one that this app does not know.",
  unexpected_payment: "A payment arrived that this app did not know about.",
  underpaid: "Less arrived than you asked for.",
  review: "The payment is on hold until you or the provider have looked at it.",
  refunding: "The provider is sending the money back.",
};

function refundEnd(status: Refund["status"]): string {
  if (status === "sent") return "was sent";
  if (status === "expired") return "expired before it was collected";
  return status === "canceled" ? "was canceled" : "failed";
}

function transactionFacts(payment: Payment | null): string[] {
  const { hash, network, coin, amount } = payment?.transaction ?? {};
  return [
    ...(amount === undefined ? [] : [`Received: ${amount} ${coin ?? ""}`.trim()]),
    ...(hash === undefined ? [] : [`Transaction: ${hash}${network === undefined ? "" : ` (${network})`}`]),
  ];
}

/** A name is private where its payer asked for that; a message is for the merchant alone. */
function knownPayer({ payer }: Order, includesPrivate: boolean): Order["payer"] {
  const name = payer.anonymous && !includesPrivate ? null : payer.name;
  const message = includesPrivate ? payer.message : null;
  return { name: inertOrNull(name), message: inertOrNull(message), anonymous: payer.anonymous };
}

const inertOrNull = (text: string | null) => (text === null || inert(text) === "" ? null : inert(text));

/** One line without characters that move, hide or reorder what stands around them. */
export function inert(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g, "")
    .replace(/ {2,}/g, " ")
    .trim();
}
