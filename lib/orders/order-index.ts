import { z } from "zod";
import { formatAmount } from "@/lib/money/amount";
import { parseDecimal } from "@/lib/money/decimal";
import { failedEffects, type Order, openReasons, payingPayment, priceSchema } from "./order";
import { type DayTotal, decode, type OrderFilter, storeUnavailable } from "./order-store";

/** The sorted lists in which an order stands: one for each filter, and those of what it is found by. */
export type ListName = OrderFilter | "ids" | "amounts" | "names";

/** A line of a list. Sorted by their UTF-8 bytes, members of one term stand together, the newest order first. */
export type IndexEntry = { readonly list: ListName; readonly member: string };

/** What a write adds to the totals of one day (UTC), currency and coin. `micros`: millionths of a coin. */
export type DayChange = {
  readonly day: string;
  readonly currency: Order["price"]["currency"];
  /** Followed by `TEST_STORE` where it is worth nothing. */
  readonly coin: string;
  readonly count: number;
  readonly minor: number;
  readonly micros: number;
};

/** What has to change in the lists and the totals when `next` takes the place of `previous`. */
export type IndexChange = {
  readonly added: readonly IndexEntry[];
  readonly removed: readonly IndexEntry[];
  readonly days: readonly DayChange[];
};

export function indexChange(previous: Order | null, next: Order): IndexChange {
  const before = new Map((previous === null ? [] : indexEntries(previous)).map((entry) => [entryKey(entry), entry]));
  const after = new Map(indexEntries(next).map((entry) => [entryKey(entry), entry]));
  return {
    added: [...after].filter(([key]) => !before.has(key)).map(([, entry]) => entry),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, entry]) => entry),
    days: addUp([...(previous === null ? [] : dayEntries(previous).map(negative)), ...dayEntries(next)]),
  };
}

const entryKey = ({ list, member }: IndexEntry) => `${list} ${member}`;

export function indexEntries(order: Order): IndexEntry[] {
  const rank = rankOf(order);
  const entry = (list: ListName) => (term: string) => ({ list, member: `${term}${TERM_END}${rank}` });
  return [
    ...filtersOf(order).map((list) => ({ list, member: rank })),
    ...idTerms(order).map(entry("ids")),
    entry("amounts")(amountTerm(formatAmount(order.price), order.price.currency)),
    ...nameTerms(order.payer.name ?? "").map(entry("names")),
  ];
}

function filtersOf(order: Order): OrderFilter[] {
  const { status, payer, hidden } = order;
  const needsAttention = openReasons(order).length + failedEffects(order).length > 0;
  const isOnWall = status === "paid" && Boolean(payer.name?.trim()) && !payer.anonymous && !hidden;
  return ["all", status, ...(needsAttention ? (["attention"] as const) : []), ...(isOnWall ? (["wall"] as const) : [])];
}

/** Sorts before everything that a term can hold, so that a term stands before the longer ones that begin with it. */
export const TERM_END = "\u0001";

/** So many characters stand before the id, after `TERM_END` where there is one. */
export const RANK_TIME_LENGTH = 9;
const LATEST_MS = 36 ** RANK_TIME_LENGTH - 1;

/** Newer orders come first, those of one millisecond by their ids. */
function rankOf({ createdAt, id }: Order): string {
  const leftMs = LATEST_MS - Math.min(Math.max(createdAt, 0), LATEST_MS);
  return leftMs.toString(36).padStart(RANK_TIME_LENGTH, "0") + id;
}

export const idOfMember = (member: string) => member.slice(member.lastIndexOf(TERM_END) + 1).slice(RANK_TIME_LENGTH);

const ID_START_LENGTH = 6;

/** A place in a list, after this member. It tells no more than the start of the order's id, because the id is the right to see the order. */
export function placeAfter(member: string): string {
  return member.slice(0, member.length - idOfMember(member).length + ID_START_LENGTH);
}

export const PLACE_IN_FILTER = /^[0-9a-z]{9}[A-Za-z0-9_-]{6}$/;

const MAX_ID_LENGTH = 200;

/** As people copy it: in any case, with or without the prefix of hexadecimal numbers. */
export const idTerm = (text: string) => fold(text).trim().replace(/^0x/, "").slice(0, MAX_ID_LENGTH);

function idTerms({ id, payments, refunds }: Order): string[] {
  const ids = [
    id,
    ...payments.flatMap(({ paymentId, transaction }) => [paymentId, transaction?.hash]),
    ...refunds.flatMap(({ payoutId, transactionHash }) => [payoutId, transactionHash]),
  ];
  return [...new Set(ids.map((each) => idTerm(each ?? "")))].filter((term) => term !== "");
}

/** "5.00 USD" and "5 usd" are one term. */
export function amountTerm(amount: string, currency: string): string {
  const [whole = "", fraction = ""] = amount.split(".");
  const [short, rest] = [whole.replace(/^0+(?=\d)/, ""), fraction.replace(/0+$/, "")];
  return `${rest === "" ? short : `${short}.${rest}`} ${currency.toLowerCase()}`;
}

