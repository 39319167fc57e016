import "server-only";
import { z } from "zod";
import type { Order } from "./order";
import { decodeDay, type IndexEntry, indexChange, RANK_TIME_LENGTH, sortedDays, TERM_END } from "./order-index";
import { type IndexReader, listPage, searchPage } from "./order-pages";
import {
  checkBase,
  decodeEvent,
  decodeOrder,
  decodeText,
  encodeEvent,
  encodeOrder,
  encodeText,
  foreignPayment,
  idTaken,
  type LeaseName,
  type LeaseOptions,
  type OrderStore,
  type OrderWrite,
  paymentKey,
  storeUnavailable,
} from "./order-store";
import { type Connection, openSqliteFile, type Values } from "./sqlite-file";

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

export const openOrderFile = (path: string) => openSqliteFile(path, MIGRATIONS);

const DAYS = `SELECT day, currency, coin, CAST(count AS TEXT) AS count, CAST(minor AS TEXT) AS minor,
  CAST(micros AS TEXT) AS micros FROM days WHERE day >= ? AND day <= ?`;
/** The id is what `idOfMember` takes from a member. */
const SCAN = `SELECT member, (SELECT doc FROM orders WHERE id =
    substr(member, instr(member, '${TERM_END}') + ${RANK_TIME_LENGTH + 1})) AS doc
  FROM lists WHERE list = ? AND member > ? AND member < ? ORDER BY member LIMIT ?`;
const AFTER_ALL_DAYS = ":";

/** What one acquire sweeps up at most, so that none of them pays for a backlog. */
const PURGED_AT_ONCE = 20;

/**
 * A lease that was acquired later than this after now comes from a clock that has been set back since. It has expired:
 * otherwise one wrong hour would silence an order for an hour. Longer than a caller waits for a busy file, because its
 * `now` was taken before that wait.
 */
const CLOCK_TOLERANCE_MS = 10_000;

/**
 * Orders in one SQLite file, for a single host: several processes may share it, but not over a network file system.
 * Opening is tried by each call until it works, so a bad path or a missing disk never ends the process.
 */
export function openSqliteOrderStore(options: { path: string }): OrderStore {
  const file = openOrderFile(options.path);

  async function write(change: OrderWrite, lease?: LeaseName): Promise<"written" | "conflict"> {
    // Made before the transaction: a document that is not valid is a bug that must not hold the write lock.
    const work = writeOrder(change);
    const steps = (db: Connection) => {
      const written = work(db);
      if (lease && written === "written") db.change(RELEASE, ...leaseName(lease));
      return written;
    };
    const outcome = await file.write(steps, { durable: change.previous !== null });
    if (outcome === "foreign") throw foreignPayment();
    return outcome;
  }

  async function findOrder(sql: string, name: string): Promise<Order | null> {
    const row = await file.read((db) => db.get(sql, name));
    return row === undefined ? null : decodeOrder(docOf(row));
  }

  /** Of what only has to outlive this process. */
  async function execute(sql: string, ...values: Values): Promise<void> {
    await file.write((db) => db.change(sql, ...values), { durable: false });
  }

  const reader: IndexReader = {
    async scan({ list, after, before, limit }) {
      const rows = await file.read((db) => db.all(SCAN, list, after, before, limit));
      return rows.map((row) => parseRow(scannedRowSchema, row));
    },
  };

  return {
    kind: "sqlite",

    async insert(change) {
      checkBase(change, "insert");
      if ((await write(change)) === "conflict") throw idTaken();
    },

    get: (id) => findOrder("SELECT doc FROM orders WHERE id = ?", id),

    findByPayment: (payment) =>
      findOrder(
        "SELECT doc FROM orders WHERE id = (SELECT order_id FROM payments WHERE payment = ?)",
        paymentKey(payment),
      ),

    async replace(change, lease) {
      checkBase(change, "replace");
      return (await write(change, lease)) === "written" ? "replaced" : "conflict";
    },

    async events(id) {
      const rows = await file.read((db) => db.all("SELECT doc FROM events WHERE order_id = ? ORDER BY seq", id));
      return rows.map((row) => decodeEvent(docOf(row)));
    },

    list: (options) => listPage(reader, options),

    search: (options) => searchPage(reader, options),

    async days({ from, to }) {
      const rows = await file.read((db) => db.all(DAYS, from ?? "", to ?? AFTER_ALL_DAYS));
      return sortedDays(rows.map(decodeDay));
    },

    async due({ now, limit, from }) {
      const direction = from === "longest" ? "ASC" : "DESC";
      const sql = `SELECT id, due_at, doc FROM orders WHERE due_at <= ? ORDER BY due_at ${direction}, id LIMIT ?`;
      const rows = await file.read((db) => db.all(sql, now, Math.max(0, limit)));
      const due = rows.map((row) => parseRow(dueRowSchema, row));
      return due.map(({ id, due_at, doc }) => ({ id, dueAt: due_at, read: () => decodeOrder(doc) }));
    },

    postpone: ({ id, dueAt, until }) =>
      execute("UPDATE orders SET due_at = ? WHERE id = ? AND due_at = ?", until, id, dueAt),

    async acquire(...leases) {
      // Refusals are the common case and need no write lock.
      const held = await file.read((db) => firstHolder(db, leases));
      const refused = held ?? (await file.write((db) => takeLeases(db, leases), { durable: false }));
      return refused === null ? { ok: true } : { ok: false, value: refused };
    },

    leaseValue: (lease) => file.read((db) => holderOf(db, lease)),

    overwrite(lease) {
      const sql = `INSERT INTO leases (key, value, acquired_at, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (key)
        DO UPDATE SET value = excluded.value, acquired_at = excluded.acquired_at,
          expires_at = iif(acquired_at > ?, excluded.expires_at, max(expires_at, excluded.expires_at))`;
      return execute(sql, ...leaseRow(lease), lease.now + CLOCK_TOLERANCE_MS);
    },

    extend: (lease) =>
      execute(
        "UPDATE leases SET expires_at = ?4 WHERE key = ?1 AND value = ?2 AND expires_at > ?3",
        ...leaseRow(lease),
      ),

    release: (lease) => execute(RELEASE, ...leaseName(lease)),

    async check() {
      // Only a real write tells a full or read-only disk; an expired lease is one that no caller can meet.
      await file.write((db) => {
        db.get("SELECT doc FROM orders LIMIT 1");
        db.change("INSERT OR REPLACE INTO leases VALUES ('store check', '', 0, 0)");
      });
    },

    close: async () => file.close(),
  };
}

