import type { Order } from "./order";

const WATCH_FOR_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_GAP_MS = 6 * 60 * 60 * 1000;

type Watched = Pick<Order, "attempts" | "nextCheckAt">;

/**
 * When reconciliation should look at an order again after it just did: after a gap that grows with the age of the newest
 * payment that is not paid, for seven days. An end other than `paid` does not stop it: a confirmation can still come.
 */
export function nextCheckAt(order: Watched, now: number): number | null {
  const age = ageOfWatched(order, now);
  return age === null ? null : now + Math.min(Math.floor(age / 4), MAX_GAP_MS);
}

/** The time already set, now at the latest, as long as there is something to watch. For changes that are no such look. */
export function stillWatched(order: Watched, now: number): number | null {
  return ageOfWatched(order, now) === null ? null : Math.min(order.nextCheckAt ?? now, now);
}

function ageOfWatched({ attempts }: Watched, now: number): number | null {
  const created = attempts.filter(({ status }) => status !== "paid").map(({ createdAt }) => createdAt);
  const age = now - Math.max(...created);
  return created.length === 0 || age > WATCH_FOR_MS ? null : age;
}
