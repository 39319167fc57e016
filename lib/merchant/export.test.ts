import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import type { Order, Refund } from "@/lib/orders/order";
import { onBothStores, onSqlite, type TestFlow, withStore } from "../../test/flow-support";
import { sampleOrder, samplePayment, sampleWrite } from "../../test/sample-order";
import { exportOrders } from "./export";
import { parseOrderQuery } from "./find-orders";
import { totalRows } from "./totals";

const PAID_AT = Date.UTC(2026, 10, 27, 23, 59, 59, 999);

function paidOrder(minor: number, name: string | null, changes: Partial<Order> = {}): Order {
  const transaction = {
    hash: `0x${"1f".repeat(32)}`,
    chain: "main",
    network: "Base",
    coin: "USDT",
    amount: "5.000000",
  } as const;
  const payments = [samplePayment({ status: "paid", paidAt: PAID_AT, transaction })];
  return sampleOrder({
    status: "paid",
    price: { currency: "USD", minor },
    payer: { name, message: null, anonymous: false },
    payments,
    ...changes,
  });
}

const insertAll = async ({ store }: TestFlow, orders: readonly Order[]) => {
  for (const order of orders) await store.insert(sampleWrite(order));
};

async function exported({ store }: TestFlow, query = ""): Promise<string> {
  let text = "";
  for await (const part of exportOrders(store, parseOrderQuery(new URLSearchParams(query)))) text += part;
  return text;
}

/** What a reader of CSV that we did not write makes of it. */
function readByPython(text: string): Record<string, string>[] {
  const program =
    "import csv, io, json, sys; t = sys.stdin.buffer.read().decode('utf-8-sig'); print(json.dumps(list(csv.DictReader(io.StringIO(t, newline='')))))";
  return JSON.parse(execFileSync("python3", ["-c", program], { input: text, encoding: "utf8" }));
}

const NAMES = [
  '=HYPERLINK("https://evil.example","you")',
  "+1",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "semicolon;=1+1",
  "two\n=lines",
  'x; "=1',
  'a "quoted", name',
  "two\nlines",
  "Zoë 🥯 名前",
  "",
] as const;

