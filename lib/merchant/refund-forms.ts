import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import type { Order, OrderId, Refund } from "@/lib/orders/order";
import { cleanText } from "@/lib/web/contract";
import { siteConfig } from "@/site.config";
import { refundFacts } from "./order-details";
import {
  type ChangeRefusal,
  cancelRefund,
  canGiveUp,
  holdRefund,
  offeredRefunds,
  payoutsFor,
  planRefund,
  type RefundChoice,
  type RefundRefusal,
  startRefund,
} from "./refunds";

export type RefundFormRefusal = RefundRefusal | ChangeRefusal | "not_confirmed";
type FormResult =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly refusal: RefundFormRefusal };

/** The second step of a refund: what was confirmed is sent, to the digit. */
export async function sendRefundForm(flow: Flow, orderId: OrderId, form: URLSearchParams): Promise<FormResult> {
  if (form.get("confirm") !== "yes") return { ok: false, refusal: "not_confirmed" };
  const number = Number(form.get("number"));
  if (!Number.isSafeInteger(number) || number < 1 || number > MAX_REFUNDS)
    return { ok: false, refusal: "other_refund" };
  const [coin, amount, message] = ["coin", "amount", "message"].map((name) => form.get(name) ?? "");
  const text = cleanText(message ?? "").trim() || null;
  return await startRefund(flow, orderId, {
    number,
    coin: coin ?? "",
    what: "amount",
    amount: amount ?? "",
    message: text,
    receiver: Object.fromEntries(
      [...form].flatMap(([name, value]) =>
        name.startsWith(RECEIVER) ? [[name.slice(RECEIVER.length), value] as const] : [],
      ),
    ),
  });
}

/** Before the name of a field that is about the receiver. */
const RECEIVER = "receiver.";

/** More than a person sends of one order. */
const MAX_REFUNDS = 999;

export async function cancelRefundForm(flow: Flow, orderId: OrderId, form: URLSearchParams): Promise<FormResult> {
  if (form.get("confirm") !== "yes") return { ok: false, refusal: "not_confirmed" };
  const [reference, notSent] = [form.get("reference") ?? "", form.get("not-sent") === "yes"];
  return await cancelRefund(flow, orderId, { reference, notSent });
}

/** Without a confirmation: it moves no money, and can be taken back. */
export const holdRefundForm = (flow: Flow, orderId: OrderId, form: URLSearchParams): Promise<FormResult> =>
  holdRefund(flow, orderId, { reference: form.get("reference") ?? "", isOnHold: form.get("hold") === "yes" });

/** The first step: what the merchant chose, from the address of the page that asks for confirmation. */
export function plannedRefund(flow: Flow, order: Order, query: (name: string) => string) {
  const payouts = payoutsFor(flow, order);
  const planned = planRefund(flow, order, {
    coin: query("coin"),
    what: whatOf(query("what")),
    amount: query("amount").trim(),
  });
  if (!planned.ok) return planned;
  const receiverFields = (payouts?.receiverFields ?? []).map((field) => ({ ...field, id: `${RECEIVER}${field.name}` }));
  return { ...planned, network: payouts?.network ?? null, label: payouts?.label ?? "", receiverFields };
}

function whatOf(text: string): RefundChoice["what"] {
  return text === "all" || text === "overpaid" ? text : "amount";
}

export const defaultMessage = () => `Refund from ${siteConfig.name}`;

/** What an order's page shows of payouts: those that were started, and what can still be sent. */
export function payoutSection(flow: Flow, order: Order) {
  const refunds = order.refunds.filter(({ kind }) => kind === "payout").map((refund) => payoutRow(flow, refund));
  return { refunds, label: payoutsFor(flow, order)?.label ?? null, offered: offeredRefunds(flow, order) };
}

function payoutRow({ payouts, clock }: Flow, refund: Refund) {
  const { reference, status, claimUrl, network, transactionHash, explorerUrl, receiver, held = false } = refund;
  const { holdPayout = null, receiverFields = [] } = payouts.get(refund.provider ?? "") ?? {};
  const labelOf = (name: string) => receiverFields.find((field) => field.name === name)?.label ?? name;
  const facts = refundFacts(refund).map((fact) => {
    if (fact.name === "Note") return { ...fact, name: "Message to the payer" };
    return fact.text === transactionHash && explorerUrl ? { ...fact, href: explorerUrl } : fact;
  });
  return {
    reference,
    facts: [
      ...facts,
      ...(network === null ? [] : [{ name: "Network", text: network }]),
      ...Object.entries(receiver ?? {}).map(([name, text]) => ({ name: labelOf(name), text })),
      code("Reference", reference),
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

const code = (name: string, text: string) => ({ name, text, isCode: true });

const NOTES: Readonly<Record<Refund["status"] | "lost" | "bank" | "held", string | null>> = {
  sending: "It is about to be sent. If the provider cannot be reached, it is tried again by itself.",
  unsure:
    "The provider was asked, and has not answered yet. That can take two minutes. Without an answer it is asked again under the same reference, which it pays once only.",
  waiting: "Give this link to the payer alone, because it gives the money to the first person who opens it.",
  lost: "The provider has made the claim link, but its answer was lost, and it gives the link only once. Cancel this refund, then send another.",
  bank: "It is on its way to the receiver's bank. Until it was handed over you can cancel it.",
  held: "It is on hold, and its money is set aside. Let it go on, or cancel it.",
  sent: null,
  expired: "It was not collected in time, and the money is on its way back to you.",
  canceled: "The money is on its way back to you, if it had left.",
  failed: "The payer did not get it. The history says why.",
};

export const REFUND_REFUSALS: Readonly<Record<RefundFormRefusal, { readonly status: number; readonly text: string }>> =
  {
    unknown_order: { status: 404, text: "There is no such order." },
    not_offered: { status: 409, text: "This deployment sends no refunds, or not for the provider of this payment." },
    amount_invalid: { status: 400, text: "The amount has to be a number of coins above zero, such as 3.00." },
    more_than_received: { status: 409, text: "That is more than is left of what was received." },
    nothing_left: { status: 409, text: "Nothing of this is left to send back." },
    receiver_invalid: {
      status: 400,
      text: "A detail of the receiver is missing or has another form than it can have. Go back and correct it.",
    },
    other_refund: { status: 409, text: "Another refund of this payment was started meanwhile. Look at it first." },
    not_confirmed: { status: 400, text: "Tick the box to confirm that you want to do this." },
    unknown_refund: { status: 404, text: "The payment has no such refund." },
    not_sent_yet: {
      status: 409,
      text: "The provider has not answered yet whether it was sent. Try again in a few minutes.",
    },
    refund_ended: { status: 409, text: "This refund has ended already." },
    change_refused: { status: 409, text: "The provider did not do it. It may have been paid out just now." },
    no_payout_id: {
      status: 409,
      text: "The provider's own number of this refund was lost with its answer. Change it in the panel of the provider.",
    },
  };
