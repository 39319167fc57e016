import "server-only";
import { log } from "@/lib/log";
import { formatAmount } from "@/lib/money/amount";
import { CURRENCIES, isStablecoin } from "@/lib/money/currency";
import { alignDecimals, compareDecimals, divideDecimals, subtractDecimals } from "@/lib/money/decimal";
import { checkGapMs } from "@/lib/orders/change-order";
import { type Order, type OrderId, orderIdSchema, type Payment, paymentToShow, type Refund } from "@/lib/orders/order";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { STATUSES } from "@/lib/orders/status";
import type { ReadPaymentResult } from "@/lib/provider/provider";
import type { OrderView, Receipt } from "@/lib/web/contract";
import type { Flow } from "./flow";
import { settle } from "./settle";

/**
 * However many pages, processes and schedulers want to know, the provider is asked at most this often about an order. A
 * page polls every 5 s after each answer, so one page is never too early, and many together are no more than one.
 */
const ASK_EVERY_MS = 4_900;
/** After an end other than paid, only a late confirmation is waited for. */
const ASK_EVERY_WHEN_ENDED_MS = 15_000;
/** Of a payment that reconciliation no longer watches: strangers can keep any number of those, and have pages ask for them. */
const ASK_EVERY_WHEN_OLD_MS = 10 * 60_000;
export const ASK_AT_MOST = 3;
/** How long a page waits for a slow provider before it shows what is known. */
const PATIENCE_MS = 3_000;
/** The longest Retry-After that is respected: a wrong unit must not stop the watch over money. */
const LONGEST_WAIT_SECONDS = 300;
/** The value of a poll lease that stands for the provider's Retry-After. */
const RETRY_AFTER = "retry_after";

/** `delayed`: the provider could not be asked, did not answer soon, or its answer could not be stored. */
type Known = { readonly order: Order; readonly delayed: boolean };
/** A malformed id and an unknown one are the same. */
export type ReadOrderResult = ({ readonly ok: true } & Known) | { readonly ok: false };

/**
 * The order with this id, after asking the provider where that is due; callers that have asked too often get what is stored
 * (`mayAsk` is false). With a promise of that, the limit and the order are read in one round trip. A page does
 * not wait for a slow provider: after 3 s it shows what is known, and the answer is settled all the same. Throws
 * `StoreUnavailableError` when the order cannot be read.
 */
export async function readOrder(
  flow: Flow,
  id: string,
  options: { mayAsk: boolean | Promise<boolean> },
): Promise<ReadOrderResult> {
  const orderId = orderIdSchema.safeParse(id);
  if (!orderId.success) return { ok: false };
  const [order, recent, mayAsk] = await Promise.all([
    flow.store.get(orderId.data),
    recentPoll(flow, orderId.data),
    options.mayAsk,
  ]);
  if (order === null) return { ok: false };
  if (!mayAsk || order.status === "paid" || order.payments.length === 0) return { ok: true, order, delayed: false };

  if (recent !== null) return { ok: true, order, delayed: recent === "retry_after" };
  const asking = ask(flow, order);
  const read = await Promise.race([asking, flow.clock.sleep(PATIENCE_MS).then(() => null)]);
  if (read !== null) return { ok: true, ...read };
  flow.defer(() => asking);
  return { ok: true, order, delayed: true };
}

async function ask(flow: Flow, order: Order): Promise<Known> {
  try {
    const isOld = checkGapMs(order, flow.clock.now()) === null;
    const everyMs = STATUSES[order.status].terminal ? ASK_EVERY_WHEN_ENDED_MS : ASK_EVERY_MS;
    const lease = await acquirePollLease(flow, order.id, isOld ? ASK_EVERY_WHEN_OLD_MS : everyMs);
    if (lease !== "acquired") return { order, delayed: lease === "retry_after" };
    return await askNewestPayments(flow, order);
  } catch (error) {
    // Whatever goes wrong with the question, the payer still sees what is known.
    log.error(error instanceof StoreUnavailableError ? "store_unavailable" : "poll_failed", error, {
      orderId: order.id,
    });
    return { order, delayed: true };
  }
}

async function askNewestPayments(flow: Flow, order: Order): Promise<Known> {
  let latest = order;
  let delayed = false;
  for (const { provider, paymentId } of unpaidPayments(order).slice(-ASK_AT_MOST)) {
    const read = await flow.providers.get(provider)?.readPayment(paymentId, "waiting");
    if (read?.ok) {
      const settled = await settle(flow, { observation: read.observation, source: "poll" }, latest);
      if (settled.ok) latest = settled.order;
    } else {
      delayed = true;
    }
    if (read && (await respectRetryAfter(flow, order.id, read))) break;
  }
  return { order: latest, delayed };
}

/** Oldest first. */
export const unpaidPayments = ({ payments }: Order) => payments.filter(({ status }) => status !== "paid");

