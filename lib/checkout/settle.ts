import "server-only";
import { applyObservation } from "@/lib/orders/apply-observation";
import type { Order, Source } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { PaymentObservation } from "@/lib/provider/provider";

export type SettleResult =
  /** The report changed the order; the change is durable. */
  | { readonly outcome: "changed"; readonly order: Order; readonly from: Order["status"] }
  /** The report told nothing new. */
  | { readonly outcome: "unchanged"; readonly order: Order }
  | { readonly outcome: "unknown_payment" };

/** Each lost race means that somebody else's write succeeded, so this many in a row is a fault, not contention. */
const MAX_LOST_RACES = 100;

/**
 * The one door through which a payment's state changes, whoever reports: reads the order, asks the pure rule what the
 * report means, and compare-and-sets the result together with its event. Throws `StoreUnavailableError` when the result
 * could not be made durable.
 */
export async function settle(
  { store, now }: { store: OrderStore; now: () => number },
  report: { observation: PaymentObservation; source: Source; deliveryId?: string },
): Promise<SettleResult> {
  for (let lost = 0; lost < MAX_LOST_RACES; lost += 1) {
    const order = await store.findByPayment(report.observation.paymentId);
    if (order === null) return { outcome: "unknown_payment" };
    const applied = applyObservation(order, { ...report, now: now() });
    if (applied === null) return { outcome: "unchanged", order };
    if ((await store.replace(applied.order, applied.event)) === "replaced") {
      return { outcome: "changed", order: applied.order, from: order.status };
    }
  }
  throw new Error("An order changed under every attempt to settle it");
}
