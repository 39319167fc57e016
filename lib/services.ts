import "server-only";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { after } from "next/server";
import { getSettings, type Settings } from "@/lib/env";
import type { Rate } from "@/lib/http/rate";
import { createRateLimiter, type RateLimiter } from "@/lib/http/rate-limit";
import { log } from "@/lib/log";
import { type OrderId, orderIdSchema } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { createPaymentProvider } from "@/lib/provider";
import type { PaymentProvider } from "@/lib/provider/provider";
import type { StoreSettings } from "@/lib/settings/store-settings";

/** What the use cases run on. A part whose settings are wrong is null, and `settings.problems` says why. */
export type Services = {
  readonly settings: Settings;
  readonly store: OrderStore | null;
  readonly provider: PaymentProvider | null;
  readonly limiter: RateLimiter;
  readonly now: () => number;
  readonly newOrderId: () => OrderId;
  readonly sleep: (ms: number) => Promise<void>;
  /** Lets work go on after the answer was sent. */
  readonly inBackground: (work: Promise<unknown>) => void;
};

const PROVIDER_TIMEOUT_MS = 10_000;
const REDIS_TIMEOUT_MS = 3_000;
const ORDER_ID_BYTES = 18;

/** Next bundles each route by itself; what must exist once per process therefore hangs on `globalThis`. */
const shared = globalThis as { [key: symbol]: unknown } & { checkoutServices?: Services };

export function getServices(): Services {
  shared.checkoutServices ??= createServices(getSettings());
  return shared.checkoutServices;
}

function createServices(settings: Settings): Services {
  const { store, provider, rates } = settings;
  return {
    settings,
    store: store && openStore(store),
    provider:
      provider &&
      createPaymentProvider({
        ...provider,
        timeoutMs: PROVIDER_TIMEOUT_MS,
        onCall: ({ failure, ...call }) =>
          log.info("provider_call", { ...call, kind: failure?.kind, code: failure?.code, reason: failure?.reason }),
      }),
    limiter: createRateLimiter({
      rates: { ...rates, checkout_total: ceilingFor(rates.checkout) },
      redis: store?.kind === "redis" ? { url: store.url, token: store.token, timeoutMs: REDIS_TIMEOUT_MS } : null,
      onDegraded: (reason) => log.warn("rate_limit_degraded", { reason }),
    }),
    now: Date.now,
    sleep: (ms) => sleep(ms),
    inBackground: (work) => after(work.catch((error: unknown) => log.error("background_work_failed", error))),
    newOrderId: () => orderIdSchema.parse(randomBytes(ORDER_ID_BYTES).toString("base64url")),
  };
}

/** What all addresses together may start: room for twenty busy ones, and never so little that a good day hits it. */
function ceilingFor({ limit, windowMs }: Rate): Rate {
  return { limit: Math.max(100, limit * 20), windowMs };
}

function openStore(settings: StoreSettings): OrderStore {
  if (settings.kind === "redis") return openRedisOrderStore({ ...settings, timeoutMs: REDIS_TIMEOUT_MS });
  return openSqliteOrderStore({ path: settings.path });
}