/** Whether the provider was asked a moment ago. Null where the store does not answer: acquiring the lease will tell. */
async function recentPoll({ store, clock }: Flow, orderId: OrderId) {
  const held = await store.leaseValue({ key: pollKey(orderId), now: clock.now() }).catch(() => null);
  return held === null ? null : pollState(held);
}

const pollState = (value: string) => (value === RETRY_AFTER ? "retry_after" : "throttled");

/**
 * The right to ask the provider about an order, shared by all processes. "throttled": it was asked a moment ago.
 * "retry_after": the provider wants no questions about it for a while.
 */
export async function acquirePollLease({ store, clock }: Flow, orderId: OrderId, everyMs = ASK_EVERY_MS) {
  const lease = await store.acquire({ key: pollKey(orderId), value: "", ttlMs: everyMs, now: clock.now() });
  if (lease.ok) return "acquired";
  return pollState(lease.value);
}

/** Extends the poll lease where the provider named a wait. Answers whether it did. */
export async function respectRetryAfter({ store, clock }: Flow, orderId: OrderId, read: ReadPaymentResult) {
  const seconds = read.ok ? read.retryAfterSeconds : read.failure.retryAfterSeconds;
  if (seconds === undefined || seconds <= 0) return false;
  const ttlMs = Math.min(seconds, LONGEST_WAIT_SECONDS) * 1_000;
  await store.overwrite({ key: pollKey(orderId), value: RETRY_AFTER, ttlMs, now: clock.now() });
  return true;
}

const pollKey = (orderId: OrderId) => `poll:${orderId}`;

/** What the payer may see of an order: no name, no message, no event, nothing of the provider's ids. Pure. */
export function orderView(
  order: Order,
  /** `delayed`: this is the last known state. `labelOf` gives a provider's name for people. */
  facts: { delayed: boolean; canPayAgain: boolean; labelOf: (provider: string | undefined) => string },
): OrderView {
  const shown = paymentToShow(order);
  const shortfall = shown && shortfallOf(shown);
  const open = order.status === "pending" ? shown : undefined;
  const refunds = order.refunds.filter(({ status }) => status === "sent").map(sentRefund);
  return {
    orderId: order.id,
    status: order.status,
    paid: order.status === "paid",
    terminal: STATUSES[order.status].terminal,
    amount: formatAmount(order.price),
    currency: order.price.currency,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    provider: facts.labelOf(shown?.provider),
    canPayAgain: facts.canPayAgain,
    ...(open?.checkoutUrl && { checkoutUrl: open.checkoutUrl }),
    ...(open?.payTo && { payTo: open.payTo }),
    ...(open?.expiresAt && { expiresAt: new Date(open.expiresAt).toISOString() }),
    ...(facts.delayed && { delayed: true as const }),
    ...(shortfall && { shortfall }),
    ...(shown?.transaction && { receipt: receiptOf(order.price, shown) }),
    ...(refunds.length > 0 && { refunds }),
    ...(order.attention.length > 0 && { attention: [...order.attention] }),
  };
}

function shortfallOf({ status, quote, transaction }: Payment): OrderView["shortfall"] {
  if (status !== "underpaid" && status !== "refunding") return undefined;
  if (quote === null || transaction?.amount === undefined) return undefined;
  const [required, received] = alignDecimals(quote.amount, transaction.amount);
  if (compareDecimals(received, required) >= 0) return undefined;
  return { coin: transaction.coin ?? quote.coin, required, received, missing: subtractDecimals(required, received) };
}

function receiptOf(price: Order["price"], { paidAt, quote, transaction }: Payment): Receipt {
  return {
    paidAt: paidAt === null ? null : new Date(paidAt).toISOString(),
    coin: transaction?.coin ?? quote?.coin ?? null,
    coinAmount: transaction?.amount ?? null,
    rate: rateOf(price, quote),
    chainId: transaction?.chainId ?? null,
    chainName: transaction?.network ?? null,
    testChain: transaction?.chain === "test",
    transactionHash: transaction?.hash ?? null,
    explorerUrl: transaction?.explorerUrl ?? null,
  };
}

/** Without its claim URL, which is the merchant's to hand out. */
function sentRefund({ coin, amount, updatedAt, transactionHash, explorerUrl }: Refund) {
  const sentAt = new Date(updatedAt).toISOString();
  return { coin, amount, sentAt, transactionHash, explorerUrl: explorerUrl ?? null };
}

/** Coins for one unit of the currency, from the two amounts: which way a provider's own rate points is not documented. */
function rateOf(price: Order["price"], quote: Payment["quote"]): string | null {
  if (quote === null || isStablecoin(price.currency)) return null;
  // A yen is worth so little that four decimals would hide the rate.
  return divideDecimals(quote.amount, formatAmount(price), CURRENCIES[price.currency].exponent === 0 ? 6 : 4);
}
