import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { underLease } from "@/lib/checkout/leases";
import { allowedPayouts, continueRefunds, refundReference, refundsLease, settlePayout } from "@/lib/checkout/payouts";
import { updateOrder } from "@/lib/checkout/write-order";
import { log } from "@/lib/log";
import { compareDecimals, equalDecimals, parseDecimal, truncateDecimal } from "@/lib/money/decimal";
import { NOTE_MAX_LENGTH, type Order, type OrderId, type Refund } from "@/lib/orders/order";
import { changeRefund, findPayout, type Payout, type RefundableCoin, refundableCoins } from "@/lib/orders/refunds";
import type { PayoutProvider } from "@/lib/provider/payout";
import { cleanText, cut } from "@/lib/web/contract";

export type RefundChoice = {
  /** Of the order, from 1. Two presses of one button, or two pages, name the same, and it is sent once. */
  readonly number: number;
  readonly coin: string;
  /** In coins, to the digit. */
  readonly amount: string;
  /** For the receiver. */
  readonly message: string | null;
  /** By the names of the provider's `receiverFields`. */
  readonly receiver?: Readonly<Record<string, string>>;
};

export type RefundRefusal =
  | "unknown_order"
  | "not_offered"
  | "wrong_amount"
  | "more_than_received"
  | "nothing_left"
  | "returned_by_provider"
  | "receiver_invalid"
  /** The order has this refund already, with other terms. */
  | "other_refund";

export type StartRefundResult =
  | { readonly ok: true; readonly order: Order; readonly refund: Refund }
  | { readonly ok: false; readonly refusal: RefundRefusal };

/** Who would send refunds of an order: the provider that opened its payments, if it may send money. */
export function payoutsFor(flow: Flow, order: Order): PayoutProvider | null {
  const [found] = order.payments.toReversed().flatMap(({ provider }) => allowedPayouts(flow, order, provider) ?? []);
  return found ?? null;
}

/** What can be sent back of an order, in coins that the provider sends. Cut to the places that it takes. */
export function offeredRefunds(flow: Flow, order: Order): RefundableCoin[] {
  const payouts = payoutsFor(flow, order);
  if (payouts === null) return [];
  const payable = (text: string) => truncateDecimal(text, payouts.places);
  return refundableCoins(order)
    .filter(({ coin }) => payouts.coins.includes(coin))
    .map((each) => ({ ...each, refundable: payable(each.refundable), overpaid: payable(each.overpaid) }))
    .filter(({ refundable }) => isPositive(refundable));
}

type Wanted = {
  readonly coin: string;
  readonly what: "all" | "overpaid" | "amount";
  /** In coins, for `amount`. */
  readonly amount: string;
};
type PlannedRefund =
  | { readonly ok: true; readonly number: number; readonly coin: string; readonly amount: string }
  | { readonly ok: false; readonly refusal: RefundRefusal };

/** What a choice comes to now, for the merchant to confirm. Nothing is stored. */
export function planRefund(flow: Flow, order: Order, { coin, what, amount }: Wanted): PlannedRefund {
  const payouts = payoutsFor(flow, order);
  if (payouts === null) return refuse("not_offered");
  const offered = offeredRefunds(flow, order).find((each) => each.coin === coin);
  if (offered === undefined)
    return refuse(order.payments.some((each) => each.returned) ? "returned_by_provider" : "nothing_left");
  const plan = { ok: true, number: order.refunds.length + 1, coin } as const;
  if (what === "all") return { ...plan, amount: offered.refundable };
  if (what === "overpaid") {
    return isPositive(offered.overpaid) ? { ...plan, amount: offered.overpaid } : refuse("nothing_left");
  }
  if (parseDecimal(amount) === null || !isPositive(amount)) return refuse("wrong_amount");
  const exact = truncateDecimal(amount, payouts.places);
  if (!equalDecimals(exact, amount)) return refuse("wrong_amount");
  return compareDecimals(exact, offered.refundable) > 0 ? refuse("more_than_received") : { ...plan, amount: exact };
}

const refuse = <Refusal extends string>(refusal: Refusal) => ({ ok: false, refusal }) as const;

const isPositive = (text: string) => compareDecimals(text, "0") > 0;

