import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { after } from "next/server";
import type { Flow, Shop } from "@/lib/checkout/flow";
import { fulfil, onPaidEffect } from "@/lib/checkout/fulfil";
import { canPayAgain } from "@/lib/checkout/pay-again";
import { orderView } from "@/lib/checkout/read";
import { getSettings, type Settings } from "@/lib/env";
import { log } from "@/lib/log";
import { notifyEffects } from "@/lib/merchant/notify/notify";
import type { Order } from "@/lib/orders/order";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import type { ProviderTools } from "@/lib/provider/provider";
import { webhookUrlOf } from "@/lib/settings";
import { createRateLimiter } from "@/lib/web/rate-limit";
import { onPaid } from "@/on-paid";
import { siteConfig } from "@/site.config";

const PROVIDER_TIMEOUT_MS = 10_000;
const REDIS_TIMEOUT_MS = 3_000;

/** What pages and routes run on: the flow with its real parts, put together once for the process. */
export type Services = Readonly<ReturnType<typeof createServices>>;

/** Next bundles each route by itself; what must exist once per process therefore hangs on `globalThis`. */
const shared = globalThis as typeof globalThis & { checkoutServices?: Services };

export function getServices(): Services {
  shared.checkoutServices ??= createServices(getSettings());
  return shared.checkoutServices;
}

function createServices(settings: Settings) {
  const { store, rates, opener, pricing, publicUrl, adminSecret } = settings;
  const tools: ProviderTools = {
    timeoutMs: PROVIDER_TIMEOUT_MS,
    onCall: ({ failure, ...call }) =>
      log.info("provider_call", { ...call, kind: failure?.kind, code: failure?.code, reason: failure?.reason }),
  };
  const providers = new Map(settings.providers.map((each) => [each.name, each.create(tools)]));
  const provider = opener === null ? null : (providers.get(opener.name) ?? null);
  const payouts = new Map(
    settings.providers.flatMap(({ name, createPayouts }) => {
      const webhookUrl = webhookUrlOf(publicUrl, name);
      return createPayouts ? [[name, createPayouts({ ...tools, webhookUrl })]] : [];
    }),
  );
  const notifyContext = { siteName: siteConfig.name, publicUrl, hasAdmin: adminSecret !== null };
  /** Null where no order store is configured. */
  const flow: Flow | null = store && {
    store:
      store.kind === "redis"
        ? openRedisOrderStore({ ...store, timeoutMs: REDIS_TIMEOUT_MS })
        : openSqliteOrderStore({ path: store.path }),
    providers,
    payouts,
    clock: { now: Date.now, sleep: (ms) => sleep(ms) },
    effects: [onPaidEffect(onPaid), ...notifyEffects(settings.notify, notifyContext)],
    fulfil,
    defer: (work) => after(() => work().catch((error: unknown) => log.error("background_work_failed", error))),
  };
  const ready = settings.problems.length === 0 && flow !== null && provider !== null && pricing !== null;
  /** Null unless every setting is right: with one wrong, no payment is opened. */
  const shop: Shop | null = ready ? { provider, pricing, publicUrl, name: siteConfig.name } : null;
  const limiter = createRateLimiter({
    rates,
    redis: store?.kind === "redis" ? { url: store.url, token: store.token, timeoutMs: REDIS_TIMEOUT_MS } : null,
    onRefused: (refused) => log.warn("rate_limited", refused),
    onDegraded: (degraded) => log.warn("rate_limit_degraded", degraded),
  });
  /** A provider as people know it. */
  const labelOf = (name: string | undefined) => providers.get(name ?? "")?.label ?? opener?.label ?? name ?? "";
  /** What the payer may see of an order. */
  const viewOf = (order: Order, { delayed }: { delayed: boolean }) =>
    orderView(order, { delayed, labelOf, canPayAgain: ready && canPayAgain(order, { pricing, now: Date.now() }) });
  return { settings, limiter, flow, provider, shop, viewOf, labelOf, notifyContext };
}
