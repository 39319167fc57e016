import "server-only";
import { createHash } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import { openRedisClient } from "@/lib/redis-client";
import type { Counter, Rate } from "./rate-limit";

export type RedisSettings = {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly keyPrefix?: string;
};

/**
 * Counts in Redis, for all processes together: a bucket of `limit` tokens that is filled again one window after its first
 * use. The sliding window of the library is aligned to the clock, so it lets a sixth request of "5/60s" pass whenever a
 * minute turns between them, and names a time to try again at which it refuses again.
 */
export function createRedisCounter(options: { redis: RedisSettings; rate: Rate; prefix: string }): Counter {
  const { limit, windowMs } = options.rate;
  let limiter: Ratelimit | null = null;

  return {
    async take(address) {
      limiter ??= new Ratelimit({
        redis: openRedisClient(options.redis),
        limiter: Ratelimit.tokenBucket(limit, `${windowMs} ms`, limit),
        prefix: options.prefix,
        // The library's own time limit lets the request pass; ours, in the client, is an error that the caller decides on.
        timeout: 0,
        // Refusals are remembered by the caller, bounded in number.
        ephemeralCache: false,
        analytics: false,
        // It would fetch a list of addresses from the internet.
        enableProtection: false,
      });
      const current = limiter;
      // Addresses are personal data, so only their hash is kept.
      const name = createHash("sha256").update(address).digest("base64url");
      const { success, reset, reason } = await current.limit(name);
      if (typeof success !== "boolean" || !Number.isFinite(reset) || reason === "timeout")
        throw new Error("No answer.");
      if (!success) return { allowed: false, waitMs: Math.min(windowMs, Math.max(0, reset - Date.now())) };
      return {
        allowed: true,
        // If Redis fails here, or its answer is lost and the client asks again, the count is off by one for a window.
        giveBack: () =>
          current.limit(name, { rate: -1 }).then(
            () => undefined,
            () => undefined,
          ),
      };
    },
  };
}
