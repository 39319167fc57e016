import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import Database from "libsql";
import { expect, it } from "vitest";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { startRedisServer } from "@/test/redis-server";
import { sampleWrite } from "@/test/sample-order";
import { startUpstashBridge } from "@/test/upstash-bridge";
import { benchOrder, fillRedis, fillSqlite } from "./fill";

const orders = Array.from({ length: 120 }, (_, n) => benchOrder(n, 120));

it("leaves SQLite as the store's own writes do", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fill-"));
  const [filled, written] = [join(folder, "filled.db"), join(folder, "written.db")];
  await fillSqlite(filled, orders);
  const store = openSqliteOrderStore({ path: written });
  for (const order of orders) await store.insert(sampleWrite(order));
  await store.close();
  const contents = (path: string) => {
    const db = new Database(path);
    const tables = ["orders", "payments", "events", "lists", "days"];
    return tables.map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
  };
  expect(contents(filled)).toEqual(contents(written));
  expect(contents(filled)[0]).toHaveLength(120);
  rmSync(folder, { recursive: true });
});

it("leaves Redis as the store's own writes do", async () => {
  const server = await startRedisServer();
  const bridge = await startUpstashBridge({ redisPort: server.port, token: "fill" });
  await fillRedis(server.port, orders, "filled:");
  const store = openRedisOrderStore({ url: bridge.url, token: "fill", timeoutMs: 10_000, keyPrefix: "written:" });
  for (const order of orders) await store.insert(sampleWrite(order));
  const redis = new Redis({ host: "127.0.0.1", port: server.port, protocol: 2 });
  const contents = async (prefix: string) => {
    const keys = (await redis.keys(`${prefix}*`)).sort();
    const values = keys.map(async (key) => [key.slice(prefix.length), await contentOf(redis, key)]);
    return Object.fromEntries(await Promise.all(values));
  };
  const filled = await contents("filled:");
  expect(filled).toEqual(await contents("written:"));
  expect(Object.keys(filled).filter((key) => key.startsWith("order:"))).toHaveLength(120);
  redis.disconnect();
  await bridge.close();
  await server.close();
});

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "zset":
      return redis.call("ZRANGE", key, 0, -1, "WITHSCORES");
    case "list":
      return redis.lrange(key, 0, -1);
    case "hash":
      // Each write has a name of its own.
      return { ...(await redis.hgetall(key)), write: "" };
    default:
      return redis.get(key);
  }
}
