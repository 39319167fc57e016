import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { newer, nextWrite, sampleEvent, sampleOrder, samplePayment, sampleWrite } from "@/test/sample-order";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import { type OrderId, orderIdSchema, paymentIdSchema } from "./order";
import type { OrderStore } from "./order-store";
import { openRedisOrderStore } from "./redis-order-store";
import { openSqliteOrderStore } from "./sqlite-order-store";

const folder = mkdtempSync(join(tmpdir(), "orders-"));
let server: RedisServer;
let bridge: UpstashBridge;
beforeAll(async () => {
  server = await startRedisServer();
  bridge = await startUpstashBridge({ redisPort: server.port, token: "contract" });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await bridge?.close();
  await server?.close();
});

/** Each answers a new handle on the same stored orders each time. */
const STORES: [string, () => OrderStore][] = [
  ["SQLite", () => openSqliteOrderStore({ path: join(folder, "deep", "orders.db") })],
  ["Redis", () => openRedisOrderStore({ url: bridge.url, token: bridge.token, timeoutMs: 10_000 })],
];

describe.each(STORES)("%s keeps orders", (_name, open) => {
  const handles: OrderStore[] = [];
  const handle = () => {
    const store = open();
    handles.push(store);
    return store;
  };
  afterEach(async () => {
    for (const store of handles.splice(0)) await store.close();
  });

  it("gives back what was inserted, through another handle", async () => {
    const order = sampleOrder();
    const event = sampleEvent();
    await handle().insert({ order, event, dueAt: null, previous: null });
    expect(await handle().get(order.id)).toEqual(order);
    expect(await handle().events(order.id)).toEqual([event]);
  });

  it("answers null for what it does not know", async () => {
    const store = handle();
    const { id, payments } = sampleOrder();
    expect(await store.get(id)).toBeNull();
    expect(await store.get("__proto__" as OrderId)).toBeNull();
    for (const payment of payments) expect(await store.findByPayment(payment)).toBeNull();
    expect(await store.events(id)).toEqual([]);
  });

  it("refuses to insert an id twice and leaves the first as it is", async () => {
    const store = handle();
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    await expect(store.insert(sampleWrite({ ...order, status: "paid" }))).rejects.toThrow(/exists already/);
    expect(await store.get(order.id)).toEqual(order);
    expect(await store.events(order.id)).toHaveLength(1);
  });

  it("refuses to write a document that it could not read back", async () => {
    const store = handle();
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const broken = newer(order, { price: { currency: "USD", minor: 0.5 } });
    await expect(store.replace(sampleWrite(broken, { previous: order }))).rejects.toThrow();
    expect(await store.get(order.id)).toEqual(order);
  });

  it("finds an order by each of its payments, also by one added later", async () => {
    const store = handle();
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const later = newer(order, { payments: [...order.payments, samplePayment()] });
    await store.replace(sampleWrite(later, { previous: order }));
    expect(later.payments).toHaveLength(2);
    for (const payment of later.payments) expect(await store.findByPayment(payment)).toEqual(later);
  });

  it("tells payments of two providers with one id apart", async () => {
    const store = handle();
    const paymentId = paymentIdSchema.parse(`same-${randomUUID()}`);
    const orders = ["a", "a:b", "b"].map((provider) =>
      sampleOrder({ payments: [samplePayment({ provider, paymentId })] }),
    );
    for (const order of orders) await store.insert(sampleWrite(order));
    for (const order of orders) {
      for (const payment of order.payments) expect(await store.findByPayment(payment)).toEqual(order);
    }
    expect(await store.findByPayment({ provider: "c", paymentId })).toBeNull();
    const within = paymentIdSchema.parse(`b:${paymentId}`);
    expect(await store.findByPayment({ provider: "a", paymentId: within }), "a and b:id are not a:b and id").toBeNull();
  });

  it("refuses a payment that belongs to another order, and changes nothing", async () => {
    const store = handle();
    const [mine, other] = [sampleOrder(), sampleOrder()];
    const { payments } = mine;
    await store.insert(sampleWrite(mine));
    await expect(store.insert(sampleWrite({ ...other, payments }))).rejects.toThrow(/another order/);
    expect(await store.get(other.id)).toBeNull();
    await store.insert(sampleWrite(other));
    await expect(store.replace(sampleWrite(newer(other, { payments }), { previous: other }))).rejects.toThrow(
      /another order/,
    );
    expect(await store.get(other.id)).toEqual(other);
    expect(await store.events(other.id)).toHaveLength(1);
  });

  it("replaces the expected version only", async () => {
    const store = handle();
    const order = sampleOrder();
    expect(await store.replace(nextWrite(order))).toBe("conflict");
    await store.insert(sampleWrite(order));
    const second = newer(order, { status: "confirming" });
    const confirming = sampleWrite(second, { previous: order, event: sampleEvent({ to: "confirming" }) });
    expect(await store.replace(confirming)).toBe("replaced");
    expect(await store.replace(confirming)).toBe("conflict");
    expect(await store.replace(nextWrite(newer(second)))).toBe("conflict");
    expect(await store.get(order.id)).toEqual(second);
    expect(await store.events(order.id)).toEqual([sampleEvent(), sampleEvent({ to: "confirming" })]);
  });

  it("lets exactly one of 100 parallel writers of one version win", async () => {
    const stores = [handle(), handle()];
    const order = sampleOrder();
    await stores[0]?.insert(sampleWrite(order));
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, writer) =>
        stores[writer % 2]?.replace(nextWrite(order, { event: sampleEvent({ facts: { writer } }) })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "replaced")).toHaveLength(1);
    const writer = outcomes.indexOf("replaced");
    expect((await stores[0]?.events(order.id))?.slice(1)).toEqual([sampleEvent({ facts: { writer } })]);
  });

  it("gives the history in the order of writing, without writes that have no event", async () => {
    const store = handle();
    let order = sampleOrder();
    await store.insert(sampleWrite(order, { event: sampleEvent({ facts: { step: 1 } }) }));
    for (let step = 2; step <= 12; step++) {
      const event = step % 3 === 0 ? null : sampleEvent({ at: 5, facts: { step } });
      const write = nextWrite(order, { event });
      expect(await store.replace(write)).toBe("replaced");
      order = write.order;
    }
    expect(await store.get(order.id)).toEqual(order);
    expect((await store.events(order.id)).map(({ facts }) => facts.step)).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
  });

  describe("by when they are due", () => {
    // Other tests have orders as well; these are due earlier than all of them, each test earlier than the one before.
    let base = -1_000_000;
    async function dueOrders(offsets: readonly number[]) {
      base -= 1_000;
      const store = handle();
      const orders = offsets.map(() => sampleOrder());
      for (const [index, order] of orders.entries()) {
        await store.insert(sampleWrite(order, { dueAt: base + (offsets[index] ?? 0) }));
      }
      const at = base;
      const due = async (offset: number, limit = 100, from: "longest" | "newest" = "longest") => {
        const found = await store.due({ now: at + offset, limit, from });
        return found.flatMap(({ id, dueAt }) => {
          const index = orders.findIndex((order) => order.id === id);
          return index === -1 ? [] : [[index, dueAt - at]];
        });
      };
      const postpone = (index: number, { dueAt, until }: { dueAt: number; until: number | null }) =>
        store.postpone({
          id: orders[index]?.id as OrderId,
          dueAt: at + dueAt,
          until: until === null ? null : at + until,
        });
      return { store, orders, at, due, postpone };
    }

    it("lists them from both ends, with the time of each", async () => {
      const { store, orders, at, due } = await dueOrders([30, 10, 20, 99]);
      const longestFirst = [
        [1, 10],
        [2, 20],
        [0, 30],
      ];
      expect(await due(30)).toEqual(longestFirst);
      const found = await store.due({ now: at + 30, limit: 3, from: "longest" });
      expect(found.map(({ read }) => read())).toEqual([1, 2, 0].map((index) => orders[index]));
      expect(await due(30, 100, "newest")).toEqual(longestFirst.toReversed());
      expect(await due(30, 2)).toEqual(longestFirst.slice(0, 2));
      expect(await due(30, 2, "newest")).toEqual(longestFirst.slice(1).toReversed());
      for (const from of ["longest", "newest"] as const) {
        for (const limit of [0, -1]) expect(await store.due({ now: at + 30, limit, from })).toEqual([]);
        expect(await store.due({ now: at, limit: 5, from })).toEqual([]);
      }
    });

    it("moves them with each write, and out of the list when nothing is left to do", async () => {
      const { store, orders, at, due } = await dueOrders([10, 20]);
      const [first, second] = orders;
      if (!first || !second) throw new Error("There are two orders.");
      await store.replace(nextWrite(first, { dueAt: at + 25 }));
      await store.replace(nextWrite(second, { dueAt: null, event: null }));
      expect(await due(30)).toEqual([[0, 25]]);
    });

    it("postpones one, or takes it out, unless its time has changed since", async () => {
      const { store, orders, due, postpone } = await dueOrders([10, 20]);
      await postpone(0, { dueAt: 11, until: 90 });
      expect(await due(30), "another time").toEqual([
        [0, 10],
        [1, 20],
      ]);
      await postpone(0, { dueAt: 10, until: 25 });
      await postpone(0, { dueAt: 10, until: 90 });
      expect(await due(30), "once moved, the old time counts no more").toEqual([
        [1, 20],
        [0, 25],
      ]);
      await postpone(1, { dueAt: 20, until: null });
      expect(await due(30)).toEqual([[0, 25]]);
      for (const dueAt of [20, 0]) await postpone(1, { dueAt, until: 21 });
      expect(await due(30), "what was taken out stays out").toEqual([[0, 25]]);
      await store.postpone({ id: sampleOrder().id, dueAt: 0, until: -5_000_000 });
      expect((await store.due({ now: -4_000_000, limit: 5, from: "longest" })).length, "no such order").toBe(0);
      const [order] = orders;
      expect(order && (await store.get(order.id)), "the document is as it was").toEqual(order);
    });
  });

  describe("and names that are taken for a time", () => {
    const anyKey = () => `lease-${randomUUID()}`;

    it("gives a name to exactly one of many callers, and tells the others who has it", async () => {
      const stores = [handle(), handle()];
      const lease = { key: anyKey(), ttlMs: 60_000, now: Date.now() };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, caller) => stores[caller % 2]?.acquire({ ...lease, value: `caller ${caller}` })),
      );
      const winner = answers.findIndex((answer) => answer?.ok);
      const refused = answers.filter((_, caller) => caller !== winner);
      expect(refused).toEqual(Array(49).fill({ ok: false, value: `caller ${winner}` }));
      expect(await handle().leaseValue(lease)).toBe(`caller ${winner}`);
    });

    it("takes several names together or none of them", async () => {
      const store = handle();
      const now = Date.now();
      const lease = (value: string) => ({ key: anyKey(), value, ttlMs: 60_000, now });
      const [first, second, third] = [lease("1"), lease("2"), lease("3")];
      expect(await store.acquire(first, second)).toEqual({ ok: true });
      expect([await store.leaseValue(first), await store.leaseValue(second)]).toEqual(["1", "2"]);
      expect(await store.acquire(third, { ...second, value: "other" })).toEqual({ ok: false, value: "2" });
      expect(await store.leaseValue(third)).toBeNull();
      const racing = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          handle().acquire({ ...third, value: `${n}` }, { ...lease("x"), value: `${n}` }),
        ),
      );
      expect(racing.filter(({ ok }) => ok)).toHaveLength(1);
    });

    it("releases a lease with the write that it was for, for its holder only and only if it is written", async () => {
      const store = handle();
      const order = sampleOrder();
      await store.insert(sampleWrite(order));
      const lease = { key: anyKey(), value: "mine", ttlMs: 60_000, now: Date.now() };
      await store.acquire(lease);
      const write = nextWrite(order);
      expect(await store.replace(write, { ...lease, value: "another" })).toBe("replaced");
      expect(await store.replace(write, lease)).toBe("conflict");
      expect(await store.leaseValue(lease)).toBe("mine");
      expect(await store.replace(nextWrite(write.order), lease)).toBe("replaced");
      expect(await store.leaseValue(lease)).toBeNull();
    });

    it("releases a name for the value of its holder only", async () => {
      const store = handle();
      const lease = { key: anyKey(), ttlMs: 60_000, now: Date.now() };
      const value = "12345678901234567890\u0000é🥯";
      expect(await store.leaseValue(lease)).toBeNull();
      expect(await store.acquire({ ...lease, value })).toEqual({ ok: true });
      await store.release({ key: lease.key, value: "12345678901234567890" });
      expect(await store.leaseValue(lease)).toBe(value);
      expect(await store.acquire({ ...lease, value: "b" })).toEqual({ ok: false, value });
      await store.release({ key: lease.key, value });
      expect(await store.leaseValue(lease)).toBeNull();
      expect(await store.acquire({ ...lease, value: "b" })).toEqual({ ok: true });
    });

    it("keeps names apart that differ after a NUL or in a lone surrogate", async () => {
      const store = handle();
      const key = anyKey();
      for (const end of ["\u0000a", "\u0000b", "\ud800", "\ud801", "\ufffd"]) {
        const lease = { key: key + end, value: end, ttlMs: 60_000, now: Date.now() };
        expect(await store.acquire(lease)).toEqual({ ok: true });
        expect(await store.leaseValue(lease)).toBe(end);
      }
    });

    it("gives a name again after its time, to exactly one", async () => {
      const store = handle();
      const key = anyKey();
      await store.acquire({ key, value: "old", ttlMs: 80, now: Date.now() });
      const acquired = await eventually(async () => {
        const tries = [1, 2, 3].map((n) => store.acquire({ key, value: `${n}`, ttlMs: 60_000, now: Date.now() }));
        const answers = (await Promise.all(tries)).filter(({ ok }) => ok);
        return answers.length > 0 ? answers : undefined;
      });
      expect(acquired).toHaveLength(1);
    });

    it("extends a name that is taken, that is free and that is over, and tells what was left on it", async () => {
      const store = handle();
      const now = Date.now();
      const [taken, free, over] = [anyKey(), anyKey(), anyKey()];
      await store.acquire({ key: taken, value: "another", ttlMs: 60_000, now });
      await store.acquire({ key: over, value: "long ago", ttlMs: 1, now: now - 10 });
      const value = "quiet\u0000é🥯";
      for (const key of [taken, free, over]) {
        await store.overwrite({ key, value, ttlMs: 60_000, now });
        expect(await handle().acquire({ key, value: "later", ttlMs: 1, now })).toEqual({ ok: false, value });
      }
    });

    it("extends a lease for its holder, and neither what is free nor what another one has", async () => {
      const store = handle();
      const [mine, other, free, over] = [anyKey(), anyKey(), anyKey(), anyKey()];
      const extension = { value: "mine", ttlMs: 60_000 };
      const now = Date.now();
      await store.acquire({ key: mine, value: "mine", ttlMs: 3_000, now });
      await store.acquire({ key: other, value: "other", ttlMs: 3_000, now });
      await store.acquire({ key: over, value: "mine", ttlMs: 1, now });
      await eventually(async () => (await store.leaseValue({ key: over, now: Date.now() })) === null || undefined);
      for (const key of [mine, other, free, over]) await store.extend({ ...extension, key, now: Date.now() });
      expect(await store.leaseValue({ key: free, now: Date.now() })).toBeNull();
      expect(await store.leaseValue({ key: over, now: Date.now() })).toBeNull();
      await eventually(async () => (await store.leaseValue({ key: other, now: Date.now() })) === null || undefined);
      expect(await store.leaseValue({ key: mine, now: Date.now() })).toBe("mine");
    });

    it("extends to the longer of two times, and gives the name again after that", async () => {
      const store = handle();
      const [first, second, control] = [anyKey(), anyKey(), anyKey()];
      const long = { value: "long", ttlMs: 60_000 };
      const short = { value: "short", ttlMs: 80 };
      const isFree = async (key: string) => (await store.leaseValue({ key, now: Date.now() })) === null;
      const now = Date.now();
      await store.acquire({ key: first, ...short, now });
      await store.overwrite({ key: first, ...long, now });
      await store.acquire({ key: second, ...long, now });
      await store.overwrite({ key: second, ...short, now });
      await store.overwrite({ key: control, ...short, now });
      await eventually(async () => ((await isFree(control)) ? true : undefined));
      expect(await isFree(first)).toBe(false);
      expect(await isFree(second)).toBe(false);
    });
  });

  it("can be checked, and refuses everything once closed", async () => {
    const store = open();
    await store.check();
    await store.close();
    await expect(store.check()).rejects.toMatchObject({ name: "StoreUnavailableError" });
    const id = orderIdSchema.parse(randomUUID());
    await expect(store.get(id)).rejects.toMatchObject({ name: "StoreUnavailableError" });
  });
});