/**
 * Stores that a refund is to be sent, and sends it after the answer, because that can take minutes. The payments of the
 * order stay as they are. Throws `StoreUnavailableError` when it could not be stored.
 */
export async function startRefund(flow: Flow, orderId: OrderId, choice: RefundChoice): Promise<StartRefundResult> {
  const reference = refundReference(orderId, choice.number);
  const updated = await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => begin(flow, order, { ...choice, reference }),
  });
  if (updated === null) return refuse("unknown_order");
  const { order, change } = updated;
  if (change.refusal !== null) return refuse(change.refusal);
  const refund = refundNamed(order, reference);
  if (refund === undefined) throw new Error("A refund was stored and is not there.");
  if (change.write !== null) log.info("refund_started", { orderId, reference });
  flow.defer(() => continueRefunds(flow, orderId));
  return { ok: true, order, refund };
}

const refundNamed = ({ refunds }: Order, reference: string) => refunds.find((each) => each.reference === reference);

type Change = {
  readonly write: ReturnType<typeof changeRefund> | null;
  readonly refusal: RefundRefusal | null;
};

function begin(flow: Flow, order: Order, choice: RefundChoice & { reference: string }): Change {
  const refused = (refusal: RefundRefusal) => ({ write: null, refusal });
  const payouts = payoutsFor(flow, order);
  if (payouts === null) return refused("not_offered");
  const receiver = readReceiver(payouts, choice);
  if (receiver === null) return refused("receiver_invalid");
  const known = order.refunds[choice.number - 1];
  if (known !== undefined) {
    return isSame(known, { ...choice, receiver }) ? { write: null, refusal: null } : refused("other_refund");
  }
  if (choice.number !== order.refunds.length + 1) return refused("other_refund");
  const planned = planRefund(flow, order, { ...choice, what: "amount" });
  if (!planned.ok) return refused(planned.refusal);
  const now = flow.clock.now();
  const refund: Refund = {
    reference: choice.reference,
    kind: "payout",
    provider: payouts.name,
    payoutId: null,
    coin: choice.coin,
    amount: planned.amount,
    network: payouts.network,
    ...(payouts.receiverFields.length > 0 && { receiver }),
    status: "sending",
    claimUrl: null,
    transactionHash: null,
    note: choice.message === null ? null : cut(choice.message, NOTE_MAX_LENGTH),
    createdAt: now,
    updatedAt: now,
  };
  return { write: changeRefund(order, { refund, source: "merchant", facts: {}, now }), refusal: null };
}

/** The same press again. */
function isSame(known: Refund, { reference, coin, amount, receiver }: RefundChoice & { reference: string }): boolean {
  const isSameAmount = parseDecimal(amount) !== null && equalDecimals(amount, known.amount);
  const isSameReceiver = JSON.stringify(known.receiver ?? {}) === JSON.stringify(receiver);
  return known.reference === reference && known.coin === coin && isSameAmount && isSameReceiver;
}

/** In the order of the provider's fields. Null when one of them is missing or has another form. */
function readReceiver(
  { receiverFields }: PayoutProvider,
  { receiver = {} }: RefundChoice,
): Record<string, string> | null {
  const read: Record<string, string> = {};
  for (const { name, pattern, isRequired } of receiverFields) {
    const text = cleanText(receiver[name] ?? "").trim();
    if (text === "" && !isRequired) continue;
    if (!new RegExp(`^(?:${pattern})$`, "v").test(text)) return null;
    read[name] = text;
  }
  return read;
}

export type ChangeRefusal = "unknown_refund" | "not_sent_yet" | "refund_ended" | "change_refused" | "no_payout_id";
export type ChangeRefundResult =
  /** `canceled` is false while the provider may still pay it out. */
  | { readonly ok: true; readonly order: Order; readonly canceled: boolean }
  | { readonly ok: false; readonly refusal: ChangeRefusal };

/** Longer than any call takes. */
const UNSURE_FOR_MS = 10 * 60_000;

/** Whether only a person can still tell that a payout was never sent. Its provider has not told in all this time. */
export const canGiveUp = ({ status, updatedAt }: Refund, now: number) =>
  status === "unsure" && now - updatedAt >= UNSURE_FOR_MS;

