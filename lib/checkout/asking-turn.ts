import "server-only";
import type { OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { ReadPaymentResult } from "@/lib/provider/provider";

type Dependencies = { readonly store: OrderStore; readonly now: () => number };

/**
 * Whose turn it is to ask the provider about an order. "taken": somebody asked a moment ago. "waiting": the provider wants
 * to be left alone about it for a while.
 */
export type Turn = "ours" | "taken" | "waiting";

/** However many pages, processes and schedulers want to know, the provider is asked at most this often about an order. */
export const ASK_EVERY_MS = 4_000;

/** What a provider may ask for at most: a wrong unit, or a wish without end, must not stop the watch over money. */
const LONGEST_WAIT_SECONDS = 300;

/** Left on the name of a turn, where whoever is refused finds it. */
const WAITING = "waiting";

/** In the store, so that all processes share one turn. */
export async function takeTurn(
  { store, now }: Dependencies,
  { orderId, everyMs }: { orderId: OrderId; everyMs: number },
): Promise<Turn> {
  const claim = await store.claim({ key: keyOf(orderId), value: "", ttlMs: everyMs, now: now() });
  if (claim.claimed) return "ours";
  return claim.value === WAITING ? "waiting" : "taken";
}

/** Puts off everybody's next turn where the provider named a wait. Answers whether it did. */
export async function heedWait(
  { store, now }: Dependencies,
  { orderId, read }: { orderId: OrderId; read: ReadPaymentResult },
): Promise<boolean> {
  const seconds = read.outcome === "failed" ? read.failure.retryAfterSeconds : read.retryAfterSeconds;
  if (seconds === undefined || seconds <= 0) return false;
  const ttlMs = Math.min(seconds, LONGEST_WAIT_SECONDS) * 1_000;
  await store.hold({ key: keyOf(orderId), value: WAITING, ttlMs, now: now() });
  return true;
}

function keyOf(orderId: OrderId): string {
  return `asked:${orderId}`;
}
