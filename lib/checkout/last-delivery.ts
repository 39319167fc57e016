import "server-only";
import type { Flow } from "./flow";

/** One write per process and minute at most: enough to see that webhooks arrive, and nothing beside the orders' own. */
const NOTED_EVERY_MS = 60_000;
export const REMEMBERED_MS = 400 * 24 * 60 * 60 * 1_000;

const seenKey = (provider: string) => `webhook-seen:${provider}`;

/** When this process last noted a delivery, by provider. A second store is one of another process, as in tests. */
const noted = new WeakMap<Flow["store"], Map<string, number>>();

/** Remembers, after the answer was sent, that an authentic delivery of a provider arrived. */
export function noteDelivery({ store, clock, defer }: Flow, provider: string): void {
  const times = noted.get(store) ?? new Map<string, number>();
  noted.set(store, times);
  const now = clock.now();
  const last = times.get(provider);
  // Also after the clock was set back.
  if (last !== undefined && Math.abs(now - last) < NOTED_EVERY_MS) return;
  times.set(provider, now);
  defer(() => store.overwrite({ key: seenKey(provider), value: `${now}`, ttlMs: REMEMBERED_MS, now }));
}

/** When the last authentic delivery of a provider arrived, give or take a minute. Null when none ever did. */
export async function lastDelivery(
  { store, clock }: Pick<Flow, "store"> & { readonly clock: Pick<Flow["clock"], "now"> },
  provider: string,
): Promise<number | null> {
  const value = await store.leaseValue({ key: seenKey(provider), now: clock.now() });
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
}
