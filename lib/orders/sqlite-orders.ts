import "server-only";
import { type IndexEntry, indexChange } from "./order-index";
import { encodeEvent, encodeOrder, type OrderWrite, paymentKey } from "./order-store";
import { type Connection, openSqliteFile } from "./sqlite-file";

/** Never edit one that was released: add another. The empty ones are those of development versions, whose files are refused. */
const MIGRATIONS = [
  "",
  "",
  `
  CREATE TABLE orders (id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL, due_at INTEGER) STRICT;
  CREATE INDEX orders_due ON orders (due_at, id) WHERE due_at IS NOT NULL;
  CREATE TABLE payments (payment TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id)) STRICT;
  CREATE TABLE events (order_id TEXT NOT NULL REFERENCES orders (id), seq INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (order_id, seq)) STRICT;
  CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT raise(ABORT, 'append only'); END;
  CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT raise(ABORT, 'append only'); END;
  CREATE TRIGGER events_no_replace BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE order_id = NEW.order_id AND seq = NEW.seq)
    BEGIN SELECT raise(ABORT, 'append only'); END;
  CREATE TABLE lists (list TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (list, member)) STRICT, WITHOUT ROWID;
  CREATE TABLE days (day TEXT NOT NULL, currency TEXT NOT NULL, coin TEXT NOT NULL, count INTEGER NOT NULL,
    minor INTEGER NOT NULL, micros INTEGER NOT NULL, PRIMARY KEY (day, currency, coin)) STRICT, WITHOUT ROWID;
  CREATE TABLE leases (key TEXT PRIMARY KEY, value TEXT NOT NULL, acquired_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX leases_expired ON leases (expires_at);
  `,
];

/** Cast, because libsql binds numbers as floats, and a sum of coins can be larger than those count exactly. */
const ADD_TO_DAY = `INSERT INTO days (day, currency, coin, count, minor, micros)
  VALUES (?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER)) ON CONFLICT (day, currency, coin)
  DO UPDATE SET count = count + excluded.count, minor = minor + excluded.minor, micros = micros + excluded.micros`;

export const openOrderFile = (path: string) => openSqliteFile(path, MIGRATIONS);

const INSERT = "INSERT INTO orders (id, version, doc, due_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const REPLACE = "UPDATE orders SET version = ?2, doc = ?3, due_at = ?4 WHERE id = ?1 AND version = ?2 - 1";

// One statement for all of an order's entries: each call of the engine costs more than the insert itself.
const ENTRIES = "SELECT value ->> 0, value ->> 1 FROM json_each(?)";
const ADD_TO_LISTS = `INSERT OR IGNORE INTO lists (list, member) ${ENTRIES}`;
const TAKE_FROM_LISTS = `DELETE FROM lists WHERE (list, member) IN (${ENTRIES})`;

const entriesOf = (entries: readonly IndexEntry[]) => JSON.stringify(entries.map(({ list, member }) => [list, member]));

/** The steps of a write, to be run in one transaction. */
export function writeOrder({ order, event, dueAt, previous }: OrderWrite) {
  const doc = encodeOrder(order);
  const eventDoc = encodeEvent(event);
  const payments = order.payments.map(paymentKey);
  const { added, removed, days } = indexChange(previous, order);
  return (db: Connection): "written" | "conflict" | "foreign" => {
    const others = "SELECT order_id FROM payments WHERE payment = ? AND order_id <> ?";
    if (payments.some((payment) => db.get(others, payment, order.id) !== undefined)) return "foreign";
    if (db.change(previous === null ? INSERT : REPLACE, order.id, order.version, doc, dueAt) === 0) return "conflict";
    const history = "INSERT INTO events (order_id, seq, doc) VALUES (?, ?, ?)";
    if (eventDoc !== "") db.change(history, order.id, order.version, eventDoc);
    const index = "INSERT INTO payments (payment, order_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    for (const payment of payments) db.change(index, payment, order.id);
    if (added.length > 0) db.change(ADD_TO_LISTS, entriesOf(added));
    if (removed.length > 0) db.change(TAKE_FROM_LISTS, entriesOf(removed));
    for (const { day, currency, coin, count, minor, micros } of days) {
      db.change(ADD_TO_DAY, day, currency, coin, count, minor, micros);
    }
    return "written";
  };
}
