import { plainAmount } from "@/lib/money/amount-grammar";
import { CURRENCIES } from "@/lib/money/currency";
import { DECIMAL_GRAMMAR } from "@/lib/money/decimal";
import type { OrderFilter, OrderPage, OrderStore } from "@/lib/orders/order-store";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import { STATUS_WORDS } from "./words";

/** What the list shows, from the query of its address. The export takes the same. */
export type OrderQuery = { readonly filter: OrderFilter; readonly text: string; readonly cursor: string | null };

const TEXT_MAX_LENGTH = 200;

export const FILTERS: readonly { readonly filter: OrderFilter; readonly label: string }[] = [
  { filter: "all", label: "All" },
  { filter: "attention", label: "Needs attention" },
  ...PAYMENT_STATUSES.map((filter) => ({ filter, label: STATUS_WORDS[filter] })),
  { filter: "wall", label: "On the wall" },
];

/** Never fails: what is not understood is left out. */
export function parseOrderQuery(query: URLSearchParams): OrderQuery {
  const wanted = query.get("filter");
  const filter = FILTERS.find((each) => each.filter === wanted)?.filter ?? "all";
  return { filter, text: (query.get("q") ?? "").trim().slice(0, TEXT_MAX_LENGTH), cursor: query.get("cursor") };
}

/** A search looks through all orders, whatever the filter. */
export function findOrders(store: OrderStore, { filter, text, cursor }: OrderQuery, limit: number): Promise<OrderPage> {
  return text === "" ? store.list({ filter, cursor, limit }) : store.search({ text: searched(text), cursor, limit });
}

/** An amount as people and our pages write it ("$9,999.99") is looked for as the decimal string that it is. */
function searched(text: string): string {
  const amounts = Object.keys(CURRENCIES).map((currency) => plainAmount(text, currency));
  return amounts.find((amount) => amount !== text && DECIMAL_GRAMMAR.test(amount)) ?? text;
}

/** The address of the list, or of the export, with this query. */
export function queryAddress(path: string, { filter, text, cursor }: OrderQuery): string {
  const query = new URLSearchParams();
  if (text !== "") query.set("q", text);
  else if (filter !== "all") query.set("filter", filter);
  if (cursor !== null) query.set("cursor", cursor);
  return query.size === 0 ? path : `${path}?${query}`;
}