/** Cast, because libsql binds numbers as floats, and a sum of coins can be larger than those count exactly. */
const ADD_TO_DAY = `INSERT INTO days (day, currency, coin, count, minor, micros)
  VALUES (?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER)) ON CONFLICT (day, currency, coin)
  DO UPDATE SET count = count + excluded.count, minor = minor + excluded.minor, micros = micros + excluded.micros`;

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

function holderOf(db: Connection, { key, now }: Pick<LeaseOptions, "key" | "now">): string | null {
  const sql = "SELECT value AS doc FROM leases WHERE key = ? AND expires_at > ? AND acquired_at <= ?";
  const row = db.get(sql, encodeText(key), now, now + CLOCK_TOLERANCE_MS);
  return row === undefined ? null : decodeText(docOf(row));
}

function firstHolder(db: Connection, leases: readonly LeaseOptions[]): string | null {
  for (const lease of leases) {
    const held = holderOf(db, lease);
    if (held !== null) return held;
  }
  return null;
}

/** The value of a holder that was faster, else null. */
function takeLeases(db: Connection, leases: readonly LeaseOptions[]): string | null {
  const held = firstHolder(db, leases);
  if (held !== null) return held;
  const purge = "DELETE FROM leases WHERE rowid IN (SELECT rowid FROM leases WHERE expires_at <= ? LIMIT ?)";
  const sql = "INSERT OR REPLACE INTO leases (key, value, acquired_at, expires_at) VALUES (?, ?, ?, ?)";
  for (const lease of leases) {
    db.change(purge, lease.now, PURGED_AT_ONCE);
    db.change(sql, ...leaseRow(lease));
  }
  return null;
}

const RELEASE = "DELETE FROM leases WHERE key = ? AND value = ?";
const leaseName = ({ key, value }: LeaseName) => [encodeText(key), encodeText(value)] as const;

/** Key, value, acquired_at, expires_at. */
function leaseRow({ key, value, ttlMs, now }: LeaseOptions) {
  return [encodeText(key), encodeText(value), now, now + Math.max(1, Math.ceil(ttlMs))] as const;
}

const docRowSchema = z.object({ doc: z.string() });
const scannedRowSchema = z.object({ member: z.string(), doc: z.string().nullable() });
const dueRowSchema = z.object({ id: z.string(), due_at: z.int(), doc: z.string() });

function docOf(row: unknown): string {
  return parseRow(docRowSchema, row).doc;
}

function parseRow<Row>(schema: z.ZodType<Row>, row: unknown): Row {
  const parsed = schema.safeParse(row);
  if (!parsed.success) throw storeUnavailable("unreadable_row");
  return parsed.data;
}
