import "server-only";
import { randomBytes } from "node:crypto";
import type { Flow } from "@/lib/checkout/flow";
import { readOrder } from "@/lib/checkout/read";
import { settle } from "@/lib/checkout/settle";
import { updateOrder } from "@/lib/checkout/write-order";
import { log } from "@/lib/log";
import { addDecimals, compareDecimals } from "@/lib/money/decimal";
import { changeOrder } from "@/lib/orders/change-order";
import { type EffectName, isSameEffect } from "@/lib/orders/effects";
import {
  decimalSchema,
  type EffectState,
  isPayment,
  NOTE_MAX_LENGTH,
  type Order,
  type OrderEvent,
  type OrderId,
  openReasons,
  type Payment,
  type Refund,
} from "@/lib/orders/order";
import { cut } from "@/lib/web/contract";

/**
 * What the merchant can do to an order. Each goes into the order's history in the same step, as an event that nothing
 * can change afterwards. None touches a payment's state: only `settle` does, and `acceptAsPaid` reports to it.
 */
export type RepairResult =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly refusal: RepairRefusal };

export type RepairRefusal =
  | "unknown_order"
  | "already_paid"
  | "unknown_payment"
  | "unknown_effect"
  | "nothing_open"
  | "wrong_hash"
  | "known_hash"
  | "wrong_amount"
  | "more_than_all"
  | "wrong_coin"
  | "no_change";

/** The merchant says that this payment is paid, whatever its provider reports. It cannot be taken back. */
export async function acceptAsPaid(
  flow: Flow,
  orderId: OrderId,
  named: Pick<Payment, "provider" | "paymentId">,
): Promise<RepairResult> {
  const order = await flow.store.get(orderId);
  if (order === null) return refuse("unknown_order");
  if (order.status === "paid") return refuse("already_paid");
  if (!order.payments.some((payment) => isPayment(payment, named))) return refuse("unknown_payment");
  const { provider, paymentId } = named;
  const observation = {
    provider,
    paymentId,
    status: "paid",
    providerStatus: "accepted",
    money: null,
    transaction: null,
  } as const;
  const settled = await settle(flow, { observation, source: "merchant" }, order);
  if (!settled.ok) return refuse("unknown_payment");
  log.info("merchant_action", { orderId, action: "accept_as_paid" });
  return { ok: true, order: settled.order };
}

/** Takes an order off the list of those that need attention, as far as the merchant saw why it was on it. */
export function markHandled(flow: Flow, orderId: OrderId, seen: readonly string[]): Promise<RepairResult> {
  return change(flow, orderId, (order) => {
    const reasons = openReasons(order).filter((reason) => seen.includes(reason));
    if (reasons.length === 0) return "nothing_open";
    const handled = [...order.handled, ...reasons];
    return { changes: { handled }, facts: { action: "mark_handled", reasons: reasons.join(" ") } };
  });
}

export function setHidden(flow: Flow, orderId: OrderId, hidden: boolean): Promise<RepairResult> {
  return change(flow, orderId, (order) => {
    if (order.hidden === hidden) return "no_change";
    return { changes: { hidden }, facts: { action: hidden ? "hide_from_wall" : "show_on_wall" } };
  });
}

export type RefundFields = Readonly<Record<"coin" | "amount" | "hash" | "note", string>>;

/** EVM and Tron write a hash as 64 hexadecimal digits, Solana as some 88 characters of base 58. */
const TRANSACTION_HASH = /^((0x)?[0-9a-f]{64}|[1-9A-HJ-NP-Za-km-z]{80,90})$/i;
/** One transaction is written with the prefix and without it, in large and in small letters. */
const bareHash = (hash: string) => hash.toLowerCase().replace(/^0x/, "");
const COIN = /^[A-Z0-9.]{2,20}$/;

