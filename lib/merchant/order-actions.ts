import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { type Order, type OrderId, orderIdSchema, paymentIdSchema } from "@/lib/orders/order";
import { cleanText } from "@/lib/web/contract";
import {
  type ChangeRefusal,
  cancelRefund,
  holdRefund,
  payoutsFor,
  planRefund,
  type RefundRefusal,
  startRefund,
} from "./refunds";
import {
  acceptAsPaid,
  checkNow,
  giveUpEffect,
  markHandled,
  type RepairRefusal,
  recordRefund,
  runEffectAgain,
  setHidden,
} from "./repairs";

type ActionRefusal = "not_confirmed" | RepairRefusal | RefundRefusal | ChangeRefusal;
type ActionResult = { readonly ok: true } | { readonly ok: false; readonly refusal: ActionRefusal };
type Action = (flow: Flow, orderId: OrderId, form: URLSearchParams) => Promise<ActionResult>;

const confirmed =
  (action: Action): Action =>
  async (flow, orderId, form) =>
    form.get("confirm") === "yes" ? await action(flow, orderId, form) : { ok: false, refusal: "not_confirmed" };

/** Before the name of a field that is about the receiver. */
const RECEIVER = "receiver.";

/** By the last part of the path that a form posts to. */
const ACTIONS: Readonly<Record<string, Action>> = {
  accept: confirmed(async (flow, orderId, form) => {
    const paymentId = paymentIdSchema.safeParse(form.get("payment"));
    if (!paymentId.success) return { ok: false, refusal: "unknown_payment" };
    return await acceptAsPaid(flow, orderId, { provider: textOf(form, "provider"), paymentId: paymentId.data });
  }),
  handled: (flow, orderId, form) => markHandled(flow, orderId, textOf(form, "reasons").split(" ")),
  hide: (flow, orderId) => setHidden(flow, orderId, true),
  show: (flow, orderId) => setHidden(flow, orderId, false),
  check: (flow, orderId) => checkNow(flow, orderId),
  refund: (flow, orderId, form) =>
    recordRefund(flow, orderId, {
      coin: textOf(form, "coin"),
      amount: textOf(form, "amount"),
      hash: textOf(form, "hash"),
      note: textOf(form, "note"),
    }),
  // The second step of a refund: what `plannedRefund` showed.
  "send-refund": confirmed((flow, orderId, form) =>
    startRefund(flow, orderId, {
      number: Number(form.get("number")),
      coin: textOf(form, "coin"),
      amount: textOf(form, "amount"),
      message: cleanText(textOf(form, "message")).trim() || null,
      receiver: Object.fromEntries(
        [...form]
          .filter(([name]) => name.startsWith(RECEIVER))
          .map(([name, value]) => [name.slice(RECEIVER.length), value]),
      ),
    }),
  ),
  "cancel-refund": confirmed((flow, orderId, form) =>
    cancelRefund(flow, orderId, { reference: textOf(form, "reference"), notSent: form.get("not-sent") === "yes" }),
  ),
  // Without a confirmation: it moves no money, and can be taken back.
  "hold-refund": (flow, orderId, form) =>
    holdRefund(flow, orderId, { reference: textOf(form, "reference"), isOnHold: form.get("hold") === "yes" }),
  "run-again": (flow, orderId, form) => runEffectAgain(flow, orderId, effectOf(form)),
  "give-up": (flow, orderId, form) => giveUpEffect(flow, orderId, effectOf(form)),
};

const effectOf = (form: URLSearchParams) => ({ event: textOf(form, "event"), name: textOf(form, "name") });

function textOf(form: URLSearchParams, name: string): string {
  return form.get(name) ?? "";
}

/** Null for an address that is none of an order's actions. */
export async function runAction(
  flow: Flow,
  { id, action, form }: { id: string; action: string; form: URLSearchParams },
): Promise<ActionResult | null> {
  const orderId = orderIdSchema.safeParse(id);
  const run = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  if (!orderId.success || run === undefined) return null;
  return await run(flow, orderId.data, form);
}

/** The first step of a refund: what the merchant chose, from the address of the page that asks for confirmation. */
export function plannedRefund(flow: Flow, order: Order, query: (name: string) => string) {
  const [what, amount] = [query("what"), query("amount").trim()];
  const isWhole = what === "all" || what === "overpaid";
  const planned = planRefund(flow, order, { coin: query("coin"), what: isWhole ? what : "amount", amount });
  if (!planned.ok) return planned;
  const { network = null, label = "", receiverFields = [] } = payoutsFor(flow, order) ?? {};
  const fields = receiverFields.map((field) => ({ ...field, id: `${RECEIVER}${field.name}` }));
  return { ...planned, network, label, receiverFields: fields };
}

/** What a refused form is answered. In each case nothing was changed. */
export const ACTION_REFUSALS: Readonly<Record<ActionRefusal, { readonly status: number; readonly text: string }>> = {
  unknown_order: { status: 404, text: "There is no such order." },
  already_paid: { status: 409, text: "This order is paid already." },
  unknown_payment: { status: 400, text: "The order has no such payment." },
  unknown_effect: { status: 400, text: "The order has no such effect." },
  not_confirmed: { status: 400, text: "Tick the box to confirm that you want to do this." },
  nothing_open: { status: 409, text: "There is nothing open that you have seen. Open the page again." },
  no_change: { status: 409, text: "It is so already." },
  wrong_hash: { status: 400, text: "That is not a transaction hash: 64 hexadecimal digits, with or without 0x." },
  known_hash: { status: 409, text: "This transaction is recorded with the order already." },
  wrong_amount: { status: 400, text: "The amount has to be a number of coins above zero, such as 3.00." },
  more_than_all: { status: 400, text: "That is more than came or was asked for. Check the amount." },
  wrong_coin: { status: 400, text: "The coin has to be a symbol such as USDT." },
  not_offered: { status: 409, text: "This deployment sends no refunds, or not for the provider of this payment." },
  more_than_received: { status: 409, text: "That is more than is left of what was received." },
  nothing_left: { status: 409, text: "Nothing of this is left to send back." },
  returned_by_provider: {
    status: 409,
    text: "The provider reports that it returned this money itself. If you know better, send it from a wallet of your own and record that.",
  },
  receiver_invalid: {
    status: 400,
    text: "A detail of the receiver is missing or has another form than it can have. Go back and correct it.",
  },
  other_refund: { status: 409, text: "Another refund of this payment was started meanwhile. Look at it first." },
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
