import "server-only";
import { randomUUID } from "node:crypto";
import type { Redis } from "@upstash/redis";
import { z } from "zod";
import { openRedisClient, redisFaultKind } from "@/lib/redis-client";
import type { Order } from "./order";
import { decodeDay, sortedDays } from "./order-index";
import { type IndexReader, listPage, searchPage } from "./order-pages";
import {
  checkBase,
  decode,
  decodeEvent,
  decodeOrder,
  decodeOrderId,
  decodeText,
  encodeText,
  foreignPayment,
  idTaken,
  type LeaseName,
  type LeaseOptions,
  type OrderStore,
  type OrderWrite,
  storeUnavailable,
} from "./order-store";
import {
  ACQUIRE,
  DUE,
  EXTEND,
  FIND_BY_PAYMENT,
  OVERWRITE,
  orderKeys,
  POSTPONE,
  RELEASE,
  SCAN,
  WRITE_ORDER,
  writeOrderArguments,
} from "./redis-scripts";

const dueSchema = z.object({ id: z.string(), dueAt: z.coerce.number() });

type RedisOptions = Parameters<typeof openRedisClient>[0];

/**
 * Orders in Upstash Redis, for hosts without a disk. What it answers is as durable as the database: eviction has to be off,
 * and a self-hosted Redis needs `appendfsync always`. Redis measures the time of a lease, so that the clocks of many hosts
 * do not matter; `now` is not used for it.
 */
export function openRedisOrderStore(options: RedisOptions & { keyPrefix?: string }): OrderStore {
  const key = orderKeys(options.keyPrefix ?? "checkout:");
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

  /**
   * Which write made an order that was read or written here. After a failover that lost the newest writes, two writers can have
   * made the same version of an order, and a write that builds on the lost one must not replace the other.
   */
  const writeOf = new WeakMap<Order, string>();

  function orderOf(doc: unknown, write: unknown): Order | null {
    if (doc === null) return null;
    const order = decodeOrder(doc);
    if (typeof write === "string") writeOf.set(order, write);
    return order;
  }

  async function getOrder(id: string): Promise<Order | null> {
    const [doc = null, write] = list(await ask((redis) => redis.hmget(key.order(id), "doc", "write")));
    return orderOf(doc, write);
  }

  async function write(change: OrderWrite, lease?: LeaseName): Promise<"written" | "conflict"> {
    const writeId = randomUUID();
    const base = (change.previous && writeOf.get(change.previous)) ?? "";
    const { keys, values } = writeOrderArguments(key, { ...change, lease, writeId, base });
    const answer = await ask((redis) => redis.eval(WRITE_ORDER, keys, values));
    if (answer === "written") writeOf.set(change.order, writeId);
    if (answer === "foreign") throw foreignPayment();
    if (answer === "too_large") throw storeUnavailable("total_too_large");
    if (answer !== "written" && answer !== "conflict") throw unexpectedAnswer();
    return answer;
  }

  const reader: IndexReader = {
    async scan({ list: name, after, before, limit }) {
      const values = [`(${after}`, `(${before}`, `${limit}`, key.order("")];
      const answer = await ask((redis) => redis.eval(SCAN, [key.list(name)], values));
      // A document that is gone is a false of Lua, which Redis answers as null.
      return pairs(answer).map(([member, doc]) => ({ member: `${member}`, doc }));
    },
  };

  async function expectNumber(command: (redis: Redis) => Promise<unknown>): Promise<void> {
    if (typeof (await ask(command)) !== "number") throw unexpectedAnswer();
  }

  return {
    kind: "redis",

    async insert(change) {
      checkBase(change, "insert");
      if ((await write(change)) === "conflict") throw idTaken();
    },

    get: getOrder,

    async findByPayment(payment) {
      const found = await ask((redis) => redis.eval(FIND_BY_PAYMENT, [key.payment(payment)], [key.order("")]));
      if (found === null) return null;
      const [id, doc = null, write] = list(found);
      // Also where there is no such order: it is the id that was written by something else.
      decodeOrderId(id);
      return orderOf(doc, write);
    },

    async replace(change, lease) {
      checkBase(change, "replace");
      return (await write(change, lease)) === "written" ? "replaced" : "conflict";
    },

    async events(id) {
      return list(await ask((redis) => redis.lrange(key.events(id), 0, -1))).map(decodeEvent);
    },

    list: (options) => listPage(reader, options),

    search: (options) => searchPage(reader, options),

    async days({ from, to }) {
      const sums = new Map<string, Record<string, unknown>>();
      for (const [field, value] of pairs(await ask((redis) => redis.hgetall(key.days)))) {
        // The coin, which comes last, is the only part of any content.
        const [name = "", day = "", currency = "", ...coin] = `${field}`.split(" ");
        if (day < (from ?? "") || (to !== null && day > to)) continue;
        const id = `${day} ${currency} ${coin.join(" ")}`;
        const sum = sums.get(id) ?? { day, currency, coin: coin.join(" ") };
        sums.set(id, { ...sum, [name]: value });
      }
      return sortedDays([...sums.values()].map(decodeDay));
    },

    async due({ now, limit, from }) {
      if (limit < 1) return [];
      const [command, ...range] =
        from === "longest" ? ["ZRANGEBYSCORE", "(-inf", now] : ["ZREVRANGEBYSCORE", now, "(-inf"];
      const values = [command, ...range, limit, key.order("")].map(String);
      const answer = await ask((redis) => redis.eval(DUE, [key.due], values));
      return list(answer).map((entry) => {
        const [id, dueAt, doc = null, write] = list(entry);
        const due = decode({ id, dueAt }, dueSchema);
        return { ...due, read: () => orderOf(doc, write) };
      });
    },

    postpone: ({ id, dueAt, until }) =>
      expectNumber((redis) => redis.eval(POSTPONE, [key.due], [id, `${dueAt}`, `${until ?? ""}`])),

    async acquire(...leases) {
      const values = [randomUUID(), ...leases.flatMap((lease) => leaseValues(lease).slice(1))];
      const keys = leases.map((lease) => key.lease(lease.key));
      const answer = await ask((redis) => redis.eval(ACQUIRE, keys, values));
      return answer === 1 ? { ok: true } : { ok: false, value: decodeText(answer) };
    },

    async leaseValue({ key: name }) {
      const held = await ask((redis) => redis.get(key.lease(name)));
      return held === null ? null : decodeText(`${held}`.slice(TAKER_LENGTH));
    },

    async overwrite(lease) {
      const answer = await ask((redis) => redis.eval(OVERWRITE, [key.lease(lease.key)], leaseValues(lease)));
      if (answer !== 1) throw unexpectedAnswer();
    },

    extend: (lease) => expectNumber((redis) => redis.eval(EXTEND, [key.lease(lease.key)], leaseValues(lease).slice(1))),

    release: ({ key: name, value }) =>
      expectNumber((redis) => redis.eval(RELEASE, [key.lease(name)], [encodeText(value)])),

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

function list(answer: unknown): unknown[] {
  if (!Array.isArray(answer)) throw unexpectedAnswer();
  return answer;
}

/** Redis answers members and scores, and fields and values, in turn. */
function pairs(answer: unknown): [unknown, unknown][] {
  const flat = list(answer);
  if (flat.length % 2 !== 0) throw unexpectedAnswer();
  return flat.flatMap((each, index) => (index % 2 === 0 ? [[each, flat[index + 1]] as [unknown, unknown]] : []));
}

const unexpectedAnswer = () => storeUnavailable("unexpected_answer");
