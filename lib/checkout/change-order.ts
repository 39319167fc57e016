import "server-only";
import type { Order, OrderEvent, OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";

const MAX_LOST_RACES = 100;

/** Read, change, compare-and-set, again until nobody else wrote in between. For changes that are not about a report. */
export async function changeOrder(
  store: OrderStore,
  id: OrderId,
  change: (order: Order) => { order: Order; event: OrderEvent },
): Promise<Order> {
  for (let lost = 0; lost < MAX_LOST_RACES; lost += 1) {
    const current = await store.get(id);
    if (current === null) throw new Error("An order that was just stored is gone");
    const { order, event } = change(current);
    if ((await store.replace(order, event)) === "replaced") return order;
  }
  throw new Error("An order changed under every attempt to change it");
}
