import { setTimeout as sleep } from "node:timers/promises";
import { startRedisServer } from "@/test/redis-server";
import { startUpstashBridge } from "@/test/upstash-bridge";
import { type Figure, figure } from "./figure";
import { once, type Send } from "./load";
import { createOf, makeOrder, pollOf, settle, webhookOf } from "./orders";
import { startRig } from "./rig";

const LEASE_MS = 5_000;
const QUIET_MS = 300;

/** Until the answer, and with what follows it. */
type Cost = { readonly answered: number; readonly inAll: number };

/** Round trips to Redis for one request of each kind. */
export async function benchRoundTrips(): Promise<Figure[]> {
  const server = await startRedisServer();
  const bridge = await startUpstashBridge({ redisPort: server.port, token: "bench" });
  const rig = await startRig({ UPSTASH_REDIS_REST_URL: bridge.url, UPSTASH_REDIS_REST_TOKEN: bridge.token });

  async function settled(): Promise<number> {
    for (let count = bridge.requests(); ; count = bridge.requests()) {
      await sleep(QUIET_MS);
      if (bridge.requests() === count) return count;
    }
  }
  async function costOf(send: Send): Promise<Cost> {
    const before = await settled();
    await once(rig.url, send);
    const answered = bridge.requests() - before;
    return { answered, inAll: (await settled()) - before };
  }

  const costs: Record<string, Cost[]> = {};
  try {
    // The first time a script is unknown to Redis.
    for (let round = -1; round < 3; round += 1) {
      const [order, other] = [await makeOrder(rig.url), await makeOrder(rig.url)];
      const kinds: [string, Send, number][] = [
        ["create", createOf(), 0],
        ["create with a key", createOf({ "idempotency-key": crypto.randomUUID() }), 0],
        ["poll that asks, unchanged", pollOf(order), 0],
        ["throttled poll", pollOf(order), 0],
        ["poll that asks again, unchanged", pollOf(order), LEASE_MS],
        ["webhook", webhookOf(rig.url, other), 0],
        ["paid poll", pollOf(other), 0],
        ["tip page", { path: "/" }, LEASE_MS],
      ];
      for (const [kind, send, afterMs] of kinds) {
        await sleep(afterMs);
        const cost = await costOf(send);
        if (round >= 0) costs[kind] = [...(costs[kind] ?? []), cost];
      }
      await settle(rig.url, [order]);
    }
  } finally {
    await rig.close();
    await bridge.close();
    await server.close();
  }
  const wanted: Record<string, number> = {
    create: 3,
    "create with a key": 3,
    "poll that asks, unchanged": 2,
    "poll that asks again, unchanged": 2,
    "throttled poll": 1,
    "paid poll": 1,
    webhook: 2,
    "tip page": 3,
  };
  return Object.entries(costs).map(([kind, counts]) => {
    const answered = counts.map((cost) => cost.answered);
    const inAll = Math.max(...counts.map((cost) => cost.inAll));
    return figure(`Redis round trips: ${kind}`, answered, { atMost: wanted[kind] ?? 0 }, `${inAll} with what follows`);
  });
}
