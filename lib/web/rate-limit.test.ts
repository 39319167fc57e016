import type { RequestListener } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Redis } from "@upstash/redis";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import { parseRate } from "./rate";
import { createRateLimiter, type RateLimiter, startLimit } from "./rate-limit";

/** The ceiling of the store follows: 100, and a quarter of it for one network. */
const RATES = { checkout: { limit: 5, windowMs: 60_000 }, status: { limit: 50, windowMs: 60_000 } };

let networks = 0;
/** A new network for each test, because a limit outlives the test that used it up. */
function newNetwork(): (host: number) => string {
  networks += 1;
  const prefix = `2001:db8:${networks.toString(16)}`;
  return (host) => `${prefix}:${host.toString(16)}::/64`;
}
const newAddress = () => newNetwork()(1);

async function takeMany(count: number, take: (index: number) => ReturnType<RateLimiter["take"]>): Promise<number> {
  const decisions = await Promise.all(Array.from({ length: count }, (_, index) => take(index)));
  return decisions.filter(({ ok }) => ok).length;
}

/** Uses up what one network may take, five from each of its addresses. */
const flood = ({ take }: RateLimiter, from: (host: number) => string, addresses = 20) =>
  takeMany(addresses * 5, (index) => take({ policy: "checkout", address: from(index % addresses) }));

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
  function limiter(options: { keyPrefix?: string; onRefused?: (refused: object) => void } = {}) {
    const { keyPrefix = `test${prefixes++}:`, onRefused = () => {} } = options;
    const redis = bridge ? { url: bridge.url, token: "t", timeoutMs: 10_000, keyPrefix } : null;
    return createRateLimiter({ rates: RATES, redis, onRefused, onDegraded });
  }

  it("counts a repeated key as a look and not as a start", async () => {
    const limit = startLimit(limiter(), newAddress());
    expect(await takeMany(RATES.checkout.limit, limit.take)).toBe(RATES.checkout.limit);
    expect(await takeMany(RATES.status.limit, limit.takeRepeat)).toBe(RATES.status.limit);
    expect(await limit.take()).toMatchObject({ ok: false, by: "address" });
    expect(limit.recentRefusal()).toMatchObject({ by: "address" });
  });

  it("allows five creates and refuses the sixth, with the time to wait in whole seconds", async () => {
    const { take } = limiter();
    const [address, other] = [newAddress(), newAddress()];
    const startedAt = performance.now();
    for (let count = 1; count <= 5; count++)
      expect(await take({ policy: "checkout", address })).toMatchObject({ ok: true });
    const refused = await take({ policy: "checkout", address });
    const takenSeconds = (performance.now() - startedAt) / 1_000;
    expect(refused).toEqual({ ok: false, by: "address", retryAfterSeconds: expect.any(Number) });
    if (refused.ok) return;
    expect(Number.isInteger(refused.retryAfterSeconds)).toBe(true);
    expect(refused.retryAfterSeconds).toBeGreaterThanOrEqual(Math.floor(60 - takenSeconds));
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await take({ policy: "checkout", address: other })).toMatchObject({ ok: true });
    expect(await take({ policy: "status", address })).toMatchObject({ ok: true });
  });

  it("refuses the sixth also when the clock's minute turns after the fifth, and allows it when it said it would", async () => {
    const { take } = limiter();
    const address = newAddress();
    const minute = 1_800_000_000_000 - (1_800_000_000_000 % 60_000);
    vi.useFakeTimers({ now: minute + 59_000, toFake: ["Date", "performance"] });
    const takeAfter = (ms: number) => {
      vi.advanceTimersByTime(ms);
      return take({ policy: "checkout", address });
    };
    for (let count = 1; count <= 5; count++) expect(await takeAfter(0)).toMatchObject({ ok: true });
    expect(await takeAfter(1_001)).toMatchObject({ by: "address", retryAfterSeconds: 59 });
    expect(await takeAfter(28_999)).toMatchObject({ retryAfterSeconds: 30 });
    expect(await takeAfter(29_999)).toMatchObject({ retryAfterSeconds: 1 });
    expect(await takeAfter(2)).toMatchObject({ ok: true });
  });

  it("allows exactly the limit of 200 at once", async () => {
    const { take } = limiter();
    const address = newAddress();
    expect(await takeMany(200, () => take({ policy: "status", address }))).toBe(50);
  });

  it("lets an address that was not seen lately start a payment while one /48 floods, again and again", async () => {
    const limits = limiter();
    const attacker = newNetwork();
    expect(await flood(limits, attacker)).toBe(25);
    expect(await limits.take({ policy: "checkout", address: attacker(99) })).toMatchObject({
      ok: false,
      by: "network",
    });
    for (let round = 0; round < 10; round += 1) {
      expect(await flood(limits, attacker)).toBe(0);
      expect(await limits.take({ policy: "checkout", address: newAddress() })).toMatchObject({ ok: true });
    }
  });

  it("counts a /24 of IPv4 as one network", async () => {
    const limits = limiter();
    expect(await flood(limits, (host) => `203.0.113.${host}`)).toBe(25);
    expect(await limits.take({ policy: "checkout", address: "203.0.114.1" })).toMatchObject({ ok: true });
  });

  it("allows 50 tries of the merchant's sign-in from one network in 15 minutes, in all processes that share a store", async () => {
    const keyPrefix = `test${prefixes++}:`;
    const limiters = backend === "redis" ? [limiter({ keyPrefix }), limiter({ keyPrefix })] : [limiter()];
    const from = newNetwork();
    const signIn = (address: string, process = 0) =>
      limiters[process % limiters.length]?.take({ policy: "sign_in", address }) ?? expect.fail();
    expect(await takeMany(120, (index) => signIn(from(index), index))).toBe(50);
    const refused = await signIn(from(200));
    expect(refused).toMatchObject({ ok: false, by: "network" });
    expect(refused.ok ? 0 : refused.retryAfterSeconds).toBeGreaterThan(14 * 60);
    expect(await signIn(newAddress())).toMatchObject({ ok: true });
    expect(await limiters[0]?.take({ policy: "checkout", address: from(1) })).toMatchObject({ ok: true });
  });

  it("says when the whole store is full, and that it is not this address", async () => {
    const limits = limiter();
    for (let round = 0; round < 4; round += 1) expect(await flood(limits, newNetwork())).toBe(25);
    const refused = await limits.take({ policy: "checkout", address: newAddress() });
    expect(refused).toMatchObject({ ok: false, by: "store" });
    expect(await limits.take({ policy: "status", address: newAddress() })).toMatchObject({ ok: true });
  });

  it("charges an address nothing for what its network or the store refused", async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
    const keyPrefix = `test${prefixes++}:`;
    const limits = limiter({ keyPrefix });
    const attacker = newNetwork();
    await flood(limits, attacker);
    const payer = attacker(1_000);
    vi.advanceTimersByTime(30_000);
    // In another process too, which has no memory of the refusals.
    for (let count = 0; count < 10; count += 1) {
      const fresh = backend === "redis" ? limiter({ keyPrefix }) : limits;
      expect(await fresh.take({ policy: "checkout", address: payer })).toMatchObject({ by: "network" });
    }
    // The window of the network is over, that of the address would not be.
    vi.advanceTimersByTime(30_001);
    expect(await takeMany(6, () => limits.take({ policy: "checkout", address: payer }))).toBe(5);
  });

  it("remembers a refusal without asking, until it is over", async () => {
    const limits = limiter();
    const [address, other] = [newAddress(), newAddress()];
    expect(limits.recentRefusal({ policy: "checkout", address })).toBeNull();
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
    await takeMany(6, () => limits.take({ policy: "checkout", address }));
    expect(limits.recentRefusal({ policy: "checkout", address })).toMatchObject({ ok: false, by: "address" });
    expect(limits.recentRefusal({ policy: "checkout", address: other })).toBeNull();
    expect(limits.recentRefusal({ policy: "status", address })).toBeNull();
    vi.advanceTimersByTime(60_001);
    expect(limits.recentRefusal({ policy: "checkout", address })).toBeNull();
  });

  it("counts refusals by whose limit was reached, and reports a flood once a second", async () => {
    const reports: object[] = [];
    const limits = limiter({ onRefused: (refused) => reports.push(refused) });
    const address = newAddress();
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
    await takeMany(505, () => limits.take({ policy: "checkout", address }));
    expect(limits.refusals()).toEqual({ address: 500, network: 0, store: 0 });
    expect(reports).toEqual([{ policy: "checkout", by: "address", count: 1 }]);
    vi.advanceTimersByTime(1_000);
    await limits.take({ policy: "checkout", address });
    expect(reports[1]).toEqual({ policy: "checkout", by: "address", count: 500 });
  });

  if (backend === "memory") {
    it("holds 100,000 addresses in less than 30 MB, and no more than that however many come", async () => {
      const limits = limiter();
      setFlagsFromString("--expose-gc");
      const collect: () => void = runInNewContext("gc");
      const seen = (index: number) =>
        limits.take({
          policy: "status",
          address: `2001:db8:${(index >> 16).toString(16)}:${(index & 0xffff).toString(16)}::/64`,
        });
      await seen(0);
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let index = 0; index < 100_000; index += 1) await seen(index);
      collect();
      const first = process.memoryUsage().heapUsed - before;
      expect(first / 2 ** 20).toBeLessThan(30);
      for (let index = 100_000; index < 400_000; index += 1) await seen(index);
      collect();
      expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(40);
    });
    return;
  }

  it("shares the limit between processes, and keeps no address in clear", async () => {
    const address = newAddress();
    const limiters = [limiter({ keyPrefix: "shared:" }), limiter({ keyPrefix: "shared:" })];
    const decisions = await Promise.all(
      Array.from({ length: 200 }, (_, index) => limiters[index % 2]?.take({ policy: "checkout", address })),
    );
    expect(decisions.filter((decision) => decision?.ok)).toHaveLength(5);
    const redis = new Redis({ url: bridge?.url ?? "", token: "t" });
    const keys = await redis.keys("shared:*");
    expect(keys).toHaveLength(3);
    expect(keys.join()).not.toContain("2001");
    for (const key of keys) expect(await redis.pttl(key), key).toBeGreaterThan(0);
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
    const reports: { reason: string; count: number }[] = [];
    const redis = { url, token: "t", timeoutMs };
    const onDegraded = (report: { reason: string; count: number }) => reports.push(report);
    return { reports, ...createRateLimiter({ rates: RATES, redis, onRefused: () => {}, onDegraded }) };
  }

  it.each<[string, RequestListener]>([
    ["timeout", () => {}],
    ["not_json", (_, response) => void response.end("<html>canary</html>")],
    ["unexpected_answer", (_, response) => void response.end('{"result":[1]}')],
  ])("counts in the process and reports %s", async (reason, listener) => {
    const { take, reports } = await limiterOf(listener, reason === "timeout" ? 150 : 10_000);
    const address = newAddress();
    expect(await takeMany(12, () => take({ policy: "checkout", address }))).toBe(5);
    expect(new Set(reports.map((report) => report.reason))).toEqual(new Set([reason]));
  });

  it("counts in the process when nothing listens or the URL is wrong", async () => {
    const server = await startHttpServer(() => {});
    await server.close();
    for (const { take, reports } of [limiterAt(server.url), limiterAt("no url")]) {
      const address = newAddress();
      expect(await takeMany(12, () => take({ policy: "checkout", address }))).toBe(5);
      expect(["ECONNREFUSED", "bad_url"]).toContain(reports[0]?.reason);
    }
  });
});

describe("a rate", () => {
  it.each([
    ["5/60s", { limit: 5, windowMs: 60_000 }],
    [" 120/1m ", { limit: 120, windowMs: 60_000 }],
    ["1/24h", { limit: 1, windowMs: 86_400_000 }],
    ["999999/1s", { limit: 999_999, windowMs: 1_000 }],
  ])("is read from %j", (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it.each(["", "5", "5/60", "5/s", "0/60s", "5/0s", "-5/60s", "5/60ms", "5/60S", "5.5/60s", "1e3/60s", "5/25h"])(
    "is not %j",
    (text) => {
      expect(parseRate(text)).toBeNull();
    },
  );

  it("is null or positive for any text", () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,7}\/\d{0,7}[smhd]$/));
    fc.assert(
      fc.property(text, (each) => {
        const rate = parseRate(each);
        return rate === null || (rate.limit > 0 && rate.windowMs > 0 && rate.windowMs <= 86_400_000);
      }),
    );
  });
});
