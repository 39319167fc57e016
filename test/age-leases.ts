import type { Redis } from "ioredis";

const SCRIPT = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local left = redis.call('PTTL', key) - ARGV[2]
  if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end
end`;

/** Lets time pass for the leases in Redis, which measures them with a clock of its own. */
export async function ageLeases(redis: Redis, { keyPrefix, ms }: { keyPrefix: string; ms: number }): Promise<void> {
  await redis.eval(SCRIPT, 0, `${keyPrefix}lease:*`, ms);
}
