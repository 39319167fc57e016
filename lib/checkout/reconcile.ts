import "server-only";
import { nextCheckAt } from "@/lib/orders/next-check";
import type { Order, OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { PaymentProvider } from "@/lib/provider/provider";
import { settle } from "./settle";

type Dependencies = { readonly store: OrderStore; readonly provider: PaymentProvider; readonly now: () => number };

/** `maxOrders` bounds the calls to the provider: one for each payment that is watched, and few orders have two. */
export type ReconcileBounds = { readonly maxOrders: number; readonly deadlineMs: number };

export type ReconcileResult = { readonly checked: number; readonly changed: number; readonly paid: number };

/** The provider is asked about this many orders at a time. */
const AT_ONCE = 4;
/** The same turn that page polls take, so that the two together do not ask more often. */
const ASK_EVERY_MS = 4_000;

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
    const batch = await Promise.all(ids.slice(start, start + AT_ONCE).map((id) => checkOrder(dependencies, id)));
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

/** Null when the order is gone or somebody else asks about it just now. */
async function checkOrder({ store, provider, now }: Dependencies, id: OrderId): Promise<Check | null> {
  const order = await store.get(id);
  if (order === null) return null;
  const turn = await store.claim({ key: `asked:${id}`, value: "", ttlMs: ASK_EVERY_MS, now: now() });
  if (!turn.claimed) return null;

  let answered = true;
  for (const { paymentId, status } of order.attempts) {
    if (status === "paid") continue;
    const read = await provider.readPayment(paymentId, "ended");
    if (read.outcome === "read") await settle({ store, now }, { observation: read.observation, source: "reconcile" });
    // An answer that this payment cannot be had is an answer: asking again at once would not change it.
    else if (read.failure.kind !== "not_found" && read.failure.kind !== "bad_answer") answered = false;
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
