import "server-only";
import { createHash } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import { openRedisClient } from "@/lib/redis-client";
import type { Rate } from "./rate";
import type { Counter } from "./rate-limit";

export type RedisSettings = {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly keyPrefix?: string;
};

/**
 * Counts in Redis, for all processes together, and all names of a request in one step, so that a refusal by one limit takes
 * nothing from the others. Each is a bucket that opens with its first use and is full again one window later. The sliding
 * window of the library is aligned to the clock, so it lets a sixth request of "5/60s" pass whenever a minute turns between
 * them, and names a time to try again at which it refuses again.
 */
export function createRedisCounter(options: { redis: RedisSettings; prefix: string; rates: readonly Rate[] }): Counter {
  const { redis, prefix, rates } = options;
  const longestMs = Math.max(...rates.map(({ windowMs }) => windowMs));
  let limiter: Ratelimit | null = null;

  return {
    async take(names) {
      limiter ??= new Ratelimit({
        redis: openRedisClient(redis),
        limiter: allBuckets(prefix, rates),
        prefix,
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
      const hashed = names.map((name) => createHash("sha256").update(name).digest("base64url")).join(" ");
      const taken = await current.limit(hashed);
      if (!taken.success) {
        const index = "full" in taken ? Number(taken.full) - 1 : -1;
        return { allowed: false, index, waitMs: Math.min(longestMs, Math.max(0, taken.reset - Date.now())) };
      }
      return {
        allowed: true,
        // If Redis fails here, or its answer is lost and the client asks again, the count is off by one for a window.
        release: () =>
          current.limit(hashed, { rate: -1 }).then(
            () => undefined,
            () => undefined,
          ),
      };
    },
  };
}

/** KEYS: buckets. ARGV: now, how many to take, then limit and window of each. Answers which one is full, from 1, and its time left. */
const TAKE = `
local opened, counts = {}, {}
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local bucket = redis.call('HMGET', key, 'opened', 'count')
  local left = (tonumber(bucket[1]) or 0) + window - ARGV[1]
  if left > 0 then opened[i], counts[i] = bucket[1], bucket[2] + ARGV[2]
  else left, opened[i], counts[i] = window, ARGV[1], math.max(0, ARGV[2]) end
  if counts[i] > limit then return {i, left} end
end
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'opened', opened[i], 'count', counts[i])
  redis.call('PEXPIRE', key, ARGV[2 * i + 2])
end
return {0, 0}
`;

type Limiter = ConstructorParameters<typeof Ratelimit>[0]["limiter"];

/** An algorithm for the library, which hands it one name after the prefix: here that of each bucket. */
function allBuckets(prefix: string, rates: readonly Rate[]): Limiter {
  return () => ({
    async limit({ redis }, name, by = 1) {
      const keys = name.slice(prefix.length + 1).split(" ");
      const now = Date.now();
      const values = rates.flatMap(({ limit, windowMs }) => [limit, windowMs]);
      const answer: unknown = await redis.eval(
        TAKE,
        keys.map((key, index) => `${prefix}:${index}:${key}`),
        [now, by, ...values],
      );
      const [full, leftMs] = Array.isArray(answer) ? answer : [];
      if (!Number.isSafeInteger(full) || !Number.isSafeInteger(leftMs))
        throw new Error("Not the answer of the script.");
      return { success: full === 0, limit: 0, remaining: 0, reset: now + leftMs, pending: Promise.resolve(), full };
    },
    getRemaining: unused,
    resetTokens: unused,
  });
}

const unused = () => Promise.reject(new Error("Not needed here."));
