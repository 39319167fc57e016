import { stringify } from "csv-stringify/sync";
import { formatAmount } from "@/lib/money/amount";
import { isPaidInTestStore, type Order, openReasons, paymentToShow, type Refund } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { hasEnded } from "@/lib/orders/refunds";
import { findOrders, type OrderQuery } from "./find-orders";
import { isoTime } from "./words";

/** How many orders are in memory at a time. */
const AT_ONCE = 500;

const COLUMNS = [
  "reference",
  "started",
  "paid",
  "status",
  "item",
  "amount",
  "currency",
  "received",
  "coin",
  "network",
  "transaction",
  "provider",
  "payment_id",
  "name",
  "anonymous",
  "message",
  "needs_attention",
  "refunded",
  "refunds_open",
  "test_store",
] as const;

/**
 * All orders of a query as CSV (RFC 4180), one page of the store at a time: UTF-8 with a byte order mark, which
 * spreadsheets need to read it as such, and times in UTC. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front, and so does the part of one that becomes a cell of its own where a spreadsheet splits at
 * semicolons, as many countries' do.
 */
export async function* exportOrders(store: OrderStore, query: OrderQuery, atOnce = AT_ONCE): AsyncGenerator<string> {
  yield `\ufeff${csv([COLUMNS])}`;
  let cursor: string | null = null;
  do {
    const page = await findOrders(store, { ...query, cursor }, atOnce);
    const rows = [...page.orders.map(rowOf), ...page.unreadable.map(unreadableRow)];
    if (rows.length > 0) yield csv(rows);
    cursor = page.next;
  } while (cursor !== null);
}

const csv = (rows: readonly (readonly string[])[]) =>
  stringify(
    rows.map((row) => row.map(withoutInnerFormulas)),
    { escape_formulas: true, quoted_match: /[\r\n]/, record_delimiter: "windows" },
  );

/** Where Excel splits at semicolons it takes quotes inside a cell for text, so a line break between them ends the row. */
const INNER_FORMULA = /([;\r\n][\s"']*)(?=[=+\-@＝＋－＠])/g;
const withoutInnerFormulas = (text: string) => text.replace(INNER_FORMULA, "$1'");

function rowOf(order: Order): string[] {
  const { price, payer, refunds } = order;
  const payment = paymentToShow(order);
  const transaction = payment?.transaction;
  const row: Record<(typeof COLUMNS)[number], string | null | undefined> = {
    reference: order.id,
    started: isoTime(order.createdAt),
    paid: isoTime(payment?.paidAt),
    status: order.status,
    item: order.item,
    amount: formatAmount(price),
    currency: price.currency,
    received: transaction?.amount,
    coin: transaction?.coin,
    network: transaction?.network,
    transaction: transaction?.hash,
    provider: payment?.provider,
    payment_id: payment?.paymentId,
    name: payer.name,
    anonymous: payer.anonymous ? "yes" : "no",
    message: payer.message,
    needs_attention: openReasons(order).join(" "),
    refunded: coinsOf(refunds.filter(({ status }) => status === "sent")),
    refunds_open: coinsOf(refunds.filter((refund) => !hasEnded(refund))),
    test_store: isPaidInTestStore(order) ? "yes" : "no",
  };
  return COLUMNS.map((column) => row[column] ?? "");
}

const coinsOf = (refunds: readonly Refund[]) => refunds.map(({ amount, coin }) => `${amount} ${coin}`).join(" ");

/** An order that cannot be read is named, so that a sum over the file does not look complete. */
const unreadableRow = (id: string) =>
  COLUMNS.map((column) => (column === "reference" ? id : column === "status" ? "unreadable" : ""));
