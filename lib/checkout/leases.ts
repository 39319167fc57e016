import "server-only";
import type { Lease, LeaseOptions } from "@/lib/orders/order-store";
import type { Flow } from "./flow";

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
