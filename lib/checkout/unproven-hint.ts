import "server-only";
import { findPayout } from "@/lib/orders/refund-state";
import type { WebhookContent } from "@/lib/provider/provider";
import type { Flow } from "./flow";
import { orderOfReference } from "./payouts";
import { acquirePollLease } from "./read";

/** How often strangers can make us ask about one payout. */
const PAYOUT_EVERY_MS = 4_000;

/**
 * Whether a delivery that proves nothing may make us ask its provider. Any stranger can send one, so an id that we do not
 * know costs no call, and a known one shares the lease of pages and reconciliation: each lease that is taken leads to an
 * answer that is settled, so that a flood cannot keep news from us either.
 */
export async function mayLook(
  flow: Flow,
  provider: string,
  content: WebhookContent,
): Promise<"yes" | "not_a_hint" | "unknown" | "too_often"> {
  const { store, clock } = flow;
  if (content.kind === "hint") {
    const order = await store.findByPayment({ provider, paymentId: content.paymentId });
    if (order === null) return "unknown";
    return (await acquirePollLease(flow, order.id)) === "acquired" ? "yes" : "too_often";
  }
  if (content.kind !== "payout_hint") return "not_a_hint";
  const { reference } = content;
  const orderId = orderOfReference(reference);
  // One that the merchant has made elsewhere is ignored, without a call.
  if (orderId === null) return "yes";
  const order = await store.get(orderId);
  if (!order || findPayout(order, { provider, reference }) === undefined) return "unknown";
  const key = `payout-poll:${provider}:${reference}`;
  const lease = await store.acquire({ key, value: "", ttlMs: PAYOUT_EVERY_MS, now: clock.now() });
  return lease.ok ? "yes" : "too_often";
}