onBothStores("the export", (world) => {
  it("is read by Python's csv module as it was written, and holds no formula", async () => {
    const flow = world().process();
    await insertAll(
      flow,
      NAMES.map((name, index) => paidOrder(100 + index, name, index === 0 ? { item: "mug" } : {})),
    );
    const text = await exported(flow);
    expect(text.startsWith("\ufeffreference,started,paid,status,item,amount,currency,")).toBe(true);
    expect(text.endsWith("\r\n")).toBe(true);
    const rows = readByPython(text);
    expect(rows).toHaveLength(NAMES.length);
    expect(
      rows
        .map(({ item }) => item)
        .toSorted()
        .slice(-2),
    ).toEqual(["", "mug"]);
    const named = new Map(rows.map((row) => [row.amount, row.name]));
    for (const [index, name] of NAMES.entries()) {
      const isFormula = /^[=+\-@\t\r]/.test(name);
      const inner = name.replace(/([;\r\n][ "]*)=/, "$1'=");
      expect(named.get((1 + index / 100).toFixed(2))).toBe(isFormula ? `'${inner}` : inner);
    }
    for (const row of rows) {
      expect(row).toMatchObject({ paid: "2026-11-27T23:59:59.999Z", status: "paid", currency: "USD", network: "Base" });
      for (const value of Object.values(row)) expect(value).not.toMatch(/^[=+\-@\t\r]/);
    }
  });

  it("and the list go on past an order that cannot be read, and name it", async () => {
    const { process, corrupt } = world();
    const flow = process();
    const orders = [101, 102, 103].map((minor) => paidOrder(minor, "Ada"));
    await insertAll(flow, orders);
    const [, broken] = orders;
    if (broken === undefined) throw new Error("There is none.");
    await corrupt(broken.id);
    const rows = readByPython(await exported(flow));
    expect(rows.map(({ amount, status }) => `${amount} ${status}`).toSorted()).toEqual([
      " unreadable",
      "1.01 paid",
      "1.03 paid",
    ]);
    // One reference in 64 begins with a minus, which a spreadsheet would take for a formula.
    const reference = broken.id.replace(/^-/, "'-");
    expect(rows.find(({ status }) => status === "unreadable")?.reference).toBe(reference);
    const pages = [
      await flow.store.list({ filter: "wall", cursor: null, limit: 9 }),
      await flow.store.search({ text: "ada", cursor: null, limit: 9 }),
    ];
    for (const { orders: found, unreadable } of pages) expect([found.length, unreadable]).toEqual([2, [broken.id]]);
  });

  it("says what was sent back, what may still go, and what was paid in a test store", async () => {
    const flow = world().process();
    const refund = (number: number, status: Refund["status"]): Refund => ({
      ...{ reference: `refund-012345678${number}`, kind: "payout", provider: "sample", payoutId: null, coin: "USDT" },
      ...{ amount: `${number}.50`, network: null, status, claimUrl: null, transactionHash: null, note: null },
      ...{ createdAt: PAID_AT, updatedAt: PAID_AT },
    });
    const statuses = ["sent", "waiting", "unsure", "canceled", "sent"] as const;
    const tried = [samplePayment({ status: "paid", paidAt: PAID_AT, testStore: true })];
    await insertAll(flow, [
      paidOrder(101, "Ada", { refunds: statuses.map((status, index) => refund(index + 1, status)) }),
      paidOrder(102, "Ada", { payments: tried }),
    ]);
    const rows = readByPython(await exported(flow)).toSorted((a, b) => Number(a.amount) - Number(b.amount));
    expect(rows).toMatchObject([
      { refunded: "1.50 USDT 5.50 USDT", refunds_open: "2.50 USDT 3.50 USDT", test_store: "no" },
      { refunded: "", refunds_open: "", test_store: "yes" },
    ]);
  });

  it("has the sums of the totals, and the rows of its filter or search", async () => {
    const flow = world().process();
    const paid = [101, 250, 999_99].map((minor) => paidOrder(minor, "Ada"));
    const payer = { name: null, message: null, anonymous: true };
    const open = sampleOrder({ payer, price: { currency: "USD", minor: 777 } });
    const underpaid = sampleOrder({ payer, status: "underpaid", price: { currency: "USD", minor: 101 } });
    await insertAll(flow, [...paid, open, underpaid]);
    const rows = readByPython(await exported(flow, "filter=paid"));
    const cents = rows.map(({ amount = "" }) => BigInt(amount.replace(".", ""))).reduce((a, b) => a + b, 0n);
    const days = await flow.store.days({ from: null, to: null });
    expect(totalRows(days, null)).toMatchObject([{ count: "3", price: "$1,003.50", received: "15.00 USDT" }]);
    expect(cents).toBe(100_350n);
    expect(days.reduce((sum, { minor }) => sum + BigInt(minor), 0n)).toBe(cents);

    // None of these has a quoted field.
    const ids = async (query: string) => {
      const lines = (await exported(flow, query)).split("\r\n").slice(1, -1);
      // An id that begins with a minus is no formula either.
      return lines.map((line) => line.split(",")[0]?.replace(/^'-/, "-"));
    };
    expect(await ids("filter=attention")).toEqual([underpaid.id]);
    expect((await ids("q=1.01")).toSorted()).toEqual([paid[0]?.id, underpaid.id].toSorted());
    expect(await ids("filter=expired")).toEqual([]);
    expect(await ids("")).toHaveLength(5);
  });
});

onSqlite("the export of many orders", (world) => {
  it("reads one page of the store after the other, and only as fast as it is taken", async () => {
    const flow = world().process();
    await insertAll(
      flow,
      Array.from({ length: 7 }, (_, index) => paidOrder(100 + index, null)),
    );
    const limits: number[] = [];
    const store = withStore(flow, {
      list(options) {
        limits.push(options.limit);
        return flow.store.list(options);
      },
    }).store;
    const parts = exportOrders(store, parseOrderQuery(new URLSearchParams()), 3);
    await parts.next();
    expect(limits).toEqual([]);
    await parts.next();
    expect(limits).toEqual([3]);
    let rest = 0;
    for await (const part of parts) rest += part.split("\r\n").length - 1;
    expect(rest).toBe(4);
    expect(limits).toEqual([3, 3, 3]);
  });
});
