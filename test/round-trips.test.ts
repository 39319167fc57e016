import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOrder } from "@/lib/checkout/read";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { reconcile } from "@/lib/checkout/reconcile";
import { startPayment } from "@/lib/checkout/start";
import type { OrderId } from "@/lib/orders/order";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { createRateLimiter } from "@/lib/web/rate-limit";
import { newestPayment, ScriptedProvider, type TestFlow, testFlow } from "./flow-support";
import { type RedisServer, startRedisServer } from "./redis-server";
import { startUpstashBridge, type UpstashBridge } from "./upstash-bridge";

/** What each kind of request costs on Upstash, where a round trip takes a millisecond or many. */
describe("round trips to Redis, the limits of the request included", () => {
  const provider = new ScriptedProvider();
  let server: RedisServer;
  let bridge: UpstashBridge;
  let flow: TestFlow;
  let aheadMs = 0;
  let limiter: ReturnType<typeof createRateLimiter>;
  beforeAll(async () => {
    server = await startRedisServer();
    bridge = await startUpstashBridge({ redisPort: server.port, token: "t" });
    const redis = { url: bridge.url, token: "t", timeoutMs: 10_000 };
    const rate = { limit: 1_000, windowMs: 60_000 };
    const rates = { checkout: rate, status: rate };
    const fail = () => expect.fail("Nothing is refused here.");
    limiter = createRateLimiter({ rates, redis, onRefused: fail, onDegraded: fail });
    const clock = { now: () => Date.now() + aheadMs, sleep: () => new Promise<void>(() => {}) };
    flow = testFlow(openRedisOrderStore(redis), { clock, providers: [provider] });
  });
  afterAll(async () => {
    await flow?.store.close();
    await bridge?.close();
    await server?.close();
  });

  async function tripsOf<Result>(work: () => Promise<Result>): Promise<{ trips: number; result: Result }> {
    const before = bridge.requests();
    const result = await work();
    return { trips: bridge.requests() - before, result };
  }

  async function create(key: string | null) {
    const pricing = { currency: "USD", min: 1_00, max: 10_000_00, fixed: false } as const;
    const shop = { provider, pricing, publicUrl: "https://tips.example", name: "Zoë" };
    const caller = { policy: "checkout", address: "192.0.2.1" } as const;
    const limit = {
      take: () => limiter.take(caller),
      takeRepeat: () => limiter.take({ ...caller, policy: "status" }),
      recentRefusal: () => limiter.recentRefusal(caller),
    };
    const fields = { amount: "5.00", anonymous: true };
    const result = await startPayment(flow, shop, { fields, idempotencyKey: key, limit });
    if (!result.ok) throw new Error(result.refusal.code);
    return result.order;
  }

  /** As the API's route and the payment's page do it. */
  const poll = (id: OrderId) =>
    readOrder(flow, id, {
      mayAsk: limiter.take({ policy: "status", address: "192.0.2.1" }).then(({ ok }) => ok),
    });

  it("are few and do not grow", async () => {
    const created = await tripsOf(() => create(null));
    expect(created.trips, "create: limits, order, payment").toBe(3);

    const key = randomUUID();
    expect((await tripsOf(() => create(key))).trips, "create with a key: limits and key, order, payment").toBe(3);
    expect((await tripsOf(() => create(key))).trips, "the same key again: limits and key, order").toBe(2);

    const { id } = created.result;
    expect((await tripsOf(() => poll(id))).trips, "a poll that asks and finds nothing new").toBe(2);
    expect((await tripsOf(() => poll(id))).trips, "a poll that is too early to ask").toBe(1);

    const paymentId = newestPayment(created.result);
    const delivery = provider.webhook(paymentId, provider.report(paymentId, "paid"));
    const received = await tripsOf(() => receiveWebhook(flow, provider, delivery));
    expect(received.result).toEqual({ ok: true, result: "paid" });
    expect(received.trips, "a webhook: nonce and order, payment").toBe(2);
    expect((await tripsOf(() => poll(id))).trips, "a poll of a paid order").toBe(1);

    const figures = () =>
      Promise.all([
        flow.store.days({ from: null, to: null }),
        flow.store.list({ filter: "wall", cursor: null, limit: 12 }),
      ]);
    expect((await tripsOf(figures)).trips, "the goal and the supporters of the tip page").toBe(1);

    for (let more = 0; more < 3; more += 1) await create(null);
    await flow.runDeferred();
    const visit = () => tripsOf(() => reconcile(flow, { maxOrders: 4, deadlineMs: 60_000, asksDuringWaits: false }));
    aheadMs = 60_000;
    const busy = await visit();
    expect(busy.result.checked).toBe(4);
    expect(busy.trips, "in the background of a page view: the orders due, the right to ask, the next time").toBe(3);
    await visit();
    expect((await visit()).trips, "nothing is due").toBe(1);
  });
});
