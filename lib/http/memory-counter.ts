import "server-only";
import { createHmac, randomBytes } from "node:crypto";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Counter, Rate } from "./rate";

/**
 * Counts in this process. Names fall into 65,536 places, which bounds the memory however many addresses come; two that
 * share a place share its limit, and the secret keeps anyone from choosing whose place to share.
 */
export function createMemoryCounter({ limit, windowMs }: Rate): Counter {
  const limiter = new RateLimiterMemory({ points: limit, duration: windowMs / 1_000 });
  const secret = randomBytes(32);

  return {
    async take(name) {
      const place = createHmac("sha256", secret).update(name).digest().readUInt16BE(0);
      try {
        const { msBeforeNext } = await limiter.consume(place);
        return { allowed: true, resetMs: Date.now() + msBeforeNext };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { allowed: false, resetMs: Date.now() + refusal.msBeforeNext };
      }
    },
  };
}
