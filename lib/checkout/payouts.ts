import "server-only";
import { createHash } from "node:crypto";
import { log } from "@/lib/log";
import { livePayouts } from "@/lib/orders/change-order";
import type { Order, OrderId, Refund, Source } from "@/lib/orders/order";
import { orderIdSchema } from "@/lib/orders/order";
import { applyPayoutReport, changeRefund, findPayout, isCovered, type Payout } from "@/lib/orders/refunds";
import type { PayoutProvider, PayoutResult } from "@/lib/provider/payout";
import { concernsAll, type ProviderFailure, type WebhookContent } from "@/lib/provider/provider";
import type { WebhookResult } from "@/lib/web/contract";
import { type RefusalResult, sendAgain } from "@/lib/web/refusals";
import type { Flow } from "./flow";
import { underLease } from "./leases";
import { updateOrder } from "./write-order";

/** Numbered, so that two pages that ask for the next refund of an order ask for the same one. The order can be read from it. */
export const refundReference = (orderId: OrderId, number: number) => `${orderId}-refund-${number}`;

export function orderOfReference(reference: string): OrderId | null {
  const [, id] = /^(.+)-refund-\d{1,4}$/.exec(reference) ?? [];
  return orderIdSchema.safeParse(id).data ?? null;
}

/**
 * Who sends a refund of an order, or changes it. None for payments of a test store once the credentials are those of a live
 * one: what came was worth nothing, what goes back is.
 */
export function allowedPayouts(flow: Flow, { payments }: Order, provider: string | null): PayoutProvider | undefined {
  const isTest = (name: string) => flow.providers.get(name)?.testStore ?? false;
  if (payments.some((payment) => payment.testStore && !isTest(payment.provider))) return undefined;
  return flow.payouts.get(provider ?? "");
}

type SettledPayout =
  | { readonly ok: true; readonly order: Order; readonly changed: boolean; readonly counts: boolean }
  /** No order has this refund. */
  | { readonly ok: false };

type PayoutNews = Payout & { readonly source: Source };

/** The only writer of what a provider says about a payout, whatever the source. The payments of the order stay as they are. */
export async function settlePayout(flow: Flow, news: PayoutNews): Promise<SettledPayout> {
  const { provider, report, source } = news;
  const { reference, transactionHash } = report;
  const orderId = orderOfReference(reference);
  if (orderId === null) return { ok: false };
  const explorer = flow.payouts.get(provider);
  const updated = await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const network = findPayout(order, { provider, reference })?.network ?? null;
      const explorerUrl = transactionHash === null ? null : (explorer?.explorerUrl(network, transactionHash) ?? null);
      return applyPayoutReport(order, { ...news, explorerUrl, now: flow.clock.now() });
    },
  });
  if (updated === null) return { ok: false };
  const { order } = updated;
  const { write, counts } = updated.change;
  const refund = findPayout(order, { provider, reference });
  if (refund === undefined) return { ok: false };
  const facts = { orderId, reference, status: refund.status, providerStatus: report.providerStatus, source };
  if (write !== null) log.info("refund_changed", facts);
  if (!counts) log.warn("refund_with_other_money", facts);
  return { ok: true, order, changed: write !== null, counts };
}

/** Held while an order's payouts are asked about. */
export const refundsLease = (orderId: OrderId) => `refunds:${orderId}`;

/**
 * Sends the payouts of an order that are not sent yet, and asks about those that wait, in one process at a time. That a
 * call is made is stored before it is made, so that a process that dies leaves a payout that is sent again under the same
 * reference, where it can be paid once only.
 */
export async function continueRefunds(flow: Flow, orderId: OrderId): Promise<void> {
  await underLease(flow, refundsLease(orderId), async () => {
    const order = await flow.store.get(orderId);
    const live = order === null ? [] : livePayouts(order, flow.clock.now());
    for (const { provider, reference, status, account } of live) {
      const payouts = order === null ? undefined : allowedPayouts(flow, order, provider);
      if (payouts === undefined) log.warn("refund_provider_off", { orderId, reference, provider });
      else if (status !== "sending" && account !== undefined && account !== accountOf(payouts)) {
        log.warn("refund_of_other_account", { orderId, reference, provider });
      } else await continueRefund(flow, payouts, { orderId, reference });
    }
  });
}

const accountOf = ({ account }: PayoutProvider) => createHash("sha256").update(account).digest("hex").slice(0, 16);

type Named = { readonly orderId: OrderId; readonly reference: string };