/**
 * Takes a payout back that was not collected. One that is being sent cannot be: nothing is known of it yet. `notSent`:
 * the merchant has looked, and the provider has no such payout. Should it report one later, that counts.
 */
export async function cancelRefund(
  flow: Flow,
  orderId: OrderId,
  { reference, notSent = false }: { readonly reference: string; readonly notSent?: boolean },
): Promise<ChangeRefundResult> {
  if (!notSent) return await cancel(flow, orderId, { reference, notSent });
  // Not while it is being asked for again, which may send it.
  const done = await underLease(flow, refundsLease(orderId), () => cancel(flow, orderId, { reference, notSent }));
  return done ?? refuse("not_sent_yet");
}

async function cancel(
  flow: Flow,
  orderId: OrderId,
  { reference, notSent }: { readonly reference: string; readonly notSent: boolean },
): Promise<ChangeRefundResult> {
  const updated = await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const refund = refundNamed(order, reference);
      const now = flow.clock.now();
      // No call was made for it that could have been accepted, and none will be.
      const isUnsent = refund?.status === "sending" || (notSent && refund !== undefined && canGiveUp(refund, now));
      if (!isUnsent) return { write: null };
      const canceled: Refund = { ...refund, status: "canceled" };
      const facts = refund.status === "unsure" ? { said: "not sent" } : {};
      return { write: changeRefund(order, { refund: canceled, source: "merchant", facts, now }) };
    },
  });
  if (updated === null) return refuse("unknown_refund");
  if (updated.change.write === null) return await askProvider(flow, updated.order, { reference, wish: "cancel" });
  return { ok: true, order: updated.order, canceled: true };
}

/** Stops a payout that waits, or lets it go on, where the provider can do that. */
export async function holdRefund(
  flow: Flow,
  orderId: OrderId,
  { reference, isOnHold }: { readonly reference: string; readonly isOnHold: boolean },
): Promise<ChangeRefundResult> {
  const order = await flow.store.get(orderId);
  if (order === null) return refuse("unknown_refund");
  return await askProvider(flow, order, { reference, wish: isOnHold ? "hold" : "release" });
}

type Wish = "cancel" | "hold" | "release";

async function askProvider(
  flow: Flow,
  order: Order,
  { reference, wish }: { reference: string; wish: Wish },
): Promise<ChangeRefundResult> {
  const refund = refundNamed(order, reference);
  if (!refund?.provider) return refuse("unknown_refund");
  const { provider, payoutId, receiver, status } = refund;
  if (status === "unsure" || status === "sending") return refuse("not_sent_yet");
  if (status !== "waiting") return refuse("refund_ended");
  if (payoutId === null) return refuse("no_payout_id");
  const payouts = allowedPayouts(flow, order, provider);
  const payout = { reference, receiver, payoutId };
  const result = await (wish === "cancel"
    ? payouts?.cancelPayout(payout)
    : payouts?.holdPayout?.(payout, wish === "hold"));
  if (!result?.ok) {
    // It may have been collected meanwhile.
    flow.defer(() => continueRefunds(flow, order.id));
    return refuse("change_refused");
  }
  const { updatedAt: askedAt } = refund;
  const settled = await settlePayout(flow, { provider, report: result.report, source: "merchant", askedAt });
  if (!settled.ok) return refuse("unknown_refund");
  if (!settled.changed) await noteWish(flow, { orderId: order.id, provider, report: result.report, wish });
  const canceled = findPayout(settled.order, { provider, reference })?.status === "canceled";
  return { ok: true, order: settled.order, canceled };
}

/** The history says that it was asked for, although nothing has come of it yet. */
async function noteWish(flow: Flow, request: { orderId: OrderId; wish: Wish } & Payout): Promise<void> {
  const { orderId, provider, report, wish } = request;
  await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const refund = findPayout(order, { provider, reference: report.reference });
      if (refund === undefined) return { write: null };
      const facts = { asked: wish, providerStatus: report.providerStatus };
      return { write: changeRefund(order, { refund, source: "merchant", facts, now: flow.clock.now() }) };
    },
  });
}
