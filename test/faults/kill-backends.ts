import { join } from "node:path";
import { Redis } from "ioredis";
import type { OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { ageLeases } from "@/test/age-leases";
import { startRedisServer } from "@/test/redis-server";
import { startUpstashBridge } from "@/test/upstash-bridge";

/** Where a child opens the store of its parent. */
export type Place = { readonly path: string } | { readonly url: string; readonly token: string };

/** A store that children are killed at. */
export type KillBackend = {
  readonly place: Place;
  readonly store: OrderStore;
  /** Time passes until the leases of the dead are over, as far as the store measures it. */
  later(): Promise<void>;
  close(): Promise<void>;
};

/** Longer than a lease. */
export const LATER_MS = 15_000;

export async function openSqliteBackend(folder: string): Promise<KillBackend> {
  const place = { path: join(folder, "orders.db") };
  return { place, store: openSqliteOrderStore(place), later: async () => {}, close: async () => {} };
}

export async function openRedisBackend(): Promise<KillBackend> {
  const server = await startRedisServer();
  const bridge = await startUpstashBridge({ redisPort: server.port, token: "kills" });
  const redis = new Redis({ host: "127.0.0.1", port: server.port, protocol: 2 });
  const place = { url: bridge.url, token: bridge.token };
  return {
    place,
    store: openRedisOrderStore({ ...place, timeoutMs: 10_000 }),
    later: () => ageLeases(redis, { keyPrefix: "checkout:", ms: LATER_MS }),
    async close() {
      redis.disconnect();
      await bridge.close();
      await server.close();
    },
  };
}