async function continueRefund(flow: Flow, payouts: PayoutProvider, named: Named): Promise<void> {
  const { orderId, reference } = named;
  let isFirst = false;
  let isNews = false;
  const begun = await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const refund = findPayout(order, { provider: payouts.name, reference });
      isFirst = refund?.status === "sending";
      if (refund !== undefined && isFirst && !isCovered(order, refund)) {
        isFirst = false;
        const canceled = { ...refund, status: "canceled" } as const;
        const facts = { reason: "Too little of the money that it gives back is there now." };
        return { write: changeRefund(order, { refund: canceled, source: "reconcile", facts, now: flow.clock.now() }) };
      }
      isNews = refund?.updatedAt === refund?.createdAt;
      // Noted, because the first call can still be under way: a process can stand still for longer than its lease.
      const isSecond = refund?.status === "unsure" && !refund.askedAgain;
      if (refund === undefined || (!isFirst && !isSecond)) return { write: null };
      const unsure: Refund = { ...refund, status: "unsure", account: accountOf(payouts), askedAgain: isSecond };
      return {
        write: changeRefund(order, { refund: unsure, source: "reconcile", facts: null, now: flow.clock.now() }),
      };
    },
  });
  const refund = begun && findPayout(begun.order, { provider: payouts.name, reference });
  if (!refund || (refund.status !== "unsure" && refund.status !== "waiting")) return;
  const result = await askOrSend(payouts, refund);
  if (result.ok) {
    const { updatedAt: askedAt } = refund;
    await settlePayout(flow, { provider: payouts.name, report: result.report, source: "reconcile", askedAt });
    return;
  }
  const { kind, code, reason } = result.failure;
  log.warn("refund_not_sent", { ...named, kind, code, reason });
  // After a call without an answer, a refusal says nothing of what that call did.
  if (isFirst) await recordFailure(flow, payouts, { ...named, isNews, failure: result.failure });
}

function askOrSend(payouts: PayoutProvider, refund: Refund): Promise<PayoutResult> {
  const { reference, coin, amount, network, receiver, note: message, status } = refund;
  if (status === "waiting" && payouts.readPayout !== null) return payouts.readPayout({ reference, receiver });
  return payouts.createPayout({ reference, coin, amount, network, receiver, message });
}

type Failed = Named & { isNews: boolean; failure: ProviderFailure };

/** After a first call: only that can be refused for certain. A failure that concerns all payouts is tried again. */
async function recordFailure(flow: Flow, payouts: PayoutProvider, failed: Failed): Promise<void> {
  const { orderId, reference, isNews, failure } = failed;
  const { kind, message, maybeAccepted, code, reason } = failure;
  const status = maybeAccepted ? "unsure" : concernsAll(kind) ? "sending" : "failed";
  await updateOrder(flow, {
    find: () => flow.store.get(orderId),
    change: (order) => {
      const refund = findPayout(order, { provider: payouts.name, reference });
      // A webhook may have been faster than the answer, or another call.
      if (refund?.status !== "unsure" || refund.askedAgain) return { write: null };
      const facts = { reason: message, ...(code && { code }), ...(reason && { said: reason }) };
      const change = { source: "reconcile", facts: isNews || status === "failed" ? facts : null } as const;
      return { write: changeRefund(order, { refund: { ...refund, status }, now: flow.clock.now(), ...change }) };
    },
  });
}

type PayoutDelivery = Extract<WebhookContent, { kind: "payout_event" | "payout_hint" }>;
export type ReceivedDelivery = { readonly ok: true; readonly result: WebhookResult } | RefusalResult;

/** Takes in an authenticated delivery about a payout. Not ok: it has to be sent again. */
export async function receivePayout(flow: Flow, provider: string, news: PayoutDelivery): Promise<ReceivedDelivery> {
  if (orderOfReference(news.kind === "payout_event" ? news.report.reference : news.reference) === null) {
    // One that the merchant has made elsewhere. To refuse it would have it sent again and again, until the provider pauses.
    log.info("webhook_ignored", { provider, diagnosis: "a payout that is none of ours" });
    return { ok: true, result: "ignored" };
  }
  const found = news.kind === "payout_event" ? { report: news.report } : await lookUp(flow, provider, news.reference);
  if (found === null) return sendAgain("webhook_not_settled", "The payout could not be looked up.");
  const { reference, status } = found.report;
  const source = news.kind === "payout_event" ? "webhook" : "hint";
  const settled = await settlePayout(flow, { ...found, provider, source });
  if (!settled.ok) {
    log.warn("webhook_unknown_payout", { reference });
    return sendAgain("unknown_payment", "The payout is not known here.");
  }
  const result = settled.changed ? "refund_changed" : settled.counts ? "duplicate" : "needs_review";
  log.info("webhook_accepted", { result, deliveryId: news.deliveryId, reference, status, provider });
  return { ok: true, result };
}

async function lookUp(flow: Flow, provider: string, reference: string) {
  const orderId = orderOfReference(reference);
  const order = orderId && (await flow.store.get(orderId));
  const refund = order ? findPayout(order, { provider, reference }) : undefined;
  if (refund === undefined) return null;
  const result = await flow.payouts.get(provider)?.readPayout?.(refund);
  return result?.ok ? { report: result.report, askedAt: refund.updatedAt } : null;
}
