import { randomUUID } from "node:crypto";
import type { Environment } from "@/scripts/processes";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { startUpstashBridge } from "@/test/upstash-bridge";
import { type Gateway, startGateway } from "./gateway";
import { openRedisOrders, type RedisOrders } from "./redis-orders";

export type RedisBackend = {
  readonly server: RedisServer;
  readonly gateway: Gateway;
  readonly orders: RedisOrders;
  /** What an app has to be told to use it. */
  readonly settings: Environment;
  close(): Promise<void>;
};

/** A durable redis-server behind Upstash's protocol and a gateway that can fail. */
export async function startRedisBackend(): Promise<RedisBackend> {
  const server = await startRedisServer();
  const token = randomUUID();
  const bridge = await startUpstashBridge({ redisPort: server.port, token });
  const gateway = await startGateway(bridge.url);
  const orders = openRedisOrders(server.port);
  return {
    server,
    gateway,
    orders,
    settings: { UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: token },
    async close() {
      orders.close();
      await gateway.close();
      await bridge.close();
      await server.close();
    },
  };
}
