import "server-only";
import { log } from "@/lib/log";
import type { PaymentObservation } from "@/lib/orders/observation";
import { isPayment, type Order } from "@/lib/orders/order";
import { findPayout } from "@/lib/orders/refunds";
import { isOnlyAsked } from "@/lib/orders/transactions";
import type { PaymentProvider, WebhookContent, WebhookDelivery } from "@/lib/provider/provider";
import type { WebhookResult } from "@/lib/web/contract";
import { refuse, sendAgain } from "@/lib/web/refusals";
import type { Flow } from "./flow";
import { noteDelivery } from "./last-delivery";
import { orderOfReference, type ReceivedDelivery, receivePayout } from "./payouts";
import { acquirePollLease } from "./read";
import { type Settled, settle } from "./settle";

/**
 * Receives one webhook delivery: authenticates the raw bytes, parses them, acquires the nonce, settles, in this order. A result
 * means that it is durable, and the refusal's status answers one question: should it be sent again? Why a delivery is not
 * believed goes to the log alone. Throws `StoreUnavailableError` when it could not be stored.
 */
export async function receiveWebhook(
  flow: Flow,
  provider: PaymentProvider,
  delivery: WebhookDelivery,
): Promise<ReceivedDelivery> {
  const { store, clock } = flow;
  const authentication = await provider.authenticateWebhook(delivery);
  if (!authentication.ok) return unauthenticated(authentication.diagnosis);
  const { replay, isUnproven = false } = authentication;
  const content = provider.parseWebhook(delivery);
  if (replay === null) return takeIn(flow, provider, { content, isRepeat: false, isUnproven });

  // A nonce belongs to the delivery that used it first. The very same delivery may come again: if it was settled, settling
  // it again changes nothing, and if we died before it was stored, this is the retry that must not be refused.
  const { fingerprint, ttlMs } = replay;
  const key = `nonce:${provider.name}:${replay.nonce}`;
  // The order is looked up in the same round trip as the nonce is acquired; what came of it counts only afterwards.
  const [acquiring, looking] = await Promise.allSettled([
    store.acquire({ key, value: fingerprint, ttlMs, now: clock.now() }),
    content.kind === "event" ? store.findByPayment(paymentOf(content, provider)) : null,
  ]);
  if (acquiring.status === "rejected") throw acquiring.reason;
  const acquired = acquiring.value;
  if (!acquired.ok && acquired.value !== fingerprint) return unauthenticated("the nonce was used before");
  // If the store cannot release it, the nonce expires by itself.
  const release = () => store.release({ key, value: fingerprint }).catch(() => undefined);
  try {
    if (looking.status === "rejected") throw looking.reason;
    const known = looking.value;
    const result = await takeIn(flow, provider, { content, isRepeat: !acquired.ok, isUnproven, known });
    if (!result.ok && result.refusal.code === "unreadable") {
      // The same bytes will be just as unreadable next time, so not even they may use the nonce again.
      await store.overwrite({ key, value: "consumed", ttlMs, now: clock.now() });
    } else if (!result.ok && result.refusal.retryAfterSeconds !== undefined) {
      // A retry may be signed again with the same nonce.
      await release();
    }
    return result;
  } catch (error) {
    await release();
    throw error;
  }
}

/** The provider is the one that signed the delivery, whatever its body says. */
const paymentOf = ({ observation }: { observation: PaymentObservation }, { name }: PaymentProvider) => ({
  ...observation,
  provider: name,
});

type Delivered = { content: WebhookContent; isRepeat: boolean; isUnproven: boolean; known?: Order | null };

async function takeIn(flow: Flow, provider: PaymentProvider, delivered: Delivered): Promise<ReceivedDelivery> {
  const { content, isRepeat, isUnproven, known } = delivered;
  if (content.kind === "contradictory") return unauthenticated(content.diagnosis);
  if (content.kind === "unreadable") {
    log.warn("webhook_unreadable", { provider: provider.name, diagnosis: content.diagnosis });
    return refuse({ code: "unreadable", detail: "The body of the delivery cannot be read." });
  }
  if (content.kind === "test") {
    log.info("webhook_test_received", { provider: provider.name });
    return { ok: true, result: "ignored" };
  }
  if (isUnproven) {
    const allowed = await mayLook(flow, provider.name, content);
    if (allowed === "not_a_hint") return unauthenticated("an unproven delivery that is more than a hint");
    if (allowed === "unknown") return unknownPayment(null);
    if (allowed === "too_often") return notSettled("The payment was looked up a moment ago.");
  }
  noteDelivery(flow, provider.name);
  if (content.kind === "ignored") {
    log.info("webhook_ignored", { provider: provider.name, diagnosis: content.diagnosis });
    return { ok: true, result: "ignored" };
  }
  if (content.kind === "payout_event" || content.kind === "payout_hint") {
    return await receivePayout(flow, provider.name, content);
  }
  const { paymentId } = content.kind === "event" ? content.observation : content;
  let observation: PaymentObservation;
  const told = content.kind === "event" ? paymentOf(content, provider) : null;
  const payment = told && known?.payments.find((each) => isPayment(each, told));
  // What came decides, and has to be asked for, where a delivery names only what was asked.
  if (told !== null && !(payment && isOnlyAsked(payment, told))) {
    observation = told;
  } else {
    const read = await provider.readPayment(paymentId, "ended");
    if (!read.ok) {
      log.warn("webhook_not_settled", { paymentId, kind: read.failure.kind });
      return notSettled("The payment could not be looked up.");
    }
    observation = paymentOf(read, provider);
    // The answer can be older than the delivery, which is then sent again: settling it now would use it up.
    if (told !== null && observation.status !== told.status) return notSettled("The payment is not yet as reported.");
  }
  const { deliveryId } = content;
  // What we learn by asking is no signed confirmation, even when a hint made us ask. An event is one itself.
  const source = content.kind === "event" ? "webhook" : "hint";
  const settled = await settle(flow, { observation, source, deliveryId }, known ?? undefined);
  if (!settled.ok) return unknownPayment(paymentId);
  const result = resultOf(settled, { isPaid: observation.status === "paid", isRepeat });
  log.info("webhook_accepted", { result, deliveryId, orderId: settled.order.id, paymentId, provider: provider.name });
  return { ok: true, result };
}

function resultOf(settled: Settled, { isPaid, isRepeat }: { isPaid: boolean; isRepeat: boolean }): WebhookResult {
  const { changed, counts, from } = settled;
  if (!changed && (counts || isRepeat)) return "duplicate";
  if (!isPaid) return "ignored";
  if (!counts) return "needs_review";
  return from === "paid" ? "duplicate" : "paid";
}

/** How often strangers can make us ask about one payout. */
const PAYOUT_EVERY_MS = 4_000;

/**
 * Whether a delivery that proves nothing may make us ask its provider. Any stranger can send one, so an id that we do not
 * know costs no call, and a known one shares the lease of pages and reconciliation. A flood that takes every lease keeps no
 * news from us, because after each the provider is asked and its answer settled.
 */
async function mayLook(
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

const notSettled = (sentence: string) => sendAgain("webhook_not_settled", sentence);

/** The order may still be on its way into the store. */
function unknownPayment(paymentId: string | null) {
  log.warn("webhook_unknown_payment", { paymentId });
  return sendAgain("unknown_payment", "The payment is not known here yet.");
}

function unauthenticated(diagnosis: string) {
  log.warn("webhook_refused", { diagnosis });
  return refuse({ code: "unauthenticated", detail: "The delivery is not authenticated." });
}
