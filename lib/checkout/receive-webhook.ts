import "server-only";
import type { Order } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { PaymentObservation, PaymentProvider, ReplayKey, WebhookDelivery } from "@/lib/provider/provider";
import type { WebhookResult } from "./contract";
import { settle } from "./settle";

export type ReceiveWebhookResult =
  | { readonly outcome: "accepted"; readonly result: WebhookResult; readonly order: Order; readonly deliveryId: string }
  | { readonly outcome: "unauthenticated"; readonly diagnosis: string }
  | { readonly outcome: "unreadable"; readonly diagnosis: string }
  /** Not ours yet: the order may still be on its way into the store, so the sender should come again. */
  | { readonly outcome: "unknown_payment"; readonly paymentId: string }
  /** The provider only gave a hint and could not be asked. */
  | { readonly outcome: "try_again"; readonly reason: string };

type Dependencies = { readonly provider: PaymentProvider; readonly store: OrderStore; readonly now: () => number };

/**
 * Takes one delivery through the order of work of the contract: authenticate the raw bytes, claim the nonce, parse, settle.
 * Accepted means durable. Throws `StoreUnavailableError` when it could not be made so.
 */
export async function receiveWebhook(
  dependencies: Dependencies,
  delivery: WebhookDelivery,
): Promise<ReceiveWebhookResult> {
  const { provider, store, now } = dependencies;
  const authentication = await provider.authenticateWebhook(delivery);
  if (!authentication.authentic) return { outcome: "unauthenticated", diagnosis: authentication.diagnosis };
  const { replay } = authentication;
  if (replay === null) return takeIn(dependencies, delivery);
  if (!(await isFirstUse(store, replay, now()))) {
    return { outcome: "unauthenticated", diagnosis: "the nonce was used before" };
  }
  try {
    const result = await takeIn(dependencies, delivery);
    if (!isStored(result)) await giveBack(store, replay);
    if (result.outcome === "unreadable") await spend(store, replay, now());
    return result;
  } catch (error) {
    await giveBack(store, replay);
    throw error;
  }
}

async function takeIn(dependencies: Dependencies, delivery: WebhookDelivery): Promise<ReceiveWebhookResult> {
  const { provider } = dependencies;
  const content = provider.parseWebhook(delivery);
  if (content.kind === "unreadable") return { outcome: "unreadable", diagnosis: content.diagnosis };
  if (content.kind === "contradictory") return { outcome: "unauthenticated", diagnosis: content.diagnosis };
  if (content.kind === "event") return settleDelivery(dependencies, content);

  const read = await provider.readPayment(content.paymentId, "ended");
  if (read.outcome === "failed") return { outcome: "try_again", reason: read.failure.message };
  return settleDelivery(dependencies, { observation: read.observation, deliveryId: content.deliveryId });
}

/**
 * A nonce belongs to the delivery that used it first. The very same delivery may come again: if it was settled, settling
 * it again changes nothing, and if we died before it was stored, this is the retry that must not be refused.
 */
async function isFirstUse(store: OrderStore, replay: ReplayKey, now: number): Promise<boolean> {
  const { fingerprint: value, ttlMs } = replay;
  const claim = await store.claim({ key: keyOf(replay), value, ttlMs, now });
  return claim.claimed || claim.value === value;
}

/**
 * For a delivery that could not be stored, so that a retry that is signed anew with the same nonce is no replay. If the
 * store cannot do even that, the claim ends by itself.
 */
async function giveBack(store: OrderStore, replay: ReplayKey): Promise<void> {
  await store.release({ key: keyOf(replay), value: replay.fingerprint }).catch(() => undefined);
}

/** Not even the very same delivery may use it from now on. */
async function spend(store: OrderStore, replay: ReplayKey, now: number): Promise<void> {
  await store.hold({ key: keyOf(replay), value: "used up", ttlMs: replay.ttlMs, now });
}

function keyOf(replay: ReplayKey): string {
  return `nonce:${replay.nonce}`;
}

function isStored({ outcome }: ReceiveWebhookResult): boolean {
  return outcome !== "unknown_payment" && outcome !== "try_again";
}

async function settleDelivery(
  { store, now }: Dependencies,
  { observation, deliveryId }: { observation: PaymentObservation; deliveryId: string },
): Promise<ReceiveWebhookResult> {
  const settled = await settle({ store, now }, { observation, source: "webhook", deliveryId });
  if (settled.outcome === "unknown_payment") return { outcome: "unknown_payment", paymentId: observation.paymentId };
  const { order } = settled;
  if (settled.outcome === "unchanged") return { outcome: "accepted", result: "duplicate", order, deliveryId };
  return { outcome: "accepted", result: resultOf(order, { observation, from: settled.from }), order, deliveryId };
}

function resultOf(
  order: Order,
  { observation, from }: { observation: PaymentObservation; from: Order["status"] },
): WebhookResult {
  if (observation.status !== "paid") return "ignored";
  const attempt = order.attempts.find((each) => each.paymentId === observation.paymentId);
  if (attempt?.status !== "paid") return "needs_review";
  return from === "paid" ? "duplicate" : "paid";
}
