import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Currency } from "@/lib/money/currency";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { type RedisServer, startRedisServer } from "@/test/redis-server";
import { newer, nextWrite, SAMPLE_NOW, sampleOrder, samplePayment, sampleWrite } from "@/test/sample-order";
import { startUpstashBridge, type UpstashBridge } from "@/test/upstash-bridge";
import { type Order, openReasons, type Payment, paymentIdSchema } from "./order";
import type { DayTotal, OrderFilter, OrderPage, OrderStore } from "./order-store";
import { openRedisOrderStore } from "./redis-order-store";
import { openSqliteOrderStore } from "./sqlite-order-store";
import { PAYMENT_STATUSES, type PaymentStatus } from "./status";

const TOKEN = "lists";
const folder = mkdtempSync(join(tmpdir(), "lists-"));
let server: RedisServer;
let bridge: UpstashBridge;
let front: HttpServer;
beforeAll(async () => {
  server = await startRedisServer();
  bridge = await startUpstashBridge({ redisPort: server.port, token: TOKEN });
  front = await startHttpServer(losingAnswers());
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await front?.close();
  await bridge?.close();
  await server?.close();
});

/** Passes requests on, and hangs up in place of the first answer to each script. */
function losingAnswers(): Parameters<typeof startHttpServer>[0] {
  const seen = new Set<string>();
  return async (request, response) => {
    const body = await text(request);
    const headers = { authorization: `Bearer ${TOKEN}`, "upstash-encoding": "base64" };
    const answer = await fetch(bridge.url + (request.url ?? ""), { method: "POST", body, headers });
    const result = await answer.text();
    const isLost = body.startsWith('["eval"') && !seen.has(body);
    seen.add(body);
    if (isLost) request.socket.destroy();
    else response.writeHead(answer.status).end(result);
  };
}

/** Each answers an empty store. */
const STORES: [string, () => OrderStore][] = [
  ["SQLite", () => openSqliteOrderStore({ path: join(folder, `${randomUUID()}.db`) })],
  ["Redis", () => openRedis(bridge.url)],
];

const openRedis = (url: string) =>
  openRedisOrderStore({ url, token: TOKEN, timeoutMs: 10_000, keyPrefix: `${randomUUID()}:` });

/** All pages of a list, one after the other. */
async function allPages(read: (cursor: string | null) => Promise<OrderPage>): Promise<Order[]> {
  const orders: Order[] = [];
  let cursor: string | null = null;
  do {
    const page: OrderPage = await read(cursor);
    orders.push(...page.orders);
    cursor = page.next;
  } while (cursor !== null);
  return orders;
}

const newestFirst = (orders: readonly Order[]) =>
  orders.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
const idsOf = (orders: readonly Order[]) => orders.map(({ id }) => id);

const DAY_MS = 24 * 60 * 60 * 1000;
const paidPayment = (changes: Partial<Payment> = {}): Payment =>
  samplePayment({
    status: "paid",
    paidAt: SAMPLE_NOW,
    transaction: { chain: "main", coin: "USDT", amount: "5.000000", hash: `0x${randomBytes(32).toString("hex")}` },
    ...changes,
  });
const paidOrder = (changes: Partial<Order> = {}) =>
  sampleOrder({ status: "paid", payments: [paidPayment()], ...changes });
const named = (name: string | null) => ({ name, message: null, anonymous: false });

