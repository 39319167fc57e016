import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { ageLeases } from "@/test/age-leases";
import { startRedisServer } from "@/test/redis-server";
import { startUpstashBridge } from "@/test/upstash-bridge";

/** A place for orders of its own for each story. Opening it again is what a new process does after a crash. */
export type Place = {
  open(): OrderStore;
  /** Time passes, as far as the store measures it with a clock of its own. */
  age(ms: number): Promise<void>;
  leave(): Promise<void>;
};

export type Places = { readonly name: string; make(): Place; close(): Promise<void> };

export async function sqlitePlaces(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), "interleavings-"));
  let made = 0;
  return {
    name: "SQLite",
    make() {
      made += 1;
      const path = join(folder, `${made}.db`);
      // The engine gives its files back when it is collected as garbage, so that has to happen now and then.
      if (made % 50 === 0) globalThis.gc?.();
      return {
        open: () => openSqliteOrderStore({ path }),
        age: async () => {},
        async leave() {
          for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
        },
      };
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function redisPlaces(): Promise<Places> {
  const server = await startRedisServer();
  const token = "interleavings";
  const bridge = await startUpstashBridge({ redisPort: server.port, token });
  const redis = new Redis({ host: "127.0.0.1", port: server.port, protocol: 2 });
  redis.on("error", () => {});
  let made = 0;
  return {
    name: "Redis",
    make() {
      made += 1;
      const keyPrefix = `story${made}:`;
      return {
        open: () => openRedisOrderStore({ url: bridge.url, token, timeoutMs: 10_000, keyPrefix }),
        age: (ms) => ageLeases(redis, { keyPrefix, ms }),
        async leave() {
          const keys = await redis.keys(`${keyPrefix}*`);
          if (keys.length > 0) await redis.del(...keys);
        },
      };
    },
    async close() {
      redis.disconnect();
      await bridge.close();
      await server.close();
    },
  };
}
