import { describe, expect, it } from "vitest";
import type { DayTotal } from "@/lib/orders/order-store";
import { barsByCurrency, parseRange, totalRows } from "./totals";

const NOW = Date.UTC(2026, 10, 27, 12);
const day = (changes: Partial<DayTotal>): DayTotal => ({
  day: "2026-11-27",
  currency: "USD",
  coin: "USDT",
  testStore: false,
  count: 1,
  minor: 500,
  coins: "5.000000",
  ...changes,
});

describe("a range of days", () => {
  it.each([
    [{}, { from: "2026-10-29", to: "2026-11-27" }],
    [
      { from: "2026-11-01", to: "2026-11-02" },
      { from: "2026-11-01", to: "2026-11-02" },
    ],
    [
      { from: "2026-11-02", to: "2026-11-01" },
      { from: "2026-11-01", to: "2026-11-02" },
    ],
    [
      { from: "2026-02-30", to: ["2026-02-01", "x"] },
      { from: "2026-10-29", to: "2026-11-27" },
    ],
    [{ from: "0001-01-01" }, { from: "2016-11-19", to: "2026-11-27" }],
  ])("of %j", (query, range) => expect(parseRange(query, NOW)).toEqual(range));
});

it("sums are exact, by currency and coin", () => {
  const days = [
    day({ minor: 9_007_199_254_740_000, coins: "9007199254740.100000" }),
    day({ minor: 991, coins: "0.200001" }),
    day({ coin: "", coins: "0.000000" }),
    day({ currency: "JPY", minor: 500 }),
  ];
  const live = { testStore: false };
  const unknown = { fee: "not known", net: "not known" };
  expect(totalRows(days, null)).toEqual([
    {
      key: "USD USDT false",
      testStore: false,
      count: "2",
      price: "$90,071,992,547,409.91",
      received: "9007199254740.300001 USDT",
      ...unknown,
    },
    { ...live, key: "USD  false", count: "1", price: "$5.00", received: "not reported", ...unknown },
    { ...live, key: "JPY USDT false", count: "1", price: "¥500", received: "5.00 USDT", ...unknown },
  ]);
});

it("keeps what a test store brought apart from real money", () => {
  const rows = totalRows([day({}), day({ testStore: true, minor: 700 }), day({ testStore: true })], null);
  expect(rows.map(({ testStore, price }) => [testStore, price])).toEqual([
    [false, "$5.00"],
    [true, "$12.00"],
  ]);
});

it("of the fee it says the least that can have been kept, and never more than was paid", () => {
  const estimate = ({ minor }: { minor: number }, payments = 1) =>
    Math.max(Math.ceil((minor * 6) / 1_000), 10 * payments);
  const fee = { estimate, source: "" };
  const days = [day({ count: 3, minor: 1_500 }), day({ currency: "EUR", minor: 5, count: 1 })];
  expect(totalRows(days, fee)).toMatchObject([
    { fee: "from $0.30", net: "up to $14.70" },
    { fee: "from €0.05", net: "up to €0.00" },
  ]);
});

describe("the chart", () => {
  it("has a bar for each day, in each currency, and adds up the coins of a day", () => {
    const days = [day({ day: "2026-11-26" }), day({ coin: "USDC", minor: 250 }), day({}), day({ currency: "EUR" })];
    const { unit, charts } = barsByCurrency(days, { from: "2026-11-25", to: "2026-11-27" });
    expect(unit).toBe("day");
    expect(charts.map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
    expect(charts[0]?.bars).toEqual([
      { label: "2026-11-25", count: 0, minor: 0 },
      { label: "2026-11-26", count: 1, minor: 500 },
      { label: "2026-11-27", count: 2, minor: 750 },
    ]);
  });

  it("goes by month over a long time", () => {
    const { unit, charts } = barsByCurrency([day({})], { from: "2026-01-31", to: "2026-11-30" });
    expect(unit).toBe("month");
    expect(charts[0]?.bars.map(({ label }) => label)).toHaveLength(11);
    expect(charts[0]?.bars.at(-1)).toEqual({ label: "2026-11", count: 1, minor: 500 });
  });
});