describe.each(STORES)("%s lists orders", (_name, open) => {
  const stored = async (orders: readonly Order[]) => {
    const store = open();
    for (const order of orders) await store.insert(sampleWrite(order));
    return store;
  };

  it("page by page, newest first, and goes on where it was while new orders arrive", async () => {
    const orders = [5, 1, 3, 3, 3, 2].map((second) => sampleOrder({ createdAt: SAMPLE_NOW + second * 1_000 }));
    const store = await stored(orders);
    const list = (cursor: string | null, limit = 2) => store.list({ filter: "all", cursor, limit });
    expect(idsOf(await allPages(list))).toEqual(idsOf(newestFirst(orders)));
    const first = await list(null);
    await store.insert(sampleWrite(sampleOrder({ createdAt: SAMPLE_NOW + 9_000 })));
    expect(idsOf((await list(first.next, 10)).orders)).toEqual(idsOf(newestFirst(orders)).slice(2));
    expect(await list(null, 0)).toEqual({ orders: [], unreadable: [], next: null });
    expect((await list(null, 7)).next, "nothing comes after the last").toBeNull();
    await store.close();
  });

  it("takes a cursor that is none, or of another list, for the first page", async () => {
    const store = await stored([paidOrder(), paidOrder()]);
    const { next } = await store.list({ filter: "paid", cursor: null, limit: 1 });
    const lists = ["", "x", "{", "WyJhbGwiLCIiXQ", Buffer.from('["all","\u{10FFFF}"]').toString("base64url"), next];
    for (const cursor of lists) {
      expect((await store.list({ filter: "all", cursor, limit: 5 })).orders).toHaveLength(2);
      expect((await store.search({ text: "zoë", cursor, limit: 5 })).orders).toHaveLength(2);
    }
    expect(Buffer.from(next ?? "", "base64url").toString(), "an order's id is the right to see it").not.toMatch(
      /[A-Za-z0-9_-]{22}/,
    );
    await store.close();
  });

  it("by status, by what needs attention, and for the wall", async () => {
    const effect = { event: "paid", name: "on_paid", doneAt: null, failures: 1, nextAt: SAMPLE_NOW };
    const orders = {
      pending: sampleOrder({ effects: [{ ...effect, failures: 0 }] }),
      wall: paidOrder({ effects: [{ ...effect, doneAt: SAMPLE_NOW }] }),
      unfulfilled: paidOrder({ effects: [effect], hidden: true }),
      late: paidOrder({ attention: ["paid_late"] }),
      underpaid: sampleOrder({ status: "underpaid" }),
      handled: paidOrder({ attention: ["paid_late"], handled: ["paid_late"], hidden: true }),
      anonymous: paidOrder({ payer: { ...named("Ann"), anonymous: true } }),
      nameless: paidOrder({ payer: named(" ") }),
    };
    const store = await stored(Object.values(orders));
    const list = async (filter: OrderFilter) => {
      const { orders: found } = await store.list({ filter, cursor: null, limit: 50 });
      return Object.entries(orders).flatMap(([name, order]) => (found.some(({ id }) => id === order.id) ? [name] : []));
    };
    expect(await list("all")).toEqual(Object.keys(orders));
    expect(await list("attention")).toEqual(["unfulfilled", "late", "underpaid"]);
    expect(await list("wall")).toEqual(["wall", "late"]);
    expect(await list("paid")).toEqual(["wall", "unfulfilled", "late", "handled", "anonymous", "nameless"]);
    expect(await list("underpaid")).toEqual(["underpaid"]);
    const { late, unfulfilled, wall } = orders;
    const effects = [{ ...effect, doneAt: SAMPLE_NOW }];
    await store.replace(sampleWrite(newer(unfulfilled, { effects }), { previous: unfulfilled }));
    await store.replace(sampleWrite(newer(late, { handled: ["paid_late"] }), { previous: late }));
    await store.replace(sampleWrite(newer(wall, { hidden: true }), { previous: wall }));
    expect(await list("attention")).toEqual(["underpaid"]);
    expect(await list("wall")).toEqual(["late"]);
    await store.close();
  });

  it("finds an order by its ids, its hashes, its name and its amount", async () => {
    const refund = {
      reference: "refund-reference-1",
      kind: "recorded",
      provider: null,
      payoutId: null,
      coin: "USDT",
      amount: "1",
      network: null,
      status: "sent",
      claimUrl: null,
      transactionHash: "0xREFUND00ff",
      note: null,
      createdAt: 1,
      updatedAt: 1,
    } as const;
    const order = paidOrder({
      payer: { name: "Anna-Lena O’Neill Ångström 山田 🥯", message: "secretword", anonymous: true },
      payments: [
        paidPayment({
          paymentId: paymentIdSchema.parse("Pay\u0000ment:7"),
          transaction: { chain: "main", hash: "0xABCdef0123456789" },
        }),
      ],
      refunds: [refund],
    });
    const store = await stored([order, sampleOrder({ payer: named("Bob"), price: { currency: "EUR", minor: 7_50 } })]);
    const found = async (text: string) => {
      const { orders, next } = await store.search({ text, cursor: null, limit: 10 });
      expect(next).toBeNull();
      return idsOf(orders);
    };
    const finding = [order.id, ` ${order.id.toUpperCase()} `, order.id.slice(0, 8), "payment:7"];
    finding.push("0xabcdef0123456789", "ABCDEF0123456789", "0xABCdef01", "0xrefund00FF");
    finding.push("anna", "LENA", "o’neill", "neill ång", "ÅNGSTRÖM", "A\u030Angstr", "山田", "🥯", "anna lena o neill");
    finding.push("5", "5.00", "5.0 usd", "5.00 USD", "05");
    for (const text of finding) expect(await found(text), text).toEqual([order.id]);
    const missing = ["", " ", "secretword", "nna", "50", "5.01", "5 eur", "5.00 us", "0xab", "%", "*", "\u0001", "na"];
    for (const text of [...missing, "x".repeat(10_000), "\ud800", "\u{10FFFF}"])
      expect(await found(text), text).toEqual([]);
    await store.close();
  });

  it("shows whole words before longer ones, and an order once, on whatever page", async () => {
    const names = ["Annabel Ann", "Ann", "ann", "Annika", "An Annex", "Bob"];
    const orders = names.map((name, second) =>
      sampleOrder({ payer: named(name), createdAt: SAMPLE_NOW + second * 1_000 }),
    );
    const store = await stored(orders);
    const shown = await allPages((cursor) => store.search({ text: "ann", cursor, limit: 1 }));
    expect(shown.map(({ payer }) => payer.name)).toEqual(["ann", "Ann", "Annabel Ann", "An Annex", "Annika"]);
    await store.close();
  });

  it("adds up what was paid by day, currency and coin", async () => {
    const store = open();
    const days = (from: string | null = null, to: string | null = null) => store.days({ from, to });
    expect(await days()).toEqual([]);
    const huge = "9".repeat(30);
    const transaction = (coin: string, amount: string) => ({ chain: "main", coin, amount }) as const;
    const orders = [
      paidOrder(),
      paidOrder({ payments: [paidPayment({ transaction: transaction("USDT", "4.9999999") })] }),
      paidOrder({ payments: [paidPayment({ transaction: null, paidAt: SAMPLE_NOW + DAY_MS })] }),
      // Paid twice, a day apart and in two coins: the price counts once.
      paidOrder({
        payments: [
          paidPayment({ paidAt: SAMPLE_NOW + DAY_MS, transaction: transaction("USDC", "6") }),
          paidPayment({ transaction: transaction("USDT", "5.1") }),
        ],
      }),
      paidOrder({
        price: { currency: "JPY", minor: 300 },
        payments: [paidPayment({ transaction: transaction("X Y", huge) })],
      }),
      sampleOrder({ status: "underpaid", payments: [samplePayment({ status: "underpaid" })] }),
    ];
    for (const order of orders) await store.insert(sampleWrite(order));
    const [first, second] = ["2027-01-15", "2027-01-16"];
    const totals = [
      { day: first, currency: "JPY", coin: "XY", count: 1, minor: 300, coins: "1000000000.000000" },
      { day: first, currency: "USD", coin: "USDT", count: 3, minor: 15_00, coins: "15.099999" },
      { day: second, currency: "USD", coin: "", count: 1, minor: 5_00, coins: "0.000000" },
      { day: second, currency: "USD", coin: "USDC", count: 0, minor: 0, coins: "6.000000" },
    ].map((total) => ({ ...total, testStore: false }));
    expect(await days()).toEqual(totals);
    expect(await days(first, first)).toEqual(totals.slice(0, 2));
    expect(await days(second, null)).toEqual(totals.slice(2));
    expect(await days(null, "2027-01-14")).toEqual([]);
    // A later report names the coin.
    const [, , unnamed] = orders;
    if (unnamed === undefined) throw new Error("There is one.");
    const payments = unnamed.payments.map((each) => ({ ...each, transaction: transaction("USDC", "5") }));
    await store.replace(sampleWrite(newer(unnamed, { payments }), { previous: unnamed }));
    expect((await days(second)).map(({ coin, count, coins }) => [coin, count, coins])).toEqual([
      ["USDC", 1, "11.000000"],
    ]);
    await store.close();
  });

  it("refuses a write that is not based on the version before", async () => {
    const [order, other] = [sampleOrder(), sampleOrder()];
    const store = await stored([order, other]);
    const second = newer(order);
    for (const previous of [null, second, other, newer(second)]) {
      await expect(store.replace(sampleWrite(second, { previous }))).rejects.toThrow(/based on/);
    }
    await expect(store.insert(nextWrite(order))).rejects.toThrow(/based on/);
    expect(await store.get(order.id)).toEqual(order);
    await store.close();
  });
});

