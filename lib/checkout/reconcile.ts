import "server-only";
import { log } from "@/lib/log";
import { checkGapMs, dueEffects, isWatched, LONGEST_GAP_MS, livePayouts, nextWorkAt } from "@/lib/orders/change-order";
import type { Order, OrderId, Payment } from "@/lib/orders/order";
import type { DueOrder, OrderStore } from "@/lib/orders/order-store";
import { concernsAll, type ProviderFailureKind } from "@/lib/provider/provider";
import type { Flow } from "./flow";
import { fulfil } from "./fulfil";
import { LEASE_MS } from "./leases";
import { continueRefunds } from "./payouts";
import { ASK_AT_MOST, acquirePollLease, respectRetryAfter, unpaidPayments } from "./read";
import { settle } from "./settle";

export type ReconcileBounds = {
  readonly maxOrders: number;
  readonly deadlineMs: number;
  /** Whether to ask during a provider's Retry-After. A scheduler does, because it may come again only tomorrow. */
  readonly asksDuringWaits: boolean;
};

const AT_ONCE = 4;
/** Of the time of a run; the rest is for effects. */
const ASKING_SHARE = 0.75;
/** An order that ends the process or the run while it is checked must not be the first of the next run as well. */
const PUT_OFF_FIRST_MS = 60_000;
/** After a refusal about one payment, at least; growing with its age. */
const MIN_REFUSED_GAP_MS = 15_000;
const UNREADABLE_GAP_MS = 15 * 60_000;
/** Longer than any order is watched. */
const LOGGED_ONCE_MS = 9 * 24 * 60 * 60 * 1000;

type Check = {
  readonly before: Order["status"];
  readonly after: Order["status"];
  /** Providers that failed in a way that holds for every payment of theirs. */
  readonly failures: ReadonlyMap<string, ProviderFailureKind>;
  readonly answered: ReadonlySet<string>;
  /** When to look at it again, where that is not stored yet. */
  readonly putOff: Parameters<OrderStore["postpone"]>[0] | null;
};

/**
 * Finds out what became of the orders about which no webhook came, then runs the effects that are due. It takes from both
 * ends, the longest due and the newest, so that neither old junk nor a flood of new orders keeps the other waiting.
 *
 * Each order is put off before it is asked about, and a refusal about one payment puts off that order alone. Only what
 * concerns all (timeout, unreachable, rate limited, bad credentials) ends a run for that provider, and the next one begins
 * with other orders: whatever some orders do, every other one is reached in a bounded number of runs. Two runs at once
 * settle twice, which is settling once.
 */
export async function reconcile(flow: Flow, { maxOrders, deadlineMs, asksDuringWaits }: ReconcileBounds) {
  const { now } = flow.clock;
  const startedAt = now();
  const endAt = startedAt + deadlineMs * ASKING_SHARE;
  const run: Run = { asksDuringWaits, endAt, down: new Set(), effectsDue: [] };
  const { down, effectsDue } = run;
  const due = await dueFromBothEnds(flow, maxOrders);
  const checks: Check[] = [];
  for (let start = 0; start < due.length && now() < endAt; start += AT_ONCE) {
    const batch = due.slice(start, start + AT_ONCE);
    const results = await Promise.all(batch.map((order) => checkOrder(flow, order, run)));
    const done = results.filter((check) => check !== null);
    // All at once, which is one round trip.
    await Promise.all(done.map(({ putOff }) => putOff && flow.store.postpone(putOff)));
    checks.push(...done);
    for (const provider of outOfOrder(done)) down.add(provider);
  }
  // After all questions, because an effect that hangs must not keep money from being found.
  for (let start = 0; start < effectsDue.length && now() < startedAt + deadlineMs; start += AT_ONCE) {
    await Promise.all(effectsDue.slice(start, start + AT_ONCE).map((id) => fulfil(flow, id)));
  }
  const changed = checks.filter(({ before, after }) => before !== after);
  const paid = changed.filter(({ after }) => after === "paid");
  return { checked: checks.length, changed: changed.length, paid: paid.length };
}

/** One refused key or rate limit is enough; a timeout may be one payment's own, so no call of the batch may have an answer. */
function outOfOrder(checks: readonly Check[]): string[] {
  const answered = new Set(checks.flatMap((check) => [...check.answered]));
  return checks
    .flatMap(({ failures }) => [...failures])
    .filter(([provider, kind]) => kind === "unauthorized" || kind === "rate_limited" || !answered.has(provider))
    .map(([provider]) => provider);
}

async function dueFromBothEnds({ store, clock }: Flow, maxOrders: number): Promise<DueOrder[]> {
  const options = { now: clock.now(), limit: Math.ceil(maxOrders / 2) };
  const [longest, newest] = await Promise.all([
    store.due({ ...options, from: "longest" }),
    store.due({ ...options, from: "newest" }),
  ]);
  const inTurn = longest.flatMap((order, index) => [order, newest[index] ?? order]);
  return [...new Map(inTurn.map((order) => [order.id, order])).values()].slice(0, maxOrders);
}

type Run = Pick<ReconcileBounds, "asksDuringWaits"> & {
  /** Of the asking. */
  readonly endAt: number;
  readonly down: Set<string>;
  readonly effectsDue: OrderId[];
};

