import "server-only";
import type { Pricing } from "@/lib/money/catalogue";
import { dueEffects, type OrderChange } from "@/lib/orders/change-order";
import { type OrderHappening, type WantedEffect, withEffects } from "@/lib/orders/effects";
import type { Order, OrderId, Payment } from "@/lib/orders/order";
import type { Lease, LeaseOptions, OrderStore } from "@/lib/orders/order-store";
import type { PayoutProvider } from "@/lib/provider/payout";
import type { PaymentProvider } from "@/lib/provider/provider";

/** What every step of the flow runs on. */
export type Flow = {
  readonly store: OrderStore;
  /** Every configured provider by its name: each settles the payments that it opened. */
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** Those of them that may send money, by name. Empty unless the settings allow it. */
  readonly payouts: ReadonlyMap<string, PayoutProvider>;
  readonly clock: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };
  /** What has to happen once an order is paid, needs attention or had a refund. */
  readonly effects: readonly Effect[];
  /** Runs work after the answer was sent, and logs what it throws. */
  readonly defer: (work: () => Promise<unknown>) => void;
  /** Runs the effects of an order that are due: that of `fulfil.ts`, which builds on this file. */
  readonly fulfil: (flow: Flow, orderId: OrderId) => Promise<void>;
};

/** What it takes to open a new payment; there is none while a setting is missing or wrong. */
export type Shop = {
  /** The one that opens new payments. */
  readonly provider: PaymentProvider;
  readonly pricing: Pricing;
  /** An origin, without a slash at the end. */
  readonly publicUrl: string;
  readonly name: string;
};

/** What the merchant's code gets to know of an order that was paid. */
export type PaidOrder = {
  /** The key under which to deliver once: the same order can be handed over more than once. */
  readonly id: string;
  /** Decimal string in major units of `currency`. */
  readonly amount: string;
  readonly currency: string;
  /** The id of what was bought, from `items` in site.config.ts; null where payers choose an amount. */
  readonly item: string | null;
  readonly payer: Order["payer"];
  /** In milliseconds since the epoch. */
  readonly paidAt: number;
  /** `testStore`: no real money came. */
  readonly payment: Readonly<Pick<Payment, "provider" | "paymentId" | "testStore" | "transaction">>;
  /** What the merchant should look at before delivering, such as "paid_late". */
  readonly attention: Order["attention"];
};

type EffectContext = {
  /** 1 for the first try. */
  readonly attempt: number;
  /** Fires when the time is over. What is still running then counts as failed, and will be tried again. */
  readonly signal: AbortSignal;
};

export type OnPaid = (order: PaidOrder, context: EffectContext) => Promise<void> | void;

/** Something that must happen because of an event of an order. */
export type Effect = WantedEffect & {
  /** Done when it returns. `skipped` says why there was nothing to do; throwing has it run again later. */
  readonly run: (cause: EffectCause, context: EffectContext) => Promise<EffectEnd> | EffectEnd;
};

/** The order as it is now, and the event. */
export type EffectCause = OrderHappening & { readonly order: Order };

export type EffectEnd = { readonly skipped: string } | undefined;

/** Extended while the work goes on, so that a process that died holds the others up for no longer than this. */
export const LEASE_MS = 10_000;
const EXTEND_MS = 3_000;

export const newLease = (key: string): Lease => ({ key, value: crypto.randomUUID(), isOver: false });

export function leaseOptions({ clock }: Pick<Flow, "clock">, { key, value }: Lease): LeaseOptions {
  return { key, value, ttlMs: LEASE_MS, now: clock.now() };
}

/** Does work that only one process may do at a time. Null, and nothing is done, while another one is at it. */
export async function underLease<Result>(
  flow: Pick<Flow, "store" | "clock">,
  key: string,
  work: (lease: Lease) => Promise<Result>,
): Promise<Result | null> {
  const lease = newLease(key);
  const acquired = await flow.store.acquire(leaseOptions(flow, lease));
  return acquired.ok ? holdLease(flow, lease, () => work(lease)) : null;
}

/** Does the work under a lease that was acquired just now, and releases it. */
export async function holdLease<Result>(
  flow: Pick<Flow, "store" | "clock">,
  lease: Lease,
  work: () => Promise<Result>,
): Promise<Result> {
  const { store } = flow;
  let extended: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    extended = store.extend(leaseOptions(flow, lease)).catch(() => undefined);
  }, EXTEND_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // An extension that arrived after the release would hold up everyone for nothing.
    await extended;
    if (!lease.isOver) await store.release(lease).catch(() => undefined);
  }
}

/** Each conflict means that another write succeeded, so this many in a row is a fault, not contention. */
const MAX_CONFLICTS = 100;

type Update<Change> = {
  /** As it is stored. Saves the first read where the caller has the order already. */
  readonly known?: Order | undefined;
  readonly find: () => Promise<Order | null>;
  readonly change: (order: Order) => Change;
  /** Ends with the write. */
  readonly lease?: Lease | undefined;
};

type Wanted = { readonly write: OrderChange | null };

/**
 * Changes a stored order, and afterwards runs the effects that are due. `change` answers the write that it wants, or null for
 * none, beside what the caller needs to know. Null when there is no such order.
 */
export async function updateOrder<Change extends Wanted>(flow: Flow, options: Update<Change>) {
  const updated = await compareAndSet(flow, options);
  // Also where nothing was written: the answer to an earlier write may have been lost.
  if (updated !== null && dueEffects(updated.order, flow.clock.now()).length > 0) {
    flow.defer(() => flow.fulfil(flow, updated.order.id));
  }
  return updated;
}

/** Read, change, write with the effects of what changed, until no other write came in between. */
export async function compareAndSet<Change extends Wanted>(
  { store, clock, effects }: Pick<Flow, "store" | "clock" | "effects">,
  { known, find, change, lease }: Update<Change>,
) {
  let before = known ?? (await find());
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    if (before === null) return null;
    const wanted = change(before);
    if (wanted.write === null) return { before, order: before, change: wanted };
    const write = withEffects(before, wanted.write, { effects, now: clock.now() });
    if ((await store.replace({ ...write, previous: before }, lease)) === "replaced") {
      if (lease) lease.isOver = true;
      return { before, order: write.order, change: { ...wanted, write } };
    }
    before = await find();
  }
  throw new Error("An order changed at every attempt to change it");
}
