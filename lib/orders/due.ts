import type { Order } from "./order";

const WATCH_FOR_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_GAP_MS = 6 * 60 * 60 * 1000;
/** For a last look that the provider did not answer. */
const LAST_LOOK_GRACE_MS = 24 * 60 * 60 * 1000;

/**
 * When reconciliation should look at an order that has just changed: at once while a payment of it may still be confirmed,
 * and when the next of its effects is to run. An end other than `paid` does not stop the watch. Null when all is done.
 */
export function dueAt(order: Order, now: number): number | null {
  const effectAt = nextEffectAt(order);
  return watchedForMs(order, now) === null ? effectAt : Math.min(effectAt ?? now, now);
}

export function nextEffectAt({ effects }: Order): number | null {
  const times = effects.filter(({ doneAt }) => doneAt === null).map(({ nextAt }) => nextAt);
  return times.length === 0 ? null : Math.min(...times);
}

/** The time until the next look after this one: grows with the age of the newest unpaid payment, for seven days. Null for never. */
export function checkGapMs(order: Order, now: number): number | null {
  const age = watchedForMs(order, now);
  return age === null ? null : Math.min(Math.floor(age / 4), MAX_GAP_MS);
}

/** Whether an order that is looked at late was still to be watched when it became due: the last look may be late, but it comes. */
export function isWatched(order: Order, due: number): boolean {
  return watchedForMs(order, due - LAST_LOOK_GRACE_MS) !== null;
}

/** How long the newest payment that is not paid has been watched; null when there is none, or when it has been long enough. */
function watchedForMs({ payments }: Order, now: number): number | null {
  const created = payments.filter(({ status }) => status !== "paid").map(({ createdAt }) => createdAt);
  const age = Math.max(0, now - Math.max(...created));
  return created.length === 0 || age > WATCH_FOR_MS ? null : age;
}
