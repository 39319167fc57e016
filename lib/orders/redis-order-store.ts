import "server-only";
import { randomUUID } from "node:crypto";
import type { Redis } from "@upstash/redis";
import { openRedisClient, redisFaultKind } from "@/lib/redis-client";
import type { Order, OrderEvent } from "./order";
import {
  decodeEvent,
  decodeOrder,
  decodeOrderId,
  decodeText,
  encodeEvent,
  encodeOrder,
  encodeText,
} from "./order-document";
import type { OrderStore } from "./order-store";
import { HOLD_CLAIM, RELEASE_CLAIM, TAKE_CLAIM, WRITE_ORDER } from "./redis-scripts";
import { foreignPayment, idTaken, storeUnavailable } from "./store-fault";

/**
 * Orders in Upstash Redis, for hosts without a disk. What it answers is as durable as the database: eviction has to be off,
 * and a Redis server of one's own needs `appendfsync always`. The time of a claim is measured by Redis, so that the clocks
 * of many hosts do not matter; `now` is not used for it.
 */
export function openRedisOrderStore(options: {
  url: string;
  token: string;
  timeoutMs: number;
  keyPrefix?: string;
}): OrderStore {
  const prefix = options.keyPrefix ?? "checkout:";
  const key = {
    order: (id: string) => `${prefix}order:${id}`,
    events: (id: string) => `${prefix}events:${id}`,
    payment: (paymentId: string) => `${prefix}payment:${encodeText(paymentId)}`,
    claim: (name: string) => `${prefix}claim:${encodeText(name)}`,
    due: `${prefix}due`,
    check: `${prefix}check`,
  };
  let client: Redis | null = null;
  let closed = false;

  async function ask(command: (redis: Redis) => Promise<unknown>): Promise<unknown> {
    if (closed) throw storeUnavailable("closed");
    try {
      client ??= openRedisClient(options);
      return await command(client);
    } catch (error) {
      throw storeUnavailable(redisFaultKind(error));
    }
  }

  async function getOrder(id: string): Promise<Order | null> {
    const doc = await ask((redis) => redis.hget(key.order(id), "doc"));
    return doc === null ? null : decodeOrder(doc);
  }

  async function write(change: { order: Order; event: OrderEvent; expectedVersion: string }): Promise<unknown> {
    const { order, event, expectedVersion } = change;
    const payments = order.attempts.map((attempt) => key.payment(attempt.paymentId));
    const keys = [key.order(order.id), key.events(order.id), key.due, ...payments];
    const nextCheckAt = order.nextCheckAt === null ? "" : `${order.nextCheckAt}`;
    const docs = [encodeOrder(order), encodeEvent(event)];
    const values = [order.id, expectedVersion, `${order.version}`, ...docs, nextCheckAt, randomUUID()];
    return await ask((redis) => redis.eval(WRITE_ORDER, keys, values));
  }

  return {
    kind: "redis",

    async insert(order, event) {
      const outcome = await write({ order, event, expectedVersion: "" });
      if (outcome === "stale") throw idTaken();
      if (outcome === "foreign") throw foreignPayment();
      if (outcome !== "written") throw unexpectedAnswer();
    },

    get: getOrder,

    async findByPayment(paymentId) {
      const id = await ask((redis) => redis.get(key.payment(paymentId)));
      return id === null ? null : await getOrder(decodeOrderId(id));
    },

    async replace(order, event) {
      const outcome = await write({ order, event, expectedVersion: `${order.version - 1}` });
      if (outcome === "foreign") throw foreignPayment();
      if (outcome === "stale") return "stale";
      if (outcome !== "written") throw unexpectedAnswer();
      return "replaced";
    },

    async events(id) {
      return list(await ask((redis) => redis.lrange(key.events(id), 0, -1))).map(decodeEvent);
    },

    async due({ now, limit }) {
      if (limit < 1) return [];
      const range = { byScore: true, offset: 0, count: limit } as const;
      return list(await ask((redis) => redis.zrange(key.due, "-inf", now, range))).map(decodeOrderId);
    },

    async claim({ key: name, value, ttlMs }) {
      const values = claimValues(value, ttlMs);
      const answer = await ask((redis) => redis.eval(TAKE_CLAIM, [key.claim(name)], values));
      return answer === 1 ? { claimed: true } : { claimed: false, value: decodeText(answer) };
    },

    async hold({ key: name, value, ttlMs }) {
      const answer = await ask((redis) => redis.eval(HOLD_CLAIM, [key.claim(name)], claimValues(value, ttlMs)));
      if (answer !== 1) throw unexpectedAnswer();
    },

    async release({ key: name, value }) {
      const answer = await ask((redis) => redis.eval(RELEASE_CLAIM, [key.claim(name)], [encodeText(value)]));
      if (typeof answer !== "number") throw unexpectedAnswer();
    },

    async check() {
      // Only a real write tells a full database, a read-only replica and a token without the right to write.
      const answer = await ask((redis) => redis.set(key.check, "", { px: 60_000 }));
      if (answer !== "OK") throw unexpectedAnswer();
    },

    async close() {
      closed = true;
      client = null;
    },
  };
}

function claimValues(value: string, ttlMs: number): string[] {
  return [randomUUID(), encodeText(value), `${Math.max(1, Math.ceil(ttlMs))}`];
}

function list(answer: unknown): unknown[] {
  if (!Array.isArray(answer)) throw unexpectedAnswer();
  return answer;
}

function unexpectedAnswer(): Error {
  return storeUnavailable("unexpected_answer");
}