describe.each<[string, () => OrderStore]>([
  ...STORES,
  ["Redis, which loses its first answers,", () => openRedis(front.url)],
])("%s", (_name, open) => {
  const NAMES = [null, "Ann", "Anna Ann", "Bob", "bob ann"] as const;
  const order = fc
    .record({
      second: fc.integer({ min: 0, max: 3 }),
      name: fc.constantFrom(...NAMES),
      anonymous: fc.boolean(),
      minor: fc.constantFrom(500, 5000),
      currency: fc.constantFrom("USD" as const, "EUR" as const),
    })
    .map(({ second, name, anonymous, ...price }) =>
      sampleOrder({ createdAt: SAMPLE_NOW + second, payer: { ...named(name), anonymous }, price }),
    );
  const payment = fc
    .record({
      status: fc.constantFrom(...PAYMENT_STATUSES),
      day: fc.integer({ min: 0, max: 2 }),
      coin: fc.constantFrom("USDT", "USDC"),
      amount: fc.constantFrom("5", "0.1234567", "7.000001"),
      testStore: fc.boolean(),
    })
    .map(({ status, day, testStore, ...coins }) =>
      samplePayment({
        status,
        testStore,
        paidAt: status === "paid" ? SAMPLE_NOW + day * DAY_MS : null,
        transaction: { chain: "main", hash: `0x${randomBytes(8).toString("hex")}`, ...coins },
      }),
    );
  const changes = fc.oneof(
    fc.array(payment, { maxLength: 3 }).map((payments) => ({
      payments,
      status: payments.some(({ status }) => status === "paid") ? ("paid" as const) : ("underpaid" as const),
    })),
    fc.record({ hidden: fc.boolean() }),
    fc.constant<Partial<Order>>({ handled: ["underpaid"] }),
    fc.constant<Partial<Order>>({ attention: ["overpaid"] }),
  );
  /** `stale`: based on the version before the newest. `twice`: sent again, as after a lost answer. */
  const write = fc.record({ at: fc.nat(), changes, stale: fc.boolean(), twice: fc.boolean() });

  it("keeps its lists and totals as they follow from the orders, whatever was written", {
    timeout: 60_000,
  }, async () => {
    const worlds = fc.tuple(fc.array(order, { minLength: 1, maxLength: 6 }), fc.array(write, { maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(worlds, async ([inserted, writes]) => {
        const store = open();
        const versions = inserted.map((first) => [first]);
        for (const [first] of versions) if (first) await store.insert(sampleWrite(first));
        for (const { at, changes: wanted, stale, twice } of writes) {
          const known = versions[at % versions.length] ?? [];
          const previous = stale && known.length > 1 ? known.at(-2) : known.at(-1);
          if (previous === undefined) continue;
          const next = sampleWrite(newer(previous, wanted), { previous });
          const outcome = await store.replace(next);
          expect(outcome).toBe(previous === known.at(-1) ? "replaced" : "conflict");
          if (outcome === "replaced") known.push(next.order);
          if (twice) expect(await store.replace(next)).toBe("conflict");
        }
        const orders = versions.flatMap((known) => known.slice(-1));
        await expectToFollow(store, orders);
        await store.close();
      }),
      { numRuns: 8 },
    );
  });

  it("counts an order that many writers make paid once", async () => {
    const store = open();
    const first = sampleOrder();
    await store.insert(sampleWrite(first));
    const writers = Array.from({ length: 20 }, () =>
      store.replace(sampleWrite(newer(first, { status: "paid", payments: [paidPayment()] }), { previous: first })),
    );
    expect((await Promise.all(writers)).filter((outcome) => outcome === "replaced")).toHaveLength(1);
    expect((await store.days({ from: null, to: null })).map(({ count, minor }) => [count, minor])).toEqual([[1, 500]]);
    await store.close();
  });
});

/** Compares each list, some searches and the totals with what a look at every order gives. */
async function expectToFollow(store: OrderStore, orders: readonly Order[]): Promise<void> {
  const isOf = (wanted: PaymentStatus): [OrderFilter, (order: Order) => boolean] => [
    wanted,
    ({ status }) => status === wanted,
  ];
  const filters: [OrderFilter, (order: Order) => boolean][] = [
    ["all", () => true],
    ["attention", (each) => openReasons(each).length > 0],
    ["wall", ({ status, payer, hidden }) => status === "paid" && payer.name !== null && !payer.anonymous && !hidden],
    ...(["pending", "paid", "underpaid"] as const).map(isOf),
  ];
  for (const [filter, fits] of filters) {
    const listed = await allPages((cursor) => store.list({ filter, cursor, limit: 3 }));
    expect(listed, filter).toEqual(newestFirst(orders.filter(fits)));
  }
  const isIn = (text: string) => (each: Order) =>
    (each.payer.name?.toLowerCase().split(" ") ?? []).some((word) => word.startsWith(text));
  const [some] = orders;
  const [hash = "none of all"] = some?.payments.flatMap(({ transaction }) => transaction?.hash ?? []) ?? [];
  const searches: [string, (order: Order) => boolean][] = [
    ["ann", isIn("ann")],
    ["BO", isIn("bo")],
    ["5", ({ price }) => price.minor === 500],
    ["50.00 eur", ({ price }) => price.minor === 5000 && price.currency === "EUR"],
    [hash, ({ payments }) => payments.some(({ transaction }) => transaction?.hash === hash)],
  ];
  for (const [text, fits] of searches) {
    const found = await allPages((cursor) => store.search({ text, cursor, limit: 2 }));
    expect(idsOf(found).toSorted(), text).toEqual(idsOf(orders.filter(fits)).toSorted());
  }
  expect(await store.days({ from: null, to: null })).toEqual(dayByDay(orders));
}

function dayByDay(orders: readonly Order[]): DayTotal[] {
  const sums = new Map<string, { count: number; minor: number; micros: bigint }>();
  for (const { payments, price } of orders) {
    const paid = payments.filter(({ status }) => status === "paid");
    const real = paid.filter(({ testStore }) => !testStore);
    const counting = real.length > 0 ? real : paid;
    const first = counting.find(({ paidAt }) => paidAt === Math.min(...counting.map((each) => each.paidAt ?? 0)));
    for (const payment of paid) {
      const { paidAt, transaction, testStore } = payment;
      const day = new Date(paidAt ?? 0).toISOString().slice(0, 10);
      const key = `${day} ${price.currency} ${transaction?.coin} ${testStore}`;
      const sum = sums.get(key) ?? { count: 0, minor: 0, micros: 0n };
      sums.set(key, sum);
      const [whole = "", fraction = ""] = transaction?.amount?.split(".") ?? [];
      sum.micros += BigInt(whole + fraction.slice(0, 6).padEnd(6, "0"));
      if (payment !== first) continue;
      sum.count += 1;
      sum.minor += price.minor;
    }
  }
  return [...sums].sort().map(([key, { count, minor, micros }]) => {
    const [day = "", currency, coin = "", testStore] = key.split(" ");
    const digits = String(micros).padStart(7, "0");
    const coins = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    return { day, currency: currency as Currency, coin, testStore: testStore === "true", count, minor, coins };
  });
}
