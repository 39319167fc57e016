import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import type { Flow } from "@/lib/checkout/flow";
import { log } from "@/lib/log";
import type { Currency } from "@/lib/money/currency";
import { getServices } from "@/lib/services";
import { siteConfig } from "@/site.config";
import { countsFrom, type Progress, progressOf } from "./goal";
import { type Supporter, supportersOf } from "./supporters";

/** What the public may know of the payments together. Null and empty where the merchant shows none of it. */
export type Support = { readonly progress: Progress | null; readonly supporters: readonly Supporter[] };

const NOTHING: Support = { progress: null, supporters: [] };
/** So many visitors cost one read. */
const FRESH_MS = 5_000;
/** A page is shown without the newest figures rather than later. */
const LONGEST_WAIT_MS = 250;
/** A host that freezes a process between requests can leave a read without an end. */
const GIVEN_UP_MS = 10_000;
/** The store also lists names that are not shown, such as those of spaces alone. */
const SPARE = 4;

type Known = { support: Support; readAt: number; reading: Promise<void> | null };

/** Next gives the page and each route a copy of this module; one read is for all of them. */
const shared = globalThis as { donationSupport?: Known };

/** Never throws: without an answer of the store it is the last that was known, if any. */
export async function currentSupport(): Promise<Support> {
  const { flow, settings } = getServices();
  const { goal, supporters } = siteConfig;
  if (flow === null || (goal === null && supporters === null)) return NOTHING;
  const now = flow.clock.now();
  shared.donationSupport ??= { support: NOTHING, readAt: Number.NEGATIVE_INFINITY, reading: null };
  const known = shared.donationSupport;
  const age = now - known.readAt;
  if (age < FRESH_MS && known.reading === null) return known.support;
  if (known.reading === null || age > GIVEN_UP_MS) {
    known.readAt = now;
    known.reading = readInto(known, flow, settings.pricing?.currency ?? null);
    flow.defer(() => known.reading ?? Promise.resolve());
  }
  await Promise.race([known.reading, sleep(LONGEST_WAIT_MS)]);
  return known.support;
}

async function readInto(known: Known, flow: Flow, currency: Currency | null): Promise<void> {
  try {
    known.support = await readSupport(flow, currency);
  } catch (error) {
    log.error("donation_figures_unavailable", error);
  }
  known.reading = null;
}

async function readSupport({ store, clock }: Flow, currency: Currency | null): Promise<Support> {
  const { goal, supporters } = siteConfig;
  const from = goal && countsFrom(goal.reset, clock.now());
  const [totals, page] = await Promise.all([
    goal && store.days({ from, to: null }),
    supporters && store.list({ filter: "wall", cursor: null, limit: supporters.shown + SPARE }),
  ]);
  return {
    progress: goal && totals && currency && progressOf(goal, currency, totals),
    supporters: supporters && page ? supportersOf(page.orders, supporters) : [],
  };
}
