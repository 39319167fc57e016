import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { Redis } from "@upstash/redis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { CANARY, expectUnavailable } from "@/test/expect-unavailable";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { newer, nextWrite, sampleEvent, sampleOrder, sampleWrite } from "@/test/sample-order";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import type { OrderId, PaymentId } from "./order";
import type { OrderStore } from "./order-store";
import { openRedisOrderStore } from "./redis-order-store";

const TOKEN = `${CANARY}-token`;

/** An order that carries the canary wherever it can. */
function tellingOrder() {
  return sampleOrder({
    id: `${CANARY}-${randomUUID()}` as OrderId,
    payer: { name: CANARY, message: CANARY, anonymous: true },
  });
}

/** Every method of the store, each with arguments that must not be seen in its error. */
function everyCall(store: OrderStore): (() => Promise<unknown>)[] {
  const order = tellingOrder();
  const event = sampleEvent({ facts: { CANARY } });
  const lease = { key: CANARY, value: CANARY, ttlMs: 1_000, now: 1 };
  return [
    () => store.insert({ order, event, dueAt: 1, previous: null }),
    () => store.get(order.id),
    () => store.findByPayment({ provider: CANARY, paymentId: CANARY as PaymentId }),
    () => store.replace({ order: newer(order), event, dueAt: 1, previous: order }),
    () => store.events(order.id),
    () => store.list({ filter: "all", cursor: null, limit: 5 }),
    () => store.search({ text: CANARY, cursor: null, limit: 5 }),
    () => store.days({ from: null, to: null }),
    () => store.due({ now: 1, limit: 5, from: "longest" }),
    () => store.postpone({ id: order.id, dueAt: 1, until: 2 }),
    () => store.acquire(lease),
    () => store.leaseValue(lease),
    () => store.release(lease),
    () => store.overwrite(lease),
    () => store.extend(lease),
    () => store.check(),
  ];
}

