import type { Order } from "./order";

const WATCH_FOR_MS = 7 * 24 * 60 * 60 * 1000;
const MIN_GAP_MS = 60_000;
const MAX_GAP_MS = 6 * 60 * 60 * 1000;

/**
 * When reconciliation should ask about an order again: after a gap that grows with its age, for seven days, as long as a
 * payment of it is not paid. An end other than `paid` does not stop it, because a confirmation can still come.
 */
export function nextCheckAt(order: Pick<Order, "attempts">, now: number): number | null {
  const watched = order.attempts.filter((attempt) => attempt.status !== "paid");
  const newest = Math.max(...watched.map((attempt) => attempt.createdAt));
  if (watched.length === 0 || now - newest > WATCH_FOR_MS) return null;
  const gap = Math.floor((now - newest) / 2);
  return now + Math.min(Math.max(gap, MIN_GAP_MS), MAX_GAP_MS);
}
