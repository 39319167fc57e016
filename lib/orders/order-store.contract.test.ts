import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import { describeOrderStore } from "./order-store.suite";
import { openRedisOrderStore } from "./redis-order-store";
import { openSqliteOrderStore } from "./sqlite-order-store";

describe("the embedded store", () => {
  const folder = mkdtempSync(join(tmpdir(), "orders-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  describeOrderStore("SQLite", () => openSqliteOrderStore({ path: join(folder, "deep", "orders.db") }));
});

describe("the store for hosts without a disk", () => {
  let server: RedisServer;
  let bridge: UpstashBridge;
  beforeAll(async () => {
    server = await startRedisServer();
    bridge = await startUpstashBridge({ redisPort: server.port, token: "contract" });
  });
  afterAll(async () => {
    await bridge?.close();
    await server?.close();
  });
  describeOrderStore("Redis", () => openRedisOrderStore({ url: bridge.url, token: bridge.token, timeoutMs: 5_000 }));
});
