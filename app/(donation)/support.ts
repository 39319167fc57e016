import "server-only";
import type { Flow } from "@/lib/checkout/flow";
import { log } from "@/lib/log";
import type { Currency } from "@/lib/money/currency";
import { getServices } from "@/lib/services";
import { siteConfig } from "@/site.config";
import { countsFrom, type Progress, progressOf } from "./goal";
import { recent } from "./recent";
import { type Supporter, supportersOf } from "./supporters";

/** What the public may know of the payments together. Null and empty where the merchant shows none of it. */
export type Support = { readonly progress: Progress | null; readonly supporters: readonly Supporter[] };

const NOTHING: Support = { progress: null, supporters: [] };
/** The store also lists names that are not shown, such as those of spaces alone. */
const SPARE = 4;

/** Next gives the page and each route a copy of this module; one read is for all of them. */
const shared = globalThis as { donationSupport?: () => Promise<Support> };

/** Never throws, and never waits long for the store; see `recent`. */
export function currentSupport(): Promise<Support> {
  shared.donationSupport ??= openSupport();
  return shared.donationSupport();
}

function openSupport(): () => Promise<Support> {
  const { flow, settings, shop } = getServices();
  const { goal, supporters } = siteConfig;
  const testStore = shop?.provider.testStore ?? false;
  if (flow === null || (goal === null && supporters === null)) return async () => NOTHING;
  return recent({
    nothing: NOTHING,
    read: () => readSupport(flow, { currency: settings.pricing?.currency ?? null, testStore }),
    now: flow.clock.now,
    defer: flow.defer,
    onFailure: (error) => log.error("donation_figures_unavailable", error),
  });
}

type Shown = { readonly currency: Currency | null; readonly testStore: boolean };

async function readSupport({ store, clock }: Flow, { currency, testStore }: Shown): Promise<Support> {
  const { goal, supporters } = siteConfig;
  const from = goal && countsFrom(goal.reset, clock.now());
  const [totals, page] = await Promise.all([
    goal && store.days({ from, to: null }),
    supporters && store.list({ filter: "wall", cursor: null, limit: supporters.shown + SPARE }),
  ]);
  return {
    progress: goal && totals && currency && progressOf(goal, { currency, testStore }, totals),
    supporters: supporters && page ? supportersOf(page.orders, { ...supporters, testStore }) : [],
  };
}
