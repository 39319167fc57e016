import "server-only";
import { log } from "@/lib/log";
import type { PaymentObservation } from "@/lib/orders/observation";
import type { PaymentProvider, ReplayKey, WebhookDelivery } from "@/lib/provider/provider";
import type { WebhookResult } from "@/lib/web/contract";
import type { Refusal } from "@/lib/web/refusals";
import type { Flow } from "./flow";
import { type SettleResult, settle } from "./settle";

export type ReceiveWebhookResult =
  | { readonly ok: true; readonly result: WebhookResult }
  | { readonly ok: false; readonly refusal: Refusal };

/** What is known of a delivery once it is authenticated. `isRepeat`: the very same bytes came before. */
type Delivered = { readonly delivery: WebhookDelivery; readonly isRepeat: boolean };

/**
 * Takes one delivery through the order of work of the contract: authenticate the raw bytes, acquire the nonce, parse,
 * settle. A result means that it is durable, and the refusal's status answers one question: should it be sent again? Why a
 * delivery is not believed goes to the log alone. Throws `StoreUnavailableError` when it could not be stored.
 */
export async function receiveWebhook(
  flow: Flow,
  provider: PaymentProvider,
  delivery: WebhookDelivery,
): Promise<ReceiveWebhookResult> {
  const authentication = await provider.authenticateWebhook(delivery);
  if (!authentication.ok) return unauthenticated(authentication.diagnosis);
  const { replay } = authentication;
  if (replay === null) return takeIn(flow, provider, { delivery, isRepeat: false });

  const nonce = nonceOf(flow, provider, replay);
  const use = await nonce.acquire();
  if (use === "refused") return unauthenticated("the nonce was used before");
  try {
    const result = await takeIn(flow, provider, { delivery, isRepeat: use === "repeat" });
    // A retry may be signed again with the same nonce; one that cannot be read will not be better the next time.
    if (!result.ok && result.refusal.code === "unreadable") await nonce.consume();
    else if (!result.ok && result.refusal.retryAfterSeconds !== undefined) await nonce.release();
    return result;
  } catch (error) {
    await nonce.release();
    throw error;
  }
}

async function takeIn(
  flow: Flow,
  provider: PaymentProvider,
  { delivery, isRepeat }: Delivered,
): Promise<ReceiveWebhookResult> {
  const content = provider.parseWebhook(delivery);
  if (content.kind === "contradictory") return unauthenticated(content.diagnosis);
  if (content.kind === "unreadable") {
    log.warn("webhook_unreadable", { provider: provider.name, diagnosis: content.diagnosis });
    return refuse({ code: "unreadable", detail: "The body of the delivery cannot be read." });
  }
  const { deliveryId } = content;
  let observation: PaymentObservation;
  if (content.kind === "event") {
    observation = content.observation;
  } else {
    const read = await provider.readPayment(content.paymentId, "ended");
    if (!read.ok) return notSettled(content.paymentId, read.failure.kind);
    observation = read.observation;
  }
  // Whatever the body says, only the provider that signed it has spoken.
  observation = { ...observation, provider: provider.name };
  const settled = await settle(flow, { observation, source: "webhook", deliveryId });
  if (!settled.ok) return unknownPayment(observation.paymentId);
  const result = resultOf(settled, { observation, isRepeat });
  log.info("webhook_accepted", {
    result,
    deliveryId,
    orderId: settled.order.id,
    paymentId: observation.paymentId,
    provider: provider.name,
  });
  return { ok: true, result };
}

function resultOf(
  { changed, counts, from }: Extract<SettleResult, { ok: true }>,
  { observation, isRepeat }: { observation: PaymentObservation; isRepeat: boolean },
): WebhookResult {
  if (!changed && (counts || isRepeat)) return "duplicate";
  if (observation.status !== "paid") return "ignored";
  if (!counts) return "needs_review";
  return from === "paid" ? "duplicate" : "paid";
}

/**
 * A nonce belongs to the delivery that used it first. The very same delivery may come again: if it was settled, settling
 * it again changes nothing, and if we died before it was stored, this is the retry that must not be refused.
 */
function nonceOf({ store, clock }: Flow, provider: PaymentProvider, { nonce, fingerprint, ttlMs }: ReplayKey) {
  const key = `nonce:${provider.name}:${nonce}`;
  return {
    async acquire(): Promise<"first" | "repeat" | "refused"> {
      const acquired = await store.acquire({ key, value: fingerprint, ttlMs, now: clock.now() });
      if (acquired.ok) return "first";
      return acquired.value === fingerprint ? "repeat" : "refused";
    },
    /** If the store cannot do even this, the nonce expires by itself. */
    release: () => store.release({ key, value: fingerprint }).catch(() => undefined),
    /** From now on not even the very same delivery may use it. */
    consume: () => store.extend({ key, value: "consumed", ttlMs, now: clock.now() }),
  };
}

const AGAIN_SECONDS = 5;

function refuse(refusal: Refusal): ReceiveWebhookResult {
  return { ok: false, refusal };
}

function unauthenticated(diagnosis: string): ReceiveWebhookResult {
  log.warn("webhook_refused", { diagnosis });
  return refuse({ code: "unauthenticated", detail: "The delivery is not authenticated." });
}

/** Not ours yet: the order may still be on its way into the store. */
function unknownPayment(paymentId: string): ReceiveWebhookResult {
  log.warn("webhook_unknown_payment", { paymentId });
  const detail = "The payment is not known here yet. Send the delivery again later.";
  return refuse({ code: "unknown_payment", detail, retryAfterSeconds: AGAIN_SECONDS });
}

function notSettled(paymentId: string, kind: string): ReceiveWebhookResult {
  log.warn("webhook_not_settled", { paymentId, kind });
  const detail = "The payment could not be looked up. Send the delivery again later.";
  return refuse({ code: "webhook_not_settled", detail, retryAfterSeconds: AGAIN_SECONDS });
}