const MAX_WORDS = 8;
const MAX_NAME_LENGTH = 40;

/** The name from each of its words on, so that the start of any word finds it, and so does the whole name. */
export function nameTerms(name: string): string[] {
  const words = fold(name, " ")
    .split(/[\s\p{P}]+/u)
    .filter((word) => word !== "");
  const starts = words.slice(0, MAX_WORDS).map((_, index) => words.slice(index).join(" "));
  return [...new Set(starts.map((start) => [...start].slice(0, MAX_NAME_LENGTH).join("")))];
}

/** Without control characters and halves of surrogate pairs, which the stores would change or cut. */
function fold(text: string, gap = ""): string {
  // Most texts, at a tenth of the time.
  if (/^[ -~]*$/.test(text)) return text.toLowerCase();
  return text.normalize("NFKC").toLowerCase().replace(/\p{C}/gu, gap);
}

const LATEST_DAY_MS = Date.UTC(9999, 11, 31);
const MICROS_DECIMALS = 6;
/** A thousand million coins: no report may make the totals larger than the stores can count. */
const MAX_MICROS = 10n ** 15n;

/** With a space, which no coin has. */
const TEST_STORE = " test";

/**
 * A paid order counts once, with its price, on the day of its `payingPayment`; what was received counts on the day of each
 * payment. The coin is empty where no report names it.
 */
function dayEntries(order: Order): DayChange[] {
  const { payments, price } = order;
  const paying = payingPayment(order);
  return addUp(
    payments.flatMap((payment): DayChange[] => {
      const { status, paidAt, createdAt, transaction, testStore } = payment;
      if (status !== "paid") return [];
      const isCounted = payment === paying;
      return [
        {
          day: new Date(Math.min(Math.max(paidAt ?? createdAt, 0), LATEST_DAY_MS)).toISOString().slice(0, 10),
          currency: price.currency,
          coin: (transaction?.coin ?? "").replace(/[\s\p{C}]/gu, "") + (testStore ? TEST_STORE : ""),
          count: isCounted ? 1 : 0,
          minor: isCounted ? price.minor : 0,
          micros: transaction?.amount === undefined ? 0 : microsOf(transaction.amount),
        },
      ];
    }),
  );
}

/** Cut off, not rounded: never more than was received. */
function microsOf(amount: string): number {
  const decimal = parseDecimal(amount);
  if (decimal === null) return 0;
  const micros = (decimal.units * 10n ** BigInt(MICROS_DECIMALS)) / 10n ** BigInt(decimal.scale);
  return Number(micros < MAX_MICROS ? micros : MAX_MICROS);
}

const negative = (entry: DayChange): DayChange => ({
  ...entry,
  count: -entry.count,
  minor: -entry.minor,
  micros: -entry.micros,
});

/** One entry for each day, currency and coin, without those that change nothing. */
function addUp(entries: readonly DayChange[]): DayChange[] {
  const sums = new Map<string, DayChange>();
  for (const entry of entries) {
    const key = `${entry.day} ${entry.currency} ${entry.coin}`;
    const { count = 0, minor = 0, micros = 0 } = sums.get(key) ?? {};
    sums.set(key, {
      ...entry,
      count: count + entry.count,
      minor: minor + entry.minor,
      micros: micros + entry.micros,
    });
  }
  return [...sums.values()].filter(({ count, minor, micros }) => count !== 0 || minor !== 0 || micros !== 0);
}

const wholeSchema = z.string().regex(/^[0-9]{1,19}$/);
const daySchema = z.object({
  day: z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/),
  currency: priceSchema.shape.currency,
  coin: z.string(),
  count: wholeSchema,
  minor: wholeSchema,
  micros: wholeSchema,
});

/** The totals of one day as both stores keep them: numbers as text, because a sum of coins can be larger than a safe integer. */
export function decodeDay(value: unknown): DayTotal {
  const { count, minor, micros, coin, ...group } = decode(value, daySchema);
  if (!Number.isSafeInteger(Number(minor))) throw storeUnavailable("unreadable_document");
  const testStore = coin.endsWith(TEST_STORE);
  const name = testStore ? coin.slice(0, -TEST_STORE.length) : coin;
  return {
    ...group,
    coin: name,
    testStore,
    count: Number(count),
    minor: Number(minor),
    coins: decimalOfMicros(micros),
  };
}

function decimalOfMicros(micros: string): string {
  const digits = micros.padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** A sum that became zero, as when a later report named the coin, is no total. */
export const sortedDays = (days: readonly DayTotal[]): DayTotal[] =>
  days
    .filter(({ count, minor, coins }) => count > 0 || minor > 0 || /[1-9]/.test(coins))
    .toSorted(
      (a, b) =>
        compareText(a.day, b.day) ||
        compareText(a.currency, b.currency) ||
        compareText(a.coin, b.coin) ||
        Number(a.testStore) - Number(b.testStore),
    );

const compareText = (a: string, b: string) => (a < b ? -1 : Number(a > b));
