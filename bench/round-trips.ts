import { setTimeout as sleep } from "node:timers/promises";
import { startRedisServer } from "@/test/redis-server";
import { startUpstashBridge } from "@/test/upstash-bridge";
import { type Figure, figure } from "./figure";
import type { Send } from "./load";
import { createOf, makeOrder, pollOf, settle, webhookOf } from "./orders";
import { startRig } from "./rig";

const LEASE_MS = 4_100;
const QUIET_MS = 300;

/** Round trips to Redis for one request of each kind, what follows its answer included. */
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
  async function costOf({ path, ...init }: Send): Promise<number> {
    const before = await settled();
    const response = await fetch(rig.url + path, init);
    await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await settled()) - before;
  }

  const costs: Record<string, number[]> = {};
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
  return Object.entries(costs).map(([kind, counts]) =>
    figure(`Redis round trips: ${kind}`, counts, { atMost: wanted[kind] ?? 0 }),
  );
}
