import type { EffectState, Order, OrderEvent, Refund } from "./order";

/** `event` is null where the history has it already, `dueAt` where there is nothing more to learn or to do. */
export type OrderChange = { readonly order: Order; readonly event: OrderEvent | null; readonly dueAt: number | null };

type EventFacts = Pick<OrderEvent, "type" | "source" | "facts"> & Partial<Pick<OrderEvent, "paymentId" | "from">>;

/**
 * The next version of an order and what is written with it. It is later than the one before even where the clocks of two
 * processes differ: pages tell old news from new by it.
 */
export function changeOrder(
  order: Order,
  changes: Partial<Order>,
  { event, now }: { event: EventFacts | null; now: number },
): OrderChange {
  const updatedAt = Math.max(now, order.updatedAt + 1);
  const next = { ...order, ...changes, version: order.version + 1, updatedAt };
  const told = event && { at: updatedAt, paymentId: null, from: order.status, to: next.status, ...event };
  return { order: next, event: told, dueAt: dueAt(next, now) };
}

const WATCH_PAYMENT_FOR_MS = 7 * 24 * 60 * 60 * 1000;
/** Between two looks at an order, and between two tries of an effect. */
export const LONGEST_GAP_MS = 6 * 60 * 60 * 1000;

/** For a last look that the provider did not answer. */
const LAST_LOOK_GRACE_MS = 24 * 60 * 60 * 1000;

/**
 * When reconciliation should look at an order that has just changed: at once while a payment of it may still be confirmed,
 * and when the next of its effects or refunds is to go on. An end other than `paid` does not stop the watch. Null when all
 * is done.
 */
export function dueAt(order: Order, now: number): number | null {
  const workAt = nextWorkAt(order, now);
  return watchedForMs(order, now) === null ? workAt : Math.min(workAt ?? now, now);
}

/** In any status: money that needs attention is news too. */
export function dueEffects({ effects }: Order, now: number): EffectState[] {
  return effects.filter(({ doneAt, nextAt }) => doneAt === null && nextAt <= now);
}

/** When the next effect or refund is to go on. */
export function nextWorkAt(order: Order, now: number): number | null {
  const times = order.effects.filter(({ doneAt }) => doneAt === null).map(({ nextAt }) => nextAt);
  const gapMs = refundGapMs(order, now);
  if (gapMs !== null) times.push(now + gapMs);
  return times.length === 0 ? null : Math.min(...times);
}

/** The time until the next look after this one: grows with the age of the newest unpaid payment, for seven days. Null for never. */
export function checkGapMs(order: Order, now: number): number | null {
  const age = watchedForMs(order, now);
  return age === null ? null : Math.min(Math.floor(age / 4), LONGEST_GAP_MS);
}

/** Whether an order was still to be watched when it became due. Its last look is made even if it comes late. */
export function isWatched(order: Order, due: number): boolean {
  return watchedForMs(order, due - LAST_LOOK_GRACE_MS) !== null;
}

/** How long the newest payment that is not paid has been watched; null when there is none, or when it has been long enough. */
function watchedForMs({ payments }: Order, now: number): number | null {
  const created = payments.filter(({ status }) => status !== "paid").map(({ createdAt }) => createdAt);
  const age = Math.max(0, now - Math.max(...created));
  return created.length === 0 || age > WATCH_PAYMENT_FOR_MS ? null : age;
}

/** Payouts that still have to be sent, or asked about. */
export function livePayouts({ refunds }: Order, now: number): Refund[] {
  return refunds.filter((refund) => payoutGapMs(refund, now) !== null);
}

const SHORTEST_GAP_MS = 15_000;
/** Longer than any known payout waits to be collected. One that may not have been sent at all is never given up. */
const WATCH_PAYOUT_FOR_MS = 30 * 24 * 60 * 60 * 1000;

/** The time until reconciliation should look at the payouts of an order again: grows with their age. Null for never. */
export function refundGapMs({ refunds }: Order, now: number): number | null {
  const gaps = refunds.map((refund) => payoutGapMs(refund, now)).filter((gap) => gap !== null);
  return gaps.length === 0 ? null : Math.min(...gaps);
}

function payoutGapMs({ kind, status, createdAt }: Refund, now: number): number | null {
  const age = Math.max(0, now - createdAt);
  const isLive = status === "sending" || status === "unsure" || (status === "waiting" && age <= WATCH_PAYOUT_FOR_MS);
  if (kind !== "payout" || !isLive) return null;
  return Math.max(SHORTEST_GAP_MS, Math.min(Math.floor(age / 4), LONGEST_GAP_MS));
}