/** Writes down what the merchant sent back from a wallet of their own. Sends nothing; the payment stays as it is. */
export function recordRefund(flow: Flow, orderId: OrderId, fields: RefundFields): Promise<RepairResult> {
  const [coin, amount, hash] = [fields.coin.trim().toUpperCase(), fields.amount.trim(), fields.hash.trim()];
  return change(flow, orderId, (order, now) => {
    if (!TRANSACTION_HASH.test(hash)) return "wrong_hash";
    if (!decimalSchema.safeParse(amount).success || !/[1-9]/.test(amount)) return "wrong_amount";
    if (!COIN.test(coin)) return "wrong_coin";
    if (isBeyondAll(order, amount)) return "more_than_all";
    const used = [
      ...order.refunds.map((each) => each.transactionHash),
      ...order.payments.map((each) => each.transaction?.hash),
    ];
    // A payer's own transaction is no refund, and the same one is not counted twice.
    if (used.some((each) => bareHash(each ?? "") === bareHash(hash))) return "known_hash";
    const refund: Refund = {
      reference: randomBytes(16).toString("base64url"),
      kind: "recorded",
      provider: null,
      payoutId: null,
      coin,
      amount,
      network: null,
      status: "sent",
      claimUrl: null,
      transactionHash: hash,
      note: cut(fields.note.trim(), NOTE_MAX_LENGTH) || null,
      createdAt: now,
      updatedAt: now,
    };
    const facts = { action: "record_refund", coins: `${amount} ${coin}`, transactionHash: hash };
    return { changes: { refunds: [...order.refunds, refund] }, facts };
  });
}

/** A slip of the finger would stand on the payer's receipt for good. What came beside a payment's transaction is not known. */
function isBeyondAll({ payments }: Order, amount: string): boolean {
  const most = payments.flatMap(({ transaction, quote, others = [] }) => {
    const known = [transaction?.amount ?? "0", quote?.amount ?? "0"].toSorted(compareDecimals).slice(-1);
    return [transaction, ...others].flatMap(() => known);
  });
  const all = most.reduce(addDecimals, "0");
  return compareDecimals(all, "0") > 0 && compareDecimals(amount, all) > 0;
}

/** Asks the provider about the open payments now, as often as a payer's page may. */
export async function checkNow(flow: Flow, orderId: OrderId): Promise<RepairResult> {
  const read = await readOrder(flow, orderId, { mayAsk: true });
  if (!read.ok) return refuse("unknown_order");
  return await change(flow, orderId, () => ({ changes: {}, facts: { action: "check_now", answered: !read.delayed } }));
}

/** Due now, as if it had never run. Nothing is written for one that waits for its first run. */
export function runEffectAgain(flow: Flow, orderId: OrderId, name: EffectName): Promise<RepairResult> {
  return changeEffect(flow, { orderId, name, action: "run_effect_again" }, ({ doneAt, failures }, now) =>
    doneAt === null && failures === 0 ? null : { doneAt: null, failures: 0, nextAt: now },
  );
}

/** No further try of one that has failed, such as a message to a channel that is gone: without it, the tries never end. */
export function giveUpEffect(flow: Flow, orderId: OrderId, name: EffectName): Promise<RepairResult> {
  return changeEffect(flow, { orderId, name, action: "give_up_effect" }, ({ doneAt, failures }, now) =>
    doneAt === null && failures > 0 ? { doneAt: now } : "no_change",
  );
}

function changeEffect(
  flow: Flow,
  { orderId, name, action }: { orderId: OrderId; name: EffectName; action: string },
  decide: (state: EffectState, now: number) => Partial<EffectState> | RepairRefusal | null,
): Promise<RepairResult> {
  return change(flow, orderId, (order, now) => {
    const state = order.effects.find((each) => isSameEffect(each, name));
    if (state === undefined) return "unknown_effect";
    const decided = decide(state, now);
    if (decided === null || typeof decided === "string") return decided;
    const effects = order.effects.map((each) => (each === state ? { ...state, ...decided } : each));
    return { changes: { effects }, facts: { action, effect: state.name, event: state.event } };
  });
}

type Step = { readonly changes: Partial<Order>; readonly facts: OrderEvent["facts"] };

async function change(
  flow: Flow,
  orderId: OrderId,
  /** Null where there is nothing to write. */
  decide: (order: Order, now: number) => Step | RepairRefusal | null,
): Promise<RepairResult> {
  const updated = await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const now = flow.clock.now();
      const step = decide(order, now);
      if (step === null || typeof step === "string") return { write: null, refusal: step };
      const event = { type: "merchant_action", source: "merchant", facts: step.facts } as const;
      return { write: changeOrder(order, step.changes, { event, now }), refusal: null };
    },
  });
  if (updated === null) return refuse("unknown_order");
  if (updated.change.refusal !== null) return refuse(updated.change.refusal);
  const { write } = updated.change;
  if (write !== null) log.info("merchant_action", { orderId, action: String(write.event?.facts.action) });
  return { ok: true, order: updated.order };
}

const refuse = (refusal: RepairRefusal) => ({ ok: false, refusal }) as const;