/** Null when there was nothing to ask: the order is gone, throttled or broken. Whatever happens, it is put off first. */
async function checkOrder(flow: Flow, due: DueOrder, run: Run): Promise<Check | null> {
  const { store, clock } = flow;
  let { dueAt } = due;
  const putOff = async (until: number | null) => {
    await store.postpone({ id: due.id, dueAt, until });
    dueAt = until ?? dueAt;
    return null;
  };
  try {
    const order = due.read();
    if (order === null) return await putOff(null);
    const gapMs = checkGapMs(order, clock.now());
    const effectsDue = dueEffects(order, clock.now()).length > 0;
    const isDue = gapMs !== null || isWatched(order, due.dueAt);
    // After the answer, because a payout can take longer than a run may.
    if (livePayouts(order, clock.now()).length > 0) flow.defer(() => continueRefunds(flow, order.id));
    if (!isDue && !effectsDue) return await putOff(nextWorkAt(order, clock.now()));
    // Not put off, so that it is among the first to be asked about in a later run.
    if (!effectsDue && unpaidPayments(order).every(({ provider }) => run.down.has(provider))) return null;

    // One round trip for both, in this order.
    const puttingOff = putOff(
      clock.now() + Math.min(gapMs ?? PUT_OFF_FIRST_MS, effectsDue ? LEASE_MS : PUT_OFF_FIRST_MS),
    );
    const [, lease] = await Promise.all([puttingOff, isDue ? acquirePollLease(flow, order.id) : null]);
    if (effectsDue) run.effectsDue.push(order.id);
    const before = order.status;
    if (!isDue) return { before, after: before, failures: new Map(), answered: new Set(), putOff: null };

    // An open page asks about the newest payments only; the older ones of an order that has many are left to this.
    const isAsked = lease === "throttled" && unpaidPayments(order).length <= ASK_AT_MOST;
    if (isAsked || (lease === "retry_after" && !run.asksDuringWaits)) return null;
    const { after, refused, failures, answered, written } = await askAllPayments(flow, order, run.endAt);
    if (written !== undefined) dueAt = written ?? Number.POSITIVE_INFINITY;
    const gap = gapMs ?? LONGEST_GAP_MS;
    // After the last look there is nothing more to ask, unless it was refused.
    const isOver = gapMs === null && !refused;
    const workAt = nextWorkAt(after, clock.now());
    const askAt = isOver ? null : clock.now() + (refused ? Math.max(gap, MIN_REFUSED_GAP_MS) : gap);
    const until = askAt === null || workAt === null ? (askAt ?? workAt) : Math.min(askAt, workAt);
    const isDone = failures.size === 0 && dueEffects(after, clock.now()).length === 0;
    const isLater = isDone && (until === null || until > dueAt);
    const later = isLater ? { id: due.id, dueAt, until } : null;
    return { before, after: after.status, failures, answered, putOff: later };
  } catch (error) {
    // If the store cannot even do this, it is out of order for all, and the run ends here.
    await putOff(Math.max(dueAt, clock.now() + UNREADABLE_GAP_MS));
    log.error("reconcile_order_failed", error, { orderId: due.id });
    return null;
  }
}

async function askAllPayments(flow: Flow, order: Order, endAt: number) {
  let after = order;
  let refused = false;
  /** When the order is due since the answers were settled; undefined where they changed nothing. */
  let written: number | null | undefined;
  const failures = new Map<string, ProviderFailureKind>();
  const answered = new Set<string>();
  // The newest first, which is the one that is most likely to be paid.
  for (const [index, payment] of unpaidPayments(order).toReversed().entries()) {
    const { provider, paymentId } = payment;
    if (failures.has(provider)) continue;
    // The order was put off for this, so the deadline does not stop the first question.
    if (index > 0 && flow.clock.now() >= endAt) break;
    const read = await flow.providers.get(provider)?.readPayment(paymentId, "ended");
    if (read) await respectRetryAfter(flow, order.id, read);
    if (read?.ok === false && concernsAll(read.failure.kind)) {
      failures.set(provider, read.failure.kind);
      continue;
    }
    if (read) answered.add(provider);
    if (read?.ok) {
      const settled = await settle(flow, { observation: read.observation, source: "reconcile" }, after);
      if (settled.ok) after = settled.order;
      if (settled.ok && settled.changed) written = settled.dueAt;
    } else {
      refused = true;
      await logRefusal(flow, { orderId: order.id, payment, ...(read?.failure ?? { kind: "provider_not_configured" }) });
    }
  }
  return { after, refused, written, failures, answered };
}

type ReadRefusal = { orderId: OrderId; payment: Payment; kind: string; code?: string; reason?: string };

/** Once for each payment and refusal, not at every run for seven days. */
async function logRefusal({ store, clock }: Flow, refusal: ReadRefusal): Promise<void> {
  const { orderId, payment, kind, code, reason } = refusal;
  const { provider, paymentId } = payment;
  const key = `logged:${provider}:${paymentId}:${kind}:${code ?? ""}`;
  const first = await store.acquire({ key, value: "", ttlMs: LOGGED_ONCE_MS, now: clock.now() });
  if (first.ok) log.warn("payment_cannot_be_read", { orderId, paymentId, kind, code, reason });
}

const A_FEW = { maxOrders: AT_ONCE, deadlineMs: 15_000, asksDuringWaits: false };
const ON_VISIT_EVERY_MS = 5_000;
let lastVisitMs = Number.NEGATIVE_INFINITY;

/** A little of it after the answer to a page view: where the scheduler comes once a day, visits find late money sooner. */
export function reconcileOnVisit(flow: Flow): void {
  if (performance.now() - lastVisitMs < ON_VISIT_EVERY_MS) return;
  lastVisitMs = performance.now();
  flow.defer(async () => {
    const result = await reconcile(flow, A_FEW);
    if (result.checked > 0) log.info("reconciled", { trigger: "visit", ...result });
  });
}