describe("the Redis store on bad days", () => {
  let server: RedisServer;
  let bridge: UpstashBridge;
  let redis: Redis;
  const fronts: HttpServer[] = [];
  beforeAll(async () => {
    server = await startRedisServer();
    bridge = await startUpstashBridge({ redisPort: server.port, token: TOKEN });
    redis = new Redis({ url: bridge.url, token: TOKEN, enableAutoPipelining: false });
  });
  afterEach(async () => {
    for (const front of fronts.splice(0)) await front.close();
  });
  afterAll(async () => {
    await bridge?.close();
    await server?.close();
  });

  const open = (changes: { url?: string; token?: string; timeoutMs?: number } = {}) =>
    openRedisOrderStore({ url: bridge.url, token: TOKEN, timeoutMs: 5_000, ...changes });
  const openAt = async (listener: RequestListener, timeoutMs = 10_000) => {
    const front = await startHttpServer(listener);
    fronts.push(front);
    return open({ url: front.url, timeoutMs });
  };

  it("says so while the server is down, and works again after it came back, nothing lost", {
    timeout: 60_000,
  }, async () => {
    const timeoutMs = 40_000;
    const store = open({ timeoutMs });
    const order = tellingOrder();
    await store.insert(sampleWrite(order));
    await server.kill();
    const startedAt = performance.now();
    for (const call of everyCall(store)) await expectUnavailable(call());
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs);
    await server.restart();
    await eventually(() => store.check().then(() => true));
    expect(await store.get(order.id)).toEqual(order);
    expect(await store.replace(nextWrite(order))).toBe("replaced");
  });

  it.each<[string, string, RequestListener]>([
    ["that never answers", "timeout", () => {}],
    ["that stops in the middle of an answer", "timeout", (_, response) => void response.write('{"result":')],
    ["that hangs up", "UND_ERR_SOCKET", (request) => void request.socket.destroy()],
    [
      "that answers a page of a proxy",
      "not_json",
      (_, response) => void response.writeHead(502).end(`<html>${CANARY}`),
    ],
    ["that answers a page with 200", "not_json", (_, response) => void response.end(`<html>${CANARY}</html>`)],
    ["that answers other JSON", "unexpected_answer", (_, response) => void response.end(`{"hello":"${CANARY}"}`)],
    ["that answers null", "unexpected_answer", (_, response) => void response.end("null")],
    [
      "over its quota",
      "request_quota",
      (_, r) => void r.writeHead(400).end('{"error":"ERR max requests limit exceeded."}'),
    ],
    ["with an error of its own", "refused", (_, response) => void response.writeHead(500).end(`{"error":"${CANARY}"}`)],
  ])("refuses every call to a server %s", async (_name, kind, listener) => {
    // Ample where an answer comes: a busy machine must not turn it into a timeout.
    const timeoutMs = kind === "timeout" ? 200 : 10_000;
    const store = await openAt(listener, timeoutMs);
    const startedAt = performance.now();
    await Promise.all(everyCall(store).map((call) => expectUnavailable(call(), kind)));
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 8_000);
  });

  it.each([{ result: 7 }, { result: "Y2FuYXJ5" }, { result: [[1]] }])(
    "refuses answers of the wrong shape: %j",
    async (body) => {
      const store = await openAt((_, response) => void response.end(JSON.stringify(body)));
      const calls = everyCall(store);
      // Of these a number is the right answer: of a postponement, a release and an extension.
      const numbered = [9, 12, 14];
      for (const call of calls.filter((_, index) => !numbered.includes(index))) await expectUnavailable(call());
    },
  );

  it("refuses a wrong token, a wrong URL and a port where nothing listens", async () => {
    await Promise.all(
      everyCall(open({ token: `${CANARY}-wrong` })).map((call) => expectUnavailable(call(), "unauthorized")),
    );
    await expectUnavailable(open({ url: CANARY }).check(), "bad_url");
    const front = await startHttpServer(() => {});
    await front.close();
    await expectUnavailable(open({ url: front.url }).check(), "ECONNREFUSED");
  });

  it("refuses what it did not write itself", async () => {
    const store = open();
    const order = tellingOrder();
    await store.insert(sampleWrite(order));
    const { payments } = order;
    await redis.hset(`checkout:order:${order.id}`, { doc: `{"format":2,"${CANARY}":1}` });
    await redis.rpush(`checkout:events:${order.id}`, CANARY);
    await redis.zadd("checkout:due", { score: -1, member: `${CANARY} no id` });
    for (const { provider, paymentId } of payments) {
      await redis.set(`checkout:payment:${JSON.stringify([provider, paymentId])}`, `${CANARY} no id`);
    }
    await redis.set(`checkout:order:${order.id}x`, CANARY);
    await expectUnavailable(store.get(order.id), "unreadable_document");
    await expectUnavailable(store.events(order.id), "unreadable_document");
    for (const payment of payments) await expectUnavailable(store.findByPayment(payment), "unreadable_document");
    await expectUnavailable(store.get(`${order.id}x` as OrderId), "WRONGTYPE");
    await redis.del("checkout:due");
  });

  it("lists an entry that is no order's among those that are due, so that it can be taken out", async () => {
    const store = open();
    const [order, foreign] = [sampleOrder(), "no id"];
    await store.insert(sampleWrite(order, { dueAt: -1_000 }));
    await redis.zadd("checkout:due", { score: -2_000, member: foreign });
    await redis.exec(["ZADD", "checkout:due", "-inf", "never"]);
    const dueNow = () => store.due({ now: -500, limit: 5, from: "longest" });
    const [first = expect.fail(), second] = await dueNow();
    expect([first.id, first.read(), second?.id]).toEqual([foreign, null, order.id]);
    expect((await store.due({ now: -500, limit: 5, from: "newest" })).map(({ id }) => id)).toEqual([order.id, foreign]);
    await store.postpone({ id: foreign, dueAt: first.dueAt, until: null });
    expect((await dueNow()).map(({ id }) => id)).toEqual([order.id]);
    await redis.del("checkout:due");
  });

  it("lists what is due beside an order that is none", async () => {
    const store = open();
    const [good, bad] = [sampleOrder(), sampleOrder()];
    for (const order of [good, bad]) await store.insert(sampleWrite(order, { dueAt: -1_000 }));
    await redis.set(`checkout:order:${bad.id}`, "no hash");
    const due = new Map((await store.due({ now: -1_000, limit: 5, from: "longest" })).map((each) => [each.id, each]));
    expect(due.get(good.id)?.read()).toEqual(good);
    expect(() => due.get(bad.id)?.read()).toThrow();
    await redis.del("checkout:due");
  });

  it("says so when the database is full, still reads, and goes on once there is space", async () => {
    const store = open();
    const order = tellingOrder();
    await store.insert(sampleWrite(order));
    await redis.exec(["CONFIG", "SET", "maxmemory", "1"]);
    try {
      await expectUnavailable(store.insert(sampleWrite(tellingOrder())), "OOM");
      await expectUnavailable(store.replace(nextWrite(order)), "OOM");
      await expectUnavailable(store.check(), "OOM");
      expect(await store.get(order.id)).toEqual(order);
    } finally {
      await redis.exec(["CONFIG", "SET", "maxmemory", "0"]);
    }
    expect(await store.replace(nextWrite(order))).toBe("replaced");
    expect(await store.events(order.id)).toHaveLength(2);
  });

  it("does a step once although its answer was lost and it was sent again", async () => {
    let lost = 0;
    const seen = new Set<string>();
    const store = await openAt(async (request, response) => {
      const body = await text(request);
      const headers = { authorization: `Bearer ${TOKEN}`, "upstash-encoding": "base64" };
      const answer = await fetch(bridge.url, { method: "POST", body, headers });
      const result = await answer.text();
      if (seen.has(body)) return void response.writeHead(answer.status).end(result);
      seen.add(body);
      lost += 1;
      request.socket.destroy();
    });
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const second = nextWrite(order, { dueAt: 5 });
    expect(await store.replace(second)).toBe("replaced");
    expect(await store.replace(second)).toBe("conflict");
    const lease = { key: `lost ${order.id}`, ttlMs: 60_000, now: 0 };
    expect(await store.acquire({ ...lease, value: "mine" })).toEqual({ ok: true });
    expect(await store.acquire({ ...lease, value: "mine" })).toEqual({ ok: false, value: "mine" });
    await store.release({ key: lease.key, value: "mine" });
    expect(await store.acquire({ ...lease, value: "next" })).toEqual({ ok: true });
    await store.overwrite({ ...lease, value: "extended" });
    expect(await store.acquire({ ...lease, value: "next" })).toEqual({ ok: false, value: "extended" });
    await store.postpone({ id: order.id, dueAt: 5, until: 6 });
    expect(await open().due({ now: 6, limit: 1, from: "longest" })).toMatchObject([{ id: order.id, dueAt: 6 }]);
    expect(lost).toBe(10);
    expect(await open().events(order.id)).toHaveLength(2);
  });

  it("replaces no write of another process with one that builds on a write that a failover lost", async () => {
    const [one, other] = [open(), open()];
    const order = sampleOrder();
    await one.insert(sampleWrite(order));
    const key = `checkout:order:${order.id}`;
    const replica = await redis.hgetall<Record<string, string>>(key);
    const lost = nextWrite(order);
    expect(await one.replace(lost)).toBe("replaced");
    await redis.hset(key, replica ?? {});
    const known = (await other.get(order.id)) ?? expect.fail();
    const kept = nextWrite(known, { order: newer(known, { hidden: true }) });
    expect(await other.replace(kept)).toBe("replaced");
    expect(kept.order.version).toBe(lost.order.version);

    expect(await one.replace(nextWrite(lost.order))).toBe("conflict");
    const found = (await one.findByPayment(order.payments[0] ?? expect.fail())) ?? expect.fail();
    expect(found.hidden).toBe(true);
    expect(await one.replace(nextWrite(found))).toBe("replaced");
  });

  it("holds an order that was read from the index of due orders to the same rule", async () => {
    const [reconciling, other] = [open(), open()];
    const order = sampleOrder();
    const dueAt = Number.MIN_SAFE_INTEGER;
    await other.insert(sampleWrite(order));
    const key = `checkout:order:${order.id}`;
    const replica = await redis.hgetall<Record<string, string>>(key);
    expect(await other.replace(nextWrite(order, { dueAt }))).toBe("replaced");
    const readDue = async () => {
      const [first] = await reconciling.due({ now: dueAt, limit: 1, from: "longest" });
      expect(first?.id).toBe(order.id);
      return first?.read() ?? expect.fail();
    };
    const lost = await readDue();

    await redis.hset(key, replica ?? {});
    const known = (await other.get(order.id)) ?? expect.fail();
    const kept = nextWrite(known, { order: newer(known, { hidden: true }), dueAt });
    expect(await other.replace(kept)).toBe("replaced");
    expect(kept.order.version).toBe(lost.version);

    expect(await reconciling.replace(nextWrite(lost))).toBe("conflict");
    expect(await other.get(order.id)).toEqual(kept.order);
    expect(await reconciling.replace(nextWrite(await readDue()))).toBe("replaced");
  });
});
