import "server-only";
import { nextCheckAt } from "@/lib/orders/next-check";
import type { Order, OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { PaymentProvider } from "@/lib/provider/provider";
import { ASK_EVERY_MS, heedWait, takeTurn } from "./asking-turn";
import { settle } from "./settle";

type Dependencies = { readonly store: OrderStore; readonly provider: PaymentProvider; readonly now: () => number };

export type ReconcileBounds = {
  /** Bounds the calls to the provider: one for each payment that is watched, and few orders have two. */
  readonly maxOrders: number;
  readonly deadlineMs: number;
  /**
   * Whether to ask also about orders about which the provider wants to be left alone. A scheduler does, because the next
   * time that it comes may be tomorrow; what payers cause does not.
   */
  readonly asksDuringWaits: boolean;
};

export type ReconcileResult = { readonly checked: number; readonly changed: number; readonly paid: number };

/** The provider is asked about this many orders at a time. */
const AT_ONCE = 4;

type Check = { readonly before: Order["status"]; readonly after: Order["status"]; readonly answered: boolean };

/**
 * Finds out what became of the orders that nobody told us about: walks those that are due, asks the provider and settles.
 * It can be ended at any point and run twice at once: each order is put off only after what was learned is stored, and
 * settling twice is settling once. A provider that does not answer ends the walk, and the orders stay due.
 */
export async function reconcile(dependencies: Dependencies, bounds: ReconcileBounds): Promise<ReconcileResult> {
  const { store, now } = dependencies;
  const endAt = now() + bounds.deadlineMs;
  const ids = await store.due({ now: now(), limit: bounds.maxOrders });
  const checks: Check[] = [];
  for (let start = 0; start < ids.length && now() < endAt; start += AT_ONCE) {
    const batch = await Promise.all(
      ids.slice(start, start + AT_ONCE).map((id) => checkOrder(dependencies, { id, bounds })),
    );
    const done = batch.filter((check) => check !== null);
    checks.push(...done);
    if (done.length > 0 && done.every((check) => !check.answered)) break;
  }
  const changed = checks.filter(({ before, after }) => before !== after);
  return {
    checked: checks.length,
    changed: changed.length,
    paid: changed.filter(({ after }) => after === "paid").length,
  };
}

/** Null when the order is gone, or when it is not our turn: the one that page polls take too. */
async function checkOrder(
  { store, provider, now }: Dependencies,
  { id, bounds }: { id: OrderId; bounds: ReconcileBounds },
): Promise<Check | null> {
  const order = await store.get(id);
  if (order === null) return null;
  const turn = await takeTurn({ store, now }, { orderId: id, everyMs: ASK_EVERY_MS });
  if (turn === "taken" || (turn === "waiting" && !bounds.asksDuringWaits)) return null;

  let answered = true;
  for (const { paymentId, status } of order.attempts) {
    if (status === "paid") continue;
    const read = await provider.readPayment(paymentId, "ended");
    if (read.outcome === "read") await settle({ store, now }, { observation: read.observation, source: "reconcile" });
    // An answer that this payment cannot be had is an answer: asking again at once would not change it.
    else if (read.failure.kind !== "not_found" && read.failure.kind !== "bad_answer") answered = false;
    await heedWait({ store, now }, { orderId: id, read });
  }
  const after = (await store.get(id)) ?? order;
  if (answered) await putOff({ store, now }, after);
  return { before: order.status, after: after.status, answered };
}

/** Not repeated when somebody else wrote in between: the order is then simply due again. */
async function putOff({ store, now }: Omit<Dependencies, "provider">, order: Order): Promise<void> {
  if (order.nextCheckAt === null) return;
  const at = now();
  const next = { ...order, version: order.version + 1, nextCheckAt: nextCheckAt(order, at) };
  await store.replace(next, {
    at,
    type: "payment_checked",
    source: "reconcile",
    paymentId: null,
    from: order.status,
    to: order.status,
    facts: { nextCheckAt: next.nextCheckAt },
  });
}
