import type { Order } from "./order";
import {
  amountTerm,
  type IndexEntry,
  idOfMember,
  idTerm,
  indexEntries,
  type ListName,
  nameTerms,
  PLACE_IN_FILTER,
  placeAfter,
  TERM_END,
} from "./order-index";
import { decodeIfReadable, type ListOptions, type OrderPage, type SearchOptions } from "./order-store";

/** What a store has to be able to do, so that its lists can be read page by page. */
export type IndexReader = {
  /** The members of a list after `after` and before `before`, in the order of their bytes. */
  scan(options: { list: ListName; after: string; before: string; limit: number }): Promise<Scanned[]>;
};

/** `doc`: the document of the member's order as it is stored, null where it is gone. */
type Scanned = { readonly member: string; readonly doc: unknown };

/** Sorts after everything that a member can hold, as text and as UTF-8. */
const LAST = "\u{10FFFF}";

/** The members of a list that begin with `start`, those up to `after` left out. */
type Range = { readonly list: ListName; readonly start: string; readonly after: string };

/** A cursor that is none of ours is like none: the first page is a better answer to an old link than an error. */
export async function listPage(reader: IndexReader, { filter, cursor, limit }: ListOptions): Promise<OrderPage> {
  const place = decodeCursor(cursor);
  const isPlace = place?.list === filter && PLACE_IN_FILTER.test(place.at);
  return readPage(reader, [{ list: filter, start: "", after: isPlace ? place.at + LAST : "" }], limit);
}

/**
 * Whole terms come before longer ones that begin like the text, and each newest first. An order that is found by several of
 * its terms is shown at one of them, so a page can hold fewer than `limit` and still have a next one.
 */
export async function searchPage(reader: IndexReader, { text, cursor, limit }: SearchOptions): Promise<OrderPage> {
  const ranges = rangesOf(text);
  const place = decodeCursor(cursor);
  const index = ranges.findIndex(({ list }) => list === place?.list);
  const range = ranges[index];
  const isPlace = place !== null && range !== undefined && place.at.startsWith(range.start);
  const rest = isPlace ? [{ ...range, after: place.at + LAST }, ...ranges.slice(index + 1)] : ranges;
  return readPage(reader, rest, limit, ranges);
}

/** Shorter starts of ids would find too much by chance. */
const MIN_ID_LENGTH = 6;
const AMOUNT = /^([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([a-z]{3,5})?$/;

/** Where a text may be found, in the order of showing. */
function rangesOf(text: string): Range[] {
  const id = idTerm(text);
  const [, amount, currency = ""] = AMOUNT.exec(text.trim().toLowerCase()) ?? [];
  const [name] = nameTerms(text);
  const startingWith = (list: ListName, start: string): Range => ({ list, start, after: start });
  return [
    ...(id.length < MIN_ID_LENGTH ? [] : [startingWith("ids", id)]),
    ...(amount === undefined
      ? []
      : [startingWith("amounts", amountTerm(amount, currency) + (currency === "" ? "" : TERM_END))]),
    ...(name === undefined ? [] : [startingWith("names", name)]),
  ];
}

/** `shown` are the ranges of all pages, where an order can be found more than once. */
async function readPage(
  reader: IndexReader,
  ranges: readonly Range[],
  limit: number,
  shown: readonly Range[] = [],
): Promise<OrderPage> {
  if (limit < 1) return { orders: [], unreadable: [], next: null };
  const found = await Promise.all(
    ranges.map(async ({ list, start, after }) => {
      const scanned = await reader.scan({ list, after, before: start + LAST, limit: limit + 1 });
      return scanned.map((each) => ({ list, ...each }));
    }),
  );
  const all = found.flat();
  const entries = all.slice(0, limit);
  const ids = entries.map(({ member }) => idOfMember(member));
  const orders = entries.map(({ doc }) => decodeIfReadable(doc));
  const last = all.length > limit ? entries.at(-1) : undefined;
  return {
    orders: orders.flatMap((order, index) => {
      if (order === null) return [];
      const first = firstMatch(order, shown);
      return first === undefined || first === entries[index]?.member ? [order] : [];
    }),
    unreadable: [...new Set(ids.filter((_, index) => entries[index]?.doc !== null && orders[index] === null))],
    next: last === undefined ? null : encodeCursor(last),
  };
}

/** The one of an order's members at which it is shown. */
function firstMatch(order: Order, ranges: readonly Range[]): string | undefined {
  const entries = ranges.length === 0 ? [] : indexEntries(order);
  for (const range of ranges) {
    const members = entries.filter(({ list, member }) => list === range.list && member.startsWith(range.start));
    const [first] = members.map(({ member }) => member).sort();
    if (first !== undefined) return first;
  }
  return undefined;
}

const encodeCursor = ({ list, member }: IndexEntry) =>
  Buffer.from(JSON.stringify([list, placeAfter(member)])).toString("base64url");

function decodeCursor(cursor: string | null): { list: string; at: string } | null {
  if (cursor === null) return null;
  try {
    const [list, at]: unknown[] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return typeof list === "string" && typeof at === "string" ? { list, at } : null;
  } catch {
    return null;
  }
}
