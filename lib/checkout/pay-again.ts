import "server-only";
import type { Order, OrderId } from "@/lib/orders/order";
import {
  IN_FLIGHT_MS,
  isInFlight,
  type OpenPaymentDependencies,
  type OpenPaymentResult,
  openAnother,
  WAIT_STEP_MS,
} from "./open-payment";

export type PayAgainResult =
  | OpenPaymentResult
  | { readonly outcome: "not_found" }
  /** Paid, or money for it is on its way or being looked at: another payment could charge twice. */
  | { readonly outcome: "not_payable"; readonly order: Order }
  | { readonly outcome: "in_progress" };

/** After these ends nothing was received, so the payer may simply try again. */
const PAYABLE_AGAIN: readonly Order["status"][] = ["failed", "canceled", "expired"];

/**
 * "Try again": opens another payment of the same order, once for however many ask. The earlier ones stay watched, because
 * money can still arrive for them; if two are paid in the end, the merchant is told.
 */
export async function payAgain(dependencies: OpenPaymentDependencies, orderId: OrderId): Promise<PayAgainResult> {
  const { store, now, sleep } = dependencies;
  const giveUpAt = now() + IN_FLIGHT_MS;
  while (now() < giveUpAt) {
    const order = await store.get(orderId);
    if (order === null) return { outcome: "not_found" };
    if (!isInFlight(order, now())) {
      const checkoutUrl = order.attempts.at(-1)?.checkoutUrl;
      if (order.status === "pending" && checkoutUrl) return { outcome: "created", order, checkoutUrl };
      if (order.attempts.length > 0 && !PAYABLE_AGAIN.includes(order.status)) return { outcome: "not_payable", order };
      const opened = await openAnother(dependencies, order);
      if (opened !== "lost_race") return opened;
    }
    await sleep(WAIT_STEP_MS);
  }
  return { outcome: "in_progress" };
}
