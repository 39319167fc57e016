import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { runEffectAgain } from "@/lib/checkout/fulfil";
import { type OrderId, orderIdSchema, paymentIdSchema } from "@/lib/orders/order";
import {
  cancelRefundForm,
  holdRefundForm,
  REFUND_REFUSALS,
  type RefundFormRefusal,
  sendRefundForm,
} from "./refund-forms";
import {
  acceptAsPaid,
  checkNow,
  markHandled,
  type RepairRefusal,
  type RepairResult,
  recordRefund,
  setHidden,
} from "./repairs";

type ActionRefusal = RepairRefusal | RefundFormRefusal;
type ActionResult = RepairResult | { readonly ok: false; readonly refusal: ActionRefusal };
type Action = (flow: Flow, orderId: OrderId, form: URLSearchParams) => Promise<ActionResult>;

/** By the last part of the path that a form posts to. */
const ACTIONS: Readonly<Record<string, Action>> = {
  accept: async (flow, orderId, form) => {
    const paymentId = paymentIdSchema.safeParse(form.get("payment"));
    if (form.get("confirm") !== "yes") return { ok: false, refusal: "not_confirmed" };
    if (!paymentId.success) return { ok: false, refusal: "unknown_payment" };
    return await acceptAsPaid(flow, orderId, { provider: form.get("provider") ?? "", paymentId: paymentId.data });
  },
  handled: (flow, orderId, form) => markHandled(flow, orderId, (form.get("reasons") ?? "").split(" ")),
  hide: (flow, orderId) => setHidden(flow, orderId, true),
  show: (flow, orderId) => setHidden(flow, orderId, false),
  check: (flow, orderId) => checkNow(flow, orderId),
  refund: (flow, orderId, form) => {
    const text = (name: string) => form.get(name) ?? "";
    return recordRefund(flow, orderId, {
      coin: text("coin"),
      amount: text("amount"),
      hash: text("hash"),
      note: text("note"),
    });
  },
  "send-refund": sendRefundForm,
  "cancel-refund": cancelRefundForm,
  "hold-refund": holdRefundForm,
  "run-again": async (flow, orderId, form) => {
    const effect = { event: form.get("event") ?? "", name: form.get("name") ?? "" };
    const result = await runEffectAgain(flow, orderId, effect);
    return result.ok ? result : { ok: false, refusal: "unknown_effect" };
  },
};

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

/** What a refused form is answered. In each case nothing was changed. */
export const ACTION_REFUSALS: Readonly<Record<ActionRefusal, { readonly status: number; readonly text: string }>> = {
  ...REFUND_REFUSALS,
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
  wrong_coin: { status: 400, text: "The coin has to be a symbol such as USDT." },
};
