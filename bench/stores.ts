import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Order } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { startRedisServer } from "@/test/redis-server";
import { newer, nextWrite, sampleWrite } from "@/test/sample-order";
import { startUpstashBridge } from "@/test/upstash-bridge";
import { type Figure, figure } from "./figure";
import { benchOrder, fillRedis, fillSqlite } from "./fill";
import { median } from "./load";
import type { BenchOptions } from "./main";

const FEW = 1_000;
const ROUNDS = 60;
const PAGE = 25;
const NAMES = ["ann", "Bob", "chen", "IT", "garcia", "jörg"];

type Filled = {
  readonly store: OrderStore;
  readonly orders: number;
  /** Some of the orders, to search for. */
  readonly known: readonly Order[];
  /** Bytes of the whole store. */
  readonly bytes: () => Promise<number>;
  readonly commands: () => Promise<Map<string, number>>;
  readonly close: () => Promise<void>;
};

/** What the merchant's pages, the goal and the flow ask of a store. `n` counts the rounds. */
const QUESTIONS: Record<string, (filled: Filled, n: number) => Promise<unknown>> = {
  "first admin page (attention and all)": ({ store }) =>
    Promise.all((["attention", "all"] as const).map((filter) => store.list({ filter, cursor: null, limit: PAGE }))),
  "next page": async ({ store }) => store.list({ filter: "all", cursor: await secondPage(store), limit: PAGE }),
  "search by id": ({ store, known }, n) => store.search({ text: nth(known, n).id, cursor: null, limit: PAGE }),
  // Each is found often enough to fill a page, because a page of one order is faster whatever the store holds.
  "search by name": ({ store }, n) =>
    store.search({ text: NAMES[n % NAMES.length] ?? "ann", cursor: null, limit: PAGE }),
  "goal total (all days)": ({ store }) => store.days({ from: null, to: null }),
  "chart of 30 days": ({ store }) => store.days({ from: "2027-12-01", to: "2027-12-30" }),
  "wall, first page": ({ store }) => store.list({ filter: "wall", cursor: null, limit: PAGE }),
  "write: new order": ({ store, orders }, n) => store.insert(sampleWrite(benchOrder(n, orders))),
  "write: new order, then its end": ({ store, orders }, n) => paidOrder(store, benchOrder(n, orders)),
};

const cursors = new WeakMap<OrderStore, string | null>();
async function secondPage(store: OrderStore): Promise<string | null> {
  const known = cursors.get(store);
  if (known !== undefined) return known;
  const { next } = await store.list({ filter: "all", cursor: null, limit: PAGE });
  cursors.set(store, next);
  return next;
}

async function paidOrder(store: OrderStore, order: Order): Promise<void> {
  const previous: Order = { ...order, status: "pending", payments: [] };
  await store.insert(sampleWrite(previous));
  const { status, payments } = order;
  await store.replace(sampleWrite(newer(previous, { status, payments }), { previous }));
}

const nth = (known: readonly Order[], n: number): Order => known[n % known.length] ?? benchOrder(n, FEW);

export async function benchStores({ orders }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, open] of Object.entries({ SQLite: openSqlite, Redis: openRedis })) {
    const few = await open(FEW);
    const startedAt = performance.now();
    const many = await open(orders);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`\n${name}: ${FEW} and ${orders} orders (filled in ${seconds} s), medians of ${ROUNDS}`);
    console.log(`  bytes per order: ${Math.round((await many.bytes()) / orders)}`);
    for (const [question, ask] of Object.entries(QUESTIONS)) {
      figures.push(await compare(`${name}, ${orders} orders against ${FEW}: ${question}`, ask, few, many));
    }
    await printCommands(few);
    await few.close();
    await many.close();
  }
  return figures;
}

/** In turn, so that what else the machine does meets both. */
async function compare(
  name: string,
  ask: (filled: Filled, n: number) => Promise<unknown>,
  few: Filled,
  many: Filled,
): Promise<Figure> {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < ROUNDS + 5; n += 1) {
    for (const [index, filled] of [few, many].entries()) {
      const startedAt = performance.now();
      await ask(filled, n);
      if (n >= 5) times[index]?.push(performance.now() - startedAt);
    }
  }
  const [atFew, atMany] = [median(times[0]), median(times[1])];
  return figure(
    name,
    [atMany / atFew],
    { atMost: 2 },
    `${atMany.toPrecision(3)} ms against ${atFew.toPrecision(3)} ms`,
  );
}

async function printCommands(filled: Filled): Promise<void> {
  const before = await filled.commands();
  if (before.size === 0) return;
  const order = benchOrder(0, FEW);
  const writes = [sampleWrite(order), nextWrite(order)];
  await filled.store.insert(sampleWrite(order));
  await filled.store.replace(nextWrite(order));
  const after = await filled.commands();
  const count = [...after].flatMap(([name, calls]) => {
    const more = calls - (before.get(name) ?? 0);
    return more > 0 && name !== "info" ? [`${name} ${more / writes.length}`] : [];
  });
  console.log(`  commands per write, those inside the script included: ${count.sort().join(", ")}`);
}

function* generate(total: number, known: Order[]): Generator<Order> {
  const step = Math.max(1, Math.floor(total / (ROUNDS + 5)));
  for (let n = 0; n < total; n += 1) {
    const order = benchOrder(n, total);
    if (n % step === 0) known.push(order);
    yield order;
  }
}

async function openSqlite(orders: number): Promise<Filled> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const path = join(folder, "orders.db");
  const known: Order[] = [];
  await fillSqlite(path, generate(orders, known));
  const store = openSqliteOrderStore({ path });
  return {
    ...{ store, orders, known },
    bytes: async () => statSync(path).size,
    commands: async () => new Map(),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function openRedis(orders: number): Promise<Filled> {
  const server = await startRedisServer({ durable: false });
  const redis = new Redis({ host: "127.0.0.1", port: server.port, protocol: 2 });
  const bytes = async () => Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
  const empty = await bytes();
  const known: Order[] = [];
  await fillRedis(server.port, generate(orders, known));
  const bridge = await startUpstashBridge({ redisPort: server.port, token: "bench" });
  const store = openRedisOrderStore({ url: bridge.url, token: "bench", timeoutMs: 10_000 });
  return {
    ...{ store, orders, known },
    bytes: async () => (await bytes()) - empty,
    async commands() {
      const stats = (await redis.info("commandstats")).matchAll(/cmdstat_([a-z|]+):calls=(\d+)/g);
      return new Map([...stats].map(([, name = "", calls]) => [name, Number(calls)]));
    },
    async close() {
      await store.close();
      redis.disconnect();
      await bridge.close();
      await server.close();
    },
  };
}
