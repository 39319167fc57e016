import "server-only";
import { Ratelimit } from "@upstash/ratelimit";
import { openRedisClient } from "@/lib/redis-client";
import type { Counter, Rate } from "./rate";

/** Refusals that are answered from memory, at most. They are only a short cut, so all may be forgotten at once. */
const MAX_REMEMBERED = 10_000;

/**
 * Counts in Redis, for all processes together. A bucket of `limit` tokens that is filled again one window after its first
 * use: the sliding window of the library is aligned to the clock, so it lets a sixth request of "5/60s" pass whenever a
 * minute turns between them, and names a time to try again at which it refuses again.
 */
export function createRedisCounter(options: {
  redis: { readonly url: string; readonly token: string; readonly timeoutMs: number };
  rate: Rate;
  prefix: string;
}): Counter {
  const { limit, windowMs } = options.rate;
  let limiter: Ratelimit | null = null;

  return {
    async take(name) {
      limiter ??= new Ratelimit({
        redis: openRedisClient(options.redis),
        limiter: Ratelimit.tokenBucket(limit, `${windowMs} ms`, limit),
        prefix: options.prefix,
        // The library's own time limit lets the request pass; ours, in the client, is an error that the caller decides on.
        timeout: 0,
        // While an address is refused, Redis is not asked about it: a flood costs no commands.
        ephemeralCache: new ForgetfulMap(),
        analytics: false,
        // It would fetch a list of addresses from the internet.
        enableProtection: false,
      });
      const { success, reset, reason } = await limiter.limit(name);
      if (typeof success !== "boolean" || !Number.isFinite(reset) || reason === "timeout")
        throw new Error("No answer.");
      return { allowed: success, resetMs: reset };
    },
  };
}

/** The library removes an entry only when the same name comes again, so those that never come back would stay for good. */
class ForgetfulMap extends Map<string, number> {
  override set(name: string, resetMs: number): this {
    if (this.size >= MAX_REMEMBERED) this.clear();
    return super.set(name, resetMs);
  }
}
