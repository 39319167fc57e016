import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { Order } from "@/lib/orders/order";
import { orderKeys, WRITE_ORDER, writeOrderArguments } from "@/lib/orders/redis-scripts";
import { openOrderFile, writeOrder } from "@/lib/orders/sqlite-order-store";
import { SAMPLE_NOW, sampleOrder, samplePayment, sampleWrite } from "@/test/sample-order";

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS = 365;
const AT_ONCE = 1_000;

const FIRST = ["Ann", "Anna", "Bob", "Chen", "Dana", "Emil", "Fatima", "Greta", "Hiro", "Ines", "Jörg", "Kim", "Lea"];
const LAST = ["Adams", "Becker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Huang", "Ito", "Jansen", "Kaya"];

/** The n-th of `total` orders over one year: of ten, seven are paid; one of a hundred needs attention. */
export function benchOrder(n: number, total: number): Order {
  const createdAt = SAMPLE_NOW + Math.floor((n * DAYS * DAY_MS) / total);
  const status = n % 10 < 7 ? "paid" : n % 100 === 99 ? "underpaid" : "expired";
  const minor = 100 + (n % 50) * 50;
  const hash = `0x${randomUUID().replaceAll("-", "")}${randomUUID().replaceAll("-", "")}`;
  const coin = n % 3 === 0 ? "USDC" : "USDT";
  const received = { chain: "main", hash, coin, amount: `${Math.floor(minor / 100)}.${minor % 100}` } as const;
  return sampleOrder({
    createdAt,
    updatedAt: createdAt,
    price: { currency: "USD", minor },
    payer: {
      name: n % 4 === 0 ? null : `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n % 997}`,
      message: "Thank you for all the work",
      anonymous: n % 9 === 0,
    },
    status,
    payments: [
      samplePayment({
        status,
        createdAt,
        paidAt: status === "paid" ? createdAt : null,
        transaction: status === "expired" ? null : received,
      }),
    ],
  });
}

/** The same steps as the store's own writes, many in one transaction. */
export async function fillSqlite(path: string, orders: Iterable<Order>): Promise<void> {
  const file = openOrderFile(path);
  // Pages of the index are written in random order: with the usual 2 MB each would be read from the file again.
  await file.write((db) => db.all("PRAGMA cache_size = -1000000"));
  for (const some of inGroups(orders)) {
    const writes = some.map((order) => writeOrder(sampleWrite(order)));
    await file.write((db) => writes.map((work) => expectWritten(work(db))), { durable: false });
  }
  file.close();
}

/** The same script as the store's own writes, many in one round trip and without HTTP. */
export async function fillRedis(port: number, orders: Iterable<Order>, keyPrefix = "checkout:"): Promise<void> {
  const redis = new Redis({ host: "127.0.0.1", port, protocol: 2 });
  const sha = String(await redis.script("LOAD", WRITE_ORDER));
  const key = orderKeys(keyPrefix);
  for (const some of inGroups(orders)) {
    const pipeline = redis.pipeline();
    for (const order of some) {
      const { keys, values } = writeOrderArguments(key, { ...sampleWrite(order), writeId: randomUUID() });
      pipeline.evalsha(sha, keys.length, ...keys, ...values);
    }
    const answers = (await pipeline.exec()) ?? [];
    for (const [error, answer] of answers) expectWritten(error?.message ?? answer);
  }
  redis.disconnect();
}

function expectWritten(outcome: unknown): void {
  if (outcome !== "written") throw new Error(`An order was not written: ${outcome}`);
}

function* inGroups(orders: Iterable<Order>): Generator<Order[]> {
  let group: Order[] = [];
  for (const order of orders) {
    group.push(order);
    if (group.length < AT_ONCE) continue;
    yield group;
    group = [];
  }
  yield group;
}
