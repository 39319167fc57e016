import "server-only";
import { dueEffects, type OrderChange } from "@/lib/orders/change-order";
import { withEffects } from "@/lib/orders/effects";
import type { Order } from "@/lib/orders/order";
import type { Lease } from "@/lib/orders/order-store";
import type { Flow } from "./flow";

/** Each conflict means that another write succeeded, so this many in a row is a fault, not contention. */
const MAX_CONFLICTS = 100;

type Update<Change> = {
  /** As it is stored. Saves the first read where the caller has the order already. */
  readonly known?: Order | undefined;
  readonly find: () => Promise<Order | null>;
  readonly change: (order: Order) => Change;
  /** Ends with the write. */
  readonly lease?: Lease | undefined;
};

type Wanted = { readonly write: OrderChange | null };

/**
 * Changes a stored order, and afterwards runs the effects that are due. `change` answers the write that it wants, or null for
 * none, beside what the caller needs to know. Null when there is no such order.
 */
export async function updateOrder<Change extends Wanted>(flow: Flow, options: Update<Change>) {
  const updated = await compareAndSet(flow, options);
  // Also where nothing was written: the answer to an earlier write may have been lost.
  if (updated !== null && dueEffects(updated.order, flow.clock.now()).length > 0) {
    flow.defer(() => flow.fulfil(flow, updated.order.id));
  }
  return updated;
}

/** Read, change, write with the effects of what changed, until no other write came in between. */
export async function compareAndSet<Change extends Wanted>(
  { store, clock, effects }: Pick<Flow, "store" | "clock" | "effects">,
  { known, find, change, lease }: Update<Change>,
) {
  let before = known ?? (await find());
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    if (before === null) return null;
    const wanted = change(before);
    if (wanted.write === null) return { before, order: before, change: wanted };
    const write = withEffects(before, wanted.write, { effects, now: clock.now() });
    if ((await store.replace({ ...write, previous: before }, lease)) === "replaced") {
      if (lease) lease.isOver = true;
      return { before, order: write.order, change: { ...wanted, write } };
    }
    before = await find();
  }
  throw new Error("An order changed at every attempt to change it");
}
