import type { RequestListener } from "node:http";
import { Redis } from "@upstash/redis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import { createRateLimiter, type RateLimiter } from "./rate-limit";

const RATES = { checkout: { limit: 5, windowMs: 60_000 }, status: { limit: 50, windowMs: 60_000 } };

let addresses = 0;
/** A new address for each test, because a limit outlives the test that used it up. */
function newAddress(): string {
  addresses += 1;
  return `2001:db8::${addresses.toString(16)}`;
}

async function takeMany(count: number, take: (index: number) => ReturnType<RateLimiter["take"]>): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: count }, (_, index) => take(index)));
  return decisions.filter((decision) => decision.allowed).length;
}

describe.each(["memory", "redis"] as const)("limits counted in %s", (backend) => {
  let server: RedisServer | undefined;
  let bridge: UpstashBridge | undefined;
  let prefixes = 0;
  beforeAll(async () => {
    if (backend === "memory") return;
    server = await startRedisServer();
    bridge = await startUpstashBridge({ redisPort: server.port, token: "t" });
  });
  afterAll(async () => {
    await bridge?.close();
    await server?.close();
  });

  const onDegraded = vi.fn();
  afterEach(() => {
    vi.useRealTimers();
    expect(onDegraded).not.toHaveBeenCalled();
  });

  /** Limiters with the same prefix share what they count. */
  function limiter(rates: Parameters<typeof createRateLimiter>[0]["rates"] = RATES, keyPrefix = `test${prefixes++}:`) {
    const redis = bridge ? { url: bridge.url, token: "t", timeoutMs: 10_000, keyPrefix } : null;
    return createRateLimiter({ rates, redis, onDegraded });
  }

  it("allows five creates and refuses the sixth, with the time to wait in whole seconds", async () => {
    const { take } = limiter();
    const [address, other] = [newAddress(), newAddress()];
    const startedAt = performance.now();
    for (let count = 1; count <= 5; count++)
      expect(await take({ policy: "checkout", address })).toEqual({ allowed: true });
    const refused = await take({ policy: "checkout", address });
    const takenSeconds = (performance.now() - startedAt) / 1_000;
    expect(refused).toEqual({ allowed: false, retryAfterSeconds: expect.any(Number) });
    if (refused.allowed) return;
    expect(Number.isInteger(refused.retryAfterSeconds)).toBe(true);
    expect(refused.retryAfterSeconds).toBeGreaterThanOrEqual(Math.floor(60 - takenSeconds));
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await take({ policy: "checkout", address: other })).toEqual({ allowed: true });
    expect(await take({ policy: "status", address })).toEqual({ allowed: true });
  });

  it("refuses the sixth also when the clock's minute turns after the fifth, and allows it when it said it would", async () => {
    const { take } = limiter();
    const address = newAddress();
    const minute = 1_800_000_000_000 - (1_800_000_000_000 % 60_000);
    const at = (timeMs: number) => {
      vi.useFakeTimers({ now: timeMs, toFake: ["Date"] });
      return take({ policy: "checkout", address });
    };
    for (let count = 1; count <= 5; count++) expect(await at(minute + 59_000)).toEqual({ allowed: true });
    expect(await at(minute + 60_001)).toEqual({ allowed: false, retryAfterSeconds: 59 });
    expect(await at(minute + 89_000)).toEqual({ allowed: false, retryAfterSeconds: 30 });
    expect(await at(minute + 118_999)).toEqual({ allowed: false, retryAfterSeconds: 1 });
    expect(await at(minute + 119_001)).toEqual({ allowed: true });
  });

  it("allows exactly the limit of 200 at once", async () => {
    const { take } = limiter();
    const address = newAddress();
    expect(await takeMany(200, () => take({ policy: "status", address }))).toBe(50);
  });

  it("holds the ceiling of all creates when the address changes, and is not used up by refused ones", async () => {
    const { take } = limiter({ ...RATES, checkout_total: { limit: 8, windowMs: 60_000 } });
    const address = newAddress();
    expect(await takeMany(50, () => take({ policy: "checkout", address }))).toBe(5);
    expect(await takeMany(50, () => take({ policy: "checkout", address: newAddress() }))).toBe(3);
    expect(await take({ policy: "status", address: newAddress() })).toEqual({ allowed: true });
  });

  if (backend === "memory") return;

  it("shares the limit between processes, and keeps no address in clear", async () => {
    const address = newAddress();
    const limiters = [limiter(RATES, "shared:"), limiter(RATES, "shared:")];
    const take = (index: number) => limiters[index % 2]?.take({ policy: "status", address });
    const decisions = await Promise.all(Array.from({ length: 200 }, (_, index) => take(index)));
    expect(decisions.filter((decision) => decision?.allowed)).toHaveLength(50);
    const redis = new Redis({ url: bridge?.url ?? "", token: "t" });
    const keys = await redis.keys("shared:*");
    expect(keys).toHaveLength(1);
    expect(keys.join()).not.toContain(address);
    expect(await redis.pttl(keys[0] ?? "")).toBeGreaterThan(0);
  });
});

describe("limits when Redis cannot be asked", () => {
  const servers: HttpServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  async function limiterOf(listener: RequestListener, timeoutMs: number) {
    const server = await startHttpServer(listener);
    servers.push(server);
    return limiterAt(server.url, timeoutMs);
  }

  function limiterAt(url: string, timeoutMs = 10_000) {
    const reasons: string[] = [];
    const redis = { url, token: "t", timeoutMs };
    return { reasons, ...createRateLimiter({ rates: RATES, redis, onDegraded: (reason) => reasons.push(reason) }) };
  }

  it.each<[string, RequestListener]>([
    ["timeout", () => {}],
    ["not_json", (_, response) => void response.end("<html>canary</html>")],
    ["unexpected_answer", (_, response) => void response.end('{"result":[1]}')],
  ])("counts in the process and reports %s", async (reason, listener) => {
    const { take, reasons } = await limiterOf(listener, reason === "timeout" ? 150 : 10_000);
    const address = newAddress();
    expect(await takeMany(12, () => take({ policy: "checkout", address }))).toBe(5);
    expect(new Set(reasons)).toEqual(new Set([reason]));
    expect(reasons).toHaveLength(17);
  });

  it("counts in the process when nobody listens or the URL is wrong", async () => {
    const server = await startHttpServer(() => {});
    await server.close();
    for (const { take, reasons } of [limiterAt(server.url), limiterAt("no url")]) {
      const address = newAddress();
      expect(await takeMany(12, () => take({ policy: "checkout", address }))).toBe(5);
      expect(["ECONNREFUSED", "bad_url"]).toContain(reasons[0]);
    }
  });
});
