import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { after } from "next/server";
import type { Effect, Flow, Shop } from "@/lib/checkout/flow";
import { canPayAgain } from "@/lib/checkout/start";
import { orderView } from "@/lib/checkout/view";
import { getSettings, type Settings, type StoreSettings } from "@/lib/env";
import { log } from "@/lib/log";
import type { Order } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import type { PaymentProvider, ProviderTools } from "@/lib/provider/provider";
import type { OrderView } from "@/lib/web/contract";
import { createRateLimiter, type RateLimiter } from "@/lib/web/rate-limit";
import { onPaid } from "@/on-paid";
import { siteConfig } from "@/site.config";

/** What pages and routes run on: the flow with its real parts, put together once for the process. */
export type Services = {
  readonly settings: Settings;
  readonly limiter: RateLimiter;
  /** Null where no order store is configured. */
  readonly flow: Flow | null;
  /** Null unless every setting is right: with one wrong, no payment is opened. */
  readonly shop: Shop | null;
  /** What the payer may see of an order. */
  readonly viewOf: (order: Order, options: { delayed: boolean }) => OrderView;
};

/** What has to happen because an order became paid. */
const EFFECTS: readonly Effect[] = [{ name: "on_paid", run: onPaid }];
const PROVIDER_TIMEOUT_MS = 10_000;
const REDIS_TIMEOUT_MS = 3_000;

/** Next bundles each route by itself; what must exist once per process therefore hangs on `globalThis`. */
const shared = globalThis as { [key: symbol]: unknown } & { checkoutServices?: Services };

export function getServices(): Services {
  shared.checkoutServices ??= createServices(getSettings());
  return shared.checkoutServices;
}

function createServices(settings: Settings): Services {
  const { store, rates, opener, pricing } = settings;
  const providers = new Map(settings.providers.map((each) => [each.name, each.create(PROVIDER_TOOLS)]));
  const provider = opener === null ? null : (providers.get(opener.name) ?? null);
  const flow = store && createFlow(openStore(store), providers);
  const ready = settings.problems.length === 0 && flow !== null && provider !== null && pricing !== null;
  const labelOf = (name: string | undefined) => providers.get(name ?? "")?.label ?? opener?.label ?? name ?? "";
  return {
    settings,
    flow,
    shop: ready ? { provider, pricing, publicUrl: settings.publicUrl, name: siteConfig.name } : null,
    limiter: createRateLimiter({
      rates,
      redis: store?.kind === "redis" ? { url: store.url, token: store.token, timeoutMs: REDIS_TIMEOUT_MS } : null,
      onRefused: (refused) => log.warn("rate_limited", refused),
      onDegraded: (degraded) => log.warn("rate_limit_degraded", degraded),
    }),
    viewOf: (order, { delayed }) =>
      orderView(order, { delayed, labelOf, canPayAgain: ready && canPayAgain(order, { pricing, now: Date.now() }) }),
  };
}

function createFlow(store: OrderStore, providers: ReadonlyMap<string, PaymentProvider>): Flow {
  return {
    store,
    providers,
    clock: { now: Date.now, sleep: (ms) => sleep(ms) },
    effects: EFFECTS,
    defer: (work) => after(() => work().catch((error: unknown) => log.error("background_work_failed", error))),
  };
}

const PROVIDER_TOOLS: ProviderTools = {
  timeoutMs: PROVIDER_TIMEOUT_MS,
  onCall: ({ failure, ...call }) =>
    log.info("provider_call", { ...call, kind: failure?.kind, code: failure?.code, reason: failure?.reason }),
};

function openStore(settings: StoreSettings): OrderStore {
  if (settings.kind === "redis") return openRedisOrderStore({ ...settings, timeoutMs: REDIS_TIMEOUT_MS });
  return openSqliteOrderStore({ path: settings.path });
}
