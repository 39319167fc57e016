import { Redis } from "ioredis";
import type { StoredEvent, StoredOrder } from "@/e2e/support/app";
import type { StoredOrders } from "./ledger";

export type RedisOrders = StoredOrders & {
  /** For faults that Redis itself can be asked for. */
  readonly redis: Redis;
  close(): void;
};

/** The orders as they lie in Redis, read from its keys and not through the app. */
export function openRedisOrders(port: number): RedisOrders {
  const redis = new Redis({ host: "127.0.0.1", port, protocol: 2, retryStrategy: () => 50 });
  redis.on("error", () => {});
  return {
    redis,
    async orders() {
      const keys = await redis.keys("checkout:order:*");
      const docs = await Promise.all(keys.map((key) => redis.hget(key, "doc")));
      return docs.map((doc) => JSON.parse(doc ?? "null") as StoredOrder);
    },
    async events(orderId) {
      const docs = await redis.lrange(`checkout:events:${orderId}`, 0, -1);
      return docs.map((doc) => JSON.parse(doc) as StoredEvent);
    },
    close: () => redis.disconnect(),
  };
}
