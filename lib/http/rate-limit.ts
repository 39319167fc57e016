import "server-only";
import { createHash } from "node:crypto";
import { redisFaultKind } from "@/lib/redis-client";
import { createMemoryCounter } from "./memory-counter";
import type { Counter, Rate } from "./rate";
import { createRedisCounter } from "./redis-counter";

export type RatePolicy = "checkout" | "status";

export type RateDecision = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number };

export interface RateLimiter {
  /** Counts one request of this address. Never throws: without its store it counts in this process. */
  take(options: { policy: RatePolicy; address: string }): Promise<RateDecision>;
}

type CounterName = RatePolicy | "checkout_total";

/**
 * What each policy counts, in this order; the first refusal ends it. The ceiling on all creates together holds when one
 * sender changes its address with each request; it comes last, so that a refused address cannot use it up for the others.
 */
const POLICIES: Record<RatePolicy, readonly { counter: CounterName; per: "address" | "store" }[]> = {
  checkout: [
    { counter: "checkout", per: "address" },
    { counter: "checkout_total", per: "store" },
  ],
  status: [{ counter: "status", per: "address" }],
};

const DEFAULT_CHECKOUT_TOTAL: Rate = { limit: 100, windowMs: 60_000 };

export function createRateLimiter(options: {
  rates: { readonly checkout: Rate; readonly status: Rate; readonly checkout_total?: Rate };
  redis: {
    readonly url: string;
    readonly token: string;
    readonly timeoutMs: number;
    readonly keyPrefix?: string;
  } | null;
  /** Told for each request that had to be counted in this process although Redis is set. */
  onDegraded: (reason: string) => void;
}): RateLimiter {
  const { redis, onDegraded } = options;
  const rates = { checkout_total: DEFAULT_CHECKOUT_TOTAL, ...options.rates };

  function counterOf(name: CounterName): Counter {
    const memory = createMemoryCounter(rates[name]);
    if (!redis) return memory;
    const shared = createRedisCounter({ redis, rate: rates[name], prefix: `${redis.keyPrefix ?? "checkout:"}rate` });
    return {
      take: (key) =>
        shared.take(key).catch((error: unknown) => {
          onDegraded(redisFaultKind(error));
          return memory.take(key);
        }),
    };
  }

  const counters: Record<CounterName, Counter> = {
    checkout: counterOf("checkout"),
    checkout_total: counterOf("checkout_total"),
    status: counterOf("status"),
  };

  return {
    async take({ policy, address }) {
      for (const { counter, per } of POLICIES[policy]) {
        const { allowed, resetMs } = await counters[counter].take(nameOf(counter, per === "address" ? address : ""));
        if (!allowed)
          return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil((resetMs - Date.now()) / 1_000)) };
      }
      return { allowed: true };
    },
  };
}

/** Addresses are personal data, so only their hash is kept. */
function nameOf(counter: CounterName, address: string): string {
  return `${counter}:${createHash("sha256").update(address).digest("base64url")}`;
}
