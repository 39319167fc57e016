import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { formatAmountForPeople } from "@/lib/money/amount";
import {
  type EffectState,
  failedEffects,
  type Order,
  type OrderEvent,
  openReasons,
  type Payment,
  type Refund,
} from "@/lib/orders/order";
import { canGiveUp, offeredRefunds, payoutsFor } from "./refunds";
import { eventTitle, payerName, REASON_WORDS, refundWords, SOURCE_WORDS, STATUS_WORDS, timeText } from "./words";

/** One line of a list of facts. What is not known has no line. */
type Fact = Look & { readonly name: string; readonly text: string };
type Look = { readonly href?: string | undefined; readonly isCode?: boolean };

export const priceText = (order: Order) => formatAmountForPeople(order.price, "en");

/** A line of the list of payments. */
export function orderRow(order: Order) {
  const { id, status, payer, createdAt } = order;
  // What the status says already is not said twice.
  const reasons = openReasons(order).filter((reason) => reason !== status);
  return {
    id,
    href: `/admin/orders/${id}`,
    price: priceText(order),
    name: payerName(payer),
    status,
    statusText: STATUS_WORDS[status],
    reasons: [
      ...reasons.map((reason) => REASON_WORDS[reason].title),
      ...new Set(failedEffects(order).map(({ name }) => `${name} has failed`)),
    ],
    time: timeText(createdAt),
  };
}

export function orderFacts(order: Order): Fact[] {
  return [
    ...maybe("Item", order.item),
    { name: "Name", text: payerName(order.payer) },
    ...maybe("Message", order.payer.message),
    { name: "Started", text: timeText(order.createdAt) },
    { name: "Changed", text: timeText(order.updatedAt) },
    { name: "Reference", text: order.id, isCode: true },
    { name: "Payer's page", text: "Open", href: `/orders/${order.id}` },
  ];
}

export function paymentFacts(payment: Payment, labelOf: (name: string) => string): Fact[] {
  const { transaction, quote } = payment;
  return [
    {
      name: "Status",
      text: payment.onHold ? `${STATUS_WORDS[payment.status]}, on hold` : STATUS_WORDS[payment.status],
    },
    ...maybe("Asked for", quote && `${quote.amount} ${quote.coin}`),
    ...maybe("Received", transaction?.amount && `${transaction.amount} ${transaction.coin ?? ""}`),
    ...maybe("Network", transaction?.network),
    ...maybe("Transaction", transaction?.hash, { isCode: true, href: transaction?.explorerUrl }),
    ...maybe("From", transaction?.from, { isCode: true }),
    ...maybe("Paid", payment.paidAt === null ? null : timeText(payment.paidAt)),
    { name: "Opened", text: timeText(payment.createdAt) },
    ...maybe("Expires", payment.expiresAt === null ? null : timeText(payment.expiresAt)),
    { name: `Id at ${labelOf(payment.provider)}`, text: payment.paymentId, isCode: true },
    ...(payment.testStore ? [{ name: "Store", text: "Test store: no real money" }] : []),
  ];
}

export function refundFacts(refund: Refund): Fact[] {
  const { kind, transactionHash, explorerUrl, note } = refund;
  return [
    { name: "Amount", text: `${refund.amount} ${refund.coin}` },
    { name: "Status", text: kind === "recorded" ? "Recorded by you" : refundWords(refund) },
    { name: "Time", text: timeText(refund.createdAt) },
    ...maybe("Transaction", transactionHash, { isCode: true, href: explorerUrl }),
    ...maybe(kind === "recorded" ? "Note" : "Message to the payer", note),
  ];
}

/** What an order's page shows of payouts: those that were started, and what can still be sent. */
export function payoutSection(flow: Flow, order: Order) {
  const refunds = order.refunds.filter(({ kind }) => kind === "payout").map((refund) => payoutRow(flow, refund));
  return { refunds, label: payoutsFor(flow, order)?.label ?? null, offered: offeredRefunds(flow, order) };
}

function payoutRow({ payouts, clock }: Flow, refund: Refund) {
  const { reference, status, claimUrl, network, receiver, held = false } = refund;
  const { holdPayout = null, receiverFields = [] } = payouts.get(refund.provider ?? "") ?? {};
  const labelOf = (name: string) => receiverFields.find((field) => field.name === name)?.label ?? name;
  return {
    reference,
    facts: [
      ...refundFacts(refund),
      ...maybe("Network", network),
      ...Object.entries(receiver ?? {}).map(([name, text]) => ({ name: labelOf(name), text })),
      { name: "Reference", text: reference, isCode: true },
    ],
    /** Only while it can be used: afterwards the link leads nowhere. */
    claimUrl: status === "waiting" ? claimUrl : null,
    canCancel: status === "waiting" || status === "sending",
    canGiveUp: canGiveUp(refund, clock.now()),
    /** Null where it cannot be asked for, else whether it is on hold. */
    hold: status === "waiting" && holdPayout !== null ? { isOn: held } : null,
    note: NOTES[status === "waiting" ? waitingNote(refund) : status],
  };
}

function waitingNote({ claimUrl, receiver, held }: Refund): keyof typeof NOTES {
  if (receiver !== undefined) return held ? "held" : "bank";
  return claimUrl === null ? "lost" : "waiting";
}

const NOTES: Readonly<Record<Refund["status"] | "lost" | "bank" | "held", string | null>> = {
  sending:
    "It is about to be sent. If the provider cannot be reached, it is tried again by itself. Load this page again to see it.",
  unsure:
    "The provider was asked, and has not answered yet. That can take two minutes: load this page again to see it. Without an answer it is asked again under the same reference, which it pays once only.",
  waiting: "Give this link to the payer alone, because it gives the money to the first person who opens it.",
  lost: "The provider has made the claim link, but its answer was lost, and it gives the link only once. Cancel this refund, then send another.",
  bank: "It is on its way to the receiver's bank. Until it was handed over you can cancel it.",
  held: "It is on hold, and its money is set aside. Let it go on, or cancel it.",
  sent: null,
  expired: "It was not collected in time, and the money is on its way back to you.",
  canceled: "The money is on its way back to you, if it had left.",
  failed: "The payer did not get it. The history says why.",
};

export function effectRow({ name, event, doneAt, failures, nextAt }: EffectState) {
  const tries = failures === 1 ? "1 failure" : `${failures} failures`;
  const [open, over] = failures === 0 ? ["Pending", "Done"] : [`Pending, ${tries}`, "Given up"];
  const when = doneAt === null ? `next ${timeText(nextAt)}` : timeText(doneAt);
  return {
    name,
    event,
    state: doneAt === null ? open : over,
    when,
    isDone: doneAt !== null && failures === 0,
    // One that is waiting for its first run comes by itself.
    canRunAgain: doneAt !== null || failures > 0,
    canGiveUp: doneAt === null && failures > 0,
  };
}

export function eventRow(event: OrderEvent, key: number) {
  const { from, to, facts } = event;
  const { action: _, ...others } = facts;
  const details = Object.entries(others).map(([name, value]) => ({ name: factName(name), text: String(value) }));
  const change = from === null || from === to ? null : `${STATUS_WORDS[from]} → ${STATUS_WORDS[to]}`;
  return { key, time: timeText(event.at), title: eventTitle(event), by: SOURCE_WORDS[event.source], change, details };
}

/** "transactionHash" is "transaction hash" to people. */
const factName = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function maybe(name: string, text: string | null | undefined, look: Look = {}): Fact[] {
  return text ? [{ name, text, ...look }] : [];
}
