import { formatAmountForPeople } from "@/lib/money/amount";
import type { Currency } from "@/lib/money/currency";
import { addDecimals } from "@/lib/money/decimal";
import type { DayTotal } from "@/lib/orders/order-store";
import type { PublishedFee } from "@/lib/provider/provider";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A longer time is shown by month: bars thinner than a pixel show nothing. */
const MOST_DAYS = 92;
const USUAL_DAYS = 30;
const LONGEST_DAYS = 3_660;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const daysBefore = (day: string, count: number) => dayOf(Date.parse(day) - count * DAY_MS);

/** The days of UTC that an address asks for, both included. Without any: the last 30. */
export function parseRange(query: { readonly from?: unknown; readonly to?: unknown }, now: number) {
  const end = parseDay(query.to) ?? dayOf(now);
  const start = parseDay(query.from) ?? daysBefore(end, USUAL_DAYS - 1);
  const [from, to] = start <= end ? [start, end] : [end, start];
  const earliest = daysBefore(to, LONGEST_DAYS);
  return { from: from < earliest ? earliest : from, to };
}

function parseDay(text: unknown): string | null {
  if (typeof text !== "string" || !DAY.test(text)) return null;
  const ms = Date.parse(text);
  // Date.parse takes February 30 for a day of March.
  return Number.isNaN(ms) || dayOf(ms) !== text ? null : text;
}

/** What was paid, by currency and coin, with test stores apart. `fee` is null where the provider's is not known. */
export function totalRows(days: readonly DayTotal[], fee: PublishedFee | null) {
  const sums = new Map<string, Omit<DayTotal, "day">>();
  for (const { day: _, ...total } of days) {
    const key = `${total.currency} ${total.coin} ${total.testStore}`;
    const { count, minor, coins } = sums.get(key) ?? { count: 0, minor: 0, coins: "0" };
    const added = { count: count + total.count, minor: minor + total.minor, coins: addDecimals(coins, total.coins) };
    sums.set(key, { ...total, ...added });
  }
  return [...sums].map(([key, { currency, coin, testStore, count, minor, coins }]) => ({
    key,
    testStore,
    count: String(count),
    price: formatAmountForPeople({ currency, minor }, "en"),
    ...feeAndNet({ currency, minor, count }, fee),
    // Of the six decimals that the store counts, those that are not zero, and two at least.
    received: coin === "" ? "not reported" : `${coins.replace(/0{1,4}$/, "")} ${coin}`,
  }));
}

function feeAndNet({ count, ...sum }: { currency: Currency; minor: number; count: number }, fee: PublishedFee | null) {
  if (fee === null) return { fee: "not known", net: "not known" };
  const kept = Math.min(fee.estimate(sum, count), sum.minor);
  const text = (minor: number) => formatAmountForPeople({ ...sum, minor }, "en");
  return { fee: `from ${text(kept)}`, net: `up to ${text(sum.minor - kept)}` };
}

export type Bar = { readonly label: string; readonly count: number; readonly minor: number };

/** For each currency the days of the range, those without a payment too; months where the range is long. */
export function barsByCurrency(days: readonly DayTotal[], { from, to }: { from: string; to: string }) {
  const length = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  const unit = length > MOST_DAYS ? "month" : "day";
  const labelOf = (day: string) => (unit === "month" ? day.slice(0, 7) : day);
  const all = Array.from({ length }, (_, index) => labelOf(dayOf(Date.parse(from) + index * DAY_MS)));
  const labels = [...new Set(all)];
  const currencies = [...new Set(days.map(({ currency }) => currency))];
  const charts = currencies.map((currency) => {
    const bars = new Map<string, Bar>(labels.map((label) => [label, { label, count: 0, minor: 0 }]));
    for (const day of days.filter((each) => each.currency === currency)) {
      const label = labelOf(day.day);
      const bar = bars.get(label) ?? { label, count: 0, minor: 0 };
      bars.set(label, { label, count: bar.count + day.count, minor: bar.minor + day.minor });
    }
    return { currency, bars: [...bars.values()] };
  });
  return { unit, charts } as const;
}
