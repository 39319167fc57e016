import "server-only";
import { randomUUID } from "node:crypto";
import type { Redis } from "@upstash/redis";
import { openRedisClient, redisFaultKind } from "@/lib/redis-client";
import type { Order } from "./order";
import {
  decodeEvent,
  decodeOrder,
  decodeOrderId,
  decodeText,
  encodeEvent,
  encodeOrder,
  encodeText,
  paymentKey,
} from "./order-document";
import {
  foreignPayment,
  idTaken,
  type LeaseOptions,
  type OrderStore,
  type OrderWrite,
  storeUnavailable,
} from "./order-store";
import { ACQUIRE, EXTEND, POSTPONE, RELEASE, RENEW, WRITE_ORDER } from "./redis-scripts";

/**
 * Orders in Upstash Redis, for hosts without a disk. What it answers is as durable as the database: eviction has to be off,
 * and a self-hosted Redis needs `appendfsync always`. Redis measures the time of a lease, so that the clocks of many hosts
 * do not matter; `now` is not used for it.
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
    payment: (name: string) => `${prefix}payment:${name}`,
    lease: (name: string) => `${prefix}lease:${encodeText(name)}`,
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

  async function write({ order, event, dueAt }: OrderWrite, expectedVersion: string): Promise<unknown> {
    const payments = order.payments.map((payment) => key.payment(paymentKey(payment)));
    const keys = [key.order(order.id), key.events(order.id), key.due, ...payments];
    const docs = [encodeOrder(order), encodeEvent(event)];
    const values = [order.id, expectedVersion, `${order.version}`, ...docs, `${dueAt ?? ""}`, randomUUID()];
    return await ask((redis) => redis.eval(WRITE_ORDER, keys, values));
  }

  return {
    kind: "redis",

    async insert(change) {
      const answer = await write(change, "");
      if (answer === "conflict") throw idTaken();
      if (answer === "foreign") throw foreignPayment();
      if (answer !== "written") throw unexpectedAnswer();
    },

    get: getOrder,

    async findByPayment(payment) {
      const id = await ask((redis) => redis.get(key.payment(paymentKey(payment))));
      return id === null ? null : await getOrder(decodeOrderId(id));
    },

    async replace(change) {
      const answer = await write(change, `${change.order.version - 1}`);
      if (answer === "foreign") throw foreignPayment();
      if (answer === "conflict") return "conflict";
      if (answer !== "written") throw unexpectedAnswer();
      return "replaced";
    },

    async events(id) {
      return list(await ask((redis) => redis.lrange(key.events(id), 0, -1))).map(decodeEvent);
    },

    async due({ now, limit, from }) {
      if (limit < 1) return [];
      const options = { byScore: true, withScores: true, offset: 0, count: limit } as const;
      const answer = await ask((redis) =>
        from === "longest"
          ? redis.zrange(key.due, "-inf", now, options)
          : redis.zrange(key.due, now, "-inf", { ...options, rev: true }),
      );
      return pairs(list(answer)).map(([id, score]) => ({ id: decodeOrderId(id), dueAt: Number(score) }));
    },

    async postpone({ id, dueAt, until }) {
      const answer = await ask((redis) => redis.eval(POSTPONE, [key.due], [id, `${dueAt}`, `${until ?? ""}`]));
      if (typeof answer !== "number") throw unexpectedAnswer();
    },

    async acquire(lease) {
      const answer = await ask((redis) => redis.eval(ACQUIRE, [key.lease(lease.key)], leaseValues(lease)));
      return answer === 1 ? { ok: true } : { ok: false, value: decodeText(answer) };
    },

    async holder({ key: name }) {
      const held = await ask((redis) => redis.get(key.lease(name)));
      return held === null ? null : decodeText(`${held}`.slice(TAKER_LENGTH));
    },

    async extend(lease) {
      const answer = await ask((redis) => redis.eval(EXTEND, [key.lease(lease.key)], leaseValues(lease)));
      if (answer !== 1) throw unexpectedAnswer();
    },

    async renew({ key: name, value, ttlMs }) {
      const values = [encodeText(value), `${Math.max(1, Math.ceil(ttlMs))}`];
      const answer = await ask((redis) => redis.eval(RENEW, [key.lease(name)], values));
      if (typeof answer !== "number") throw unexpectedAnswer();
    },

    async release({ key: name, value }) {
      const answer = await ask((redis) => redis.eval(RELEASE, [key.lease(name)], [encodeText(value)]));
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

/** Of a UUID, which stands before the value and tells one call of ours from another. */
const TAKER_LENGTH = 36;

function leaseValues({ value, ttlMs }: LeaseOptions): string[] {
  return [randomUUID(), encodeText(value), `${Math.max(1, Math.ceil(ttlMs))}`];
}

/** Redis answers members and scores in turn. */
function pairs(flat: readonly unknown[]): [unknown, unknown][] {
  return flat.flatMap((member, index) => (index % 2 === 0 ? [[member, flat[index + 1]]] : []));
}

function list(answer: unknown): unknown[] {
  if (!Array.isArray(answer)) throw unexpectedAnswer();
  return answer;
}

function unexpectedAnswer(): Error {
  return storeUnavailable("unexpected_answer");
}
