import "server-only";
import { log } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { getServices } from "@/lib/services";
import type { OrderView } from "./contract";
import { orderView } from "./order-view";
import { loadOrder } from "./read-order";

/** The order as its page shows it first; null when there is none, "unavailable" when the store cannot say. */
export async function loadOrderView(id: string): Promise<OrderView | null | "unavailable"> {
  try {
    const result = await loadOrder(getServices(), id);
    return result.outcome === "found" ? orderView(result.order, result) : null;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error("store_unavailable", error, { page: "order" });
    return "unavailable";
  }
}
