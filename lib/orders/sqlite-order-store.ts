import "server-only";
import { z } from "zod";
import {
  decodeEvent,
  decodeOrder,
  decodeOrderId,
  decodeText,
  encodeEvent,
  encodeOrder,
  encodeText,
  paymentKey,
} from "./order-document";
import {
  type Acquired,
  foreignPayment,
  idTaken,
  type LeaseOptions,
  type OrderStore,
  type OrderWrite,
  storeUnavailable,
} from "./order-store";
import { type Connection, openSqliteFile } from "./sqlite-file";

/** Never edit one that was released: add another. The first is that of development versions, whose files are refused. */
const MIGRATIONS = [
  "",
  `
  CREATE TABLE orders (id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL, due_at INTEGER) STRICT;
  CREATE INDEX orders_due ON orders (due_at, id) WHERE due_at IS NOT NULL;
  CREATE TABLE payments (payment TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id)) STRICT;
  CREATE TABLE events (order_id TEXT NOT NULL REFERENCES orders (id), seq INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (order_id, seq)) STRICT;
  CREATE TABLE leases (key TEXT PRIMARY KEY, value TEXT NOT NULL, acquired_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX leases_expired ON leases (expires_at);
  `,
];

/** What one acquire sweeps up at most, so that none of them pays for a backlog. */
const PURGED_AT_ONCE = 20;

/**
 * A lease that was acquired later than this after now comes from a clock that has been set back since. It has expired:
 * otherwise one wrong hour would silence an order for an hour. Longer than a caller waits for a busy file, because the
 * time that it brings along is from before that wait.
 */
const CLOCK_TOLERANCE_MS = 10_000;

/**
 * Orders in one SQLite file, for a single host: several processes may share it, but not over a network file system.
 * Opening is tried by each call until it works, so a bad path or a missing disk never ends the process.
 */
export function openSqliteOrderStore(options: { path: string }): OrderStore {
  const file = openSqliteFile(options.path, MIGRATIONS);

  return {
    kind: "sqlite",

    async insert(write) {
      const docs = documentsOf(write);
      const outcome = await file.run((db) => db.transaction(() => insertRow(db, docs)));
      if (outcome === "taken") throw idTaken();
      if (outcome === "foreign") throw foreignPayment();
    },

    async get(id) {
      const row = await file.run((db) => db.get("SELECT doc FROM orders WHERE id = ?", id));
      return row === undefined ? null : decodeOrder(docOf(row));
    },

    async findByPayment(payment) {
      const sql = "SELECT doc FROM orders WHERE id = (SELECT order_id FROM payments WHERE payment = ?)";
      const row = await file.run((db) => db.get(sql, paymentKey(payment)));
      return row === undefined ? null : decodeOrder(docOf(row));
    },

    async replace(write) {
      const docs = documentsOf(write);
      const outcome = await file.run((db) => db.transaction(() => replaceRow(db, docs)));
      if (outcome === "foreign") throw foreignPayment();
      return outcome;
    },

    async events(id) {
      const rows = await file.run((db) => db.all("SELECT doc FROM events WHERE order_id = ? ORDER BY seq", id));
      return rows.map((row) => decodeEvent(docOf(row)));
    },

    async due({ now, limit, from }) {
      const direction = from === "longest" ? "ASC" : "DESC";
      const sql = `SELECT id, due_at FROM orders WHERE due_at <= ? ORDER BY due_at ${direction}, id LIMIT ?`;
      const rows = await file.run((db) => db.all(sql, now, Math.max(0, limit)));
      return rows.map((row) => {
        const { id, due_at: dueAt } = parseRow(dueRowSchema, row);
        return { id: decodeOrderId(id), dueAt };
      });
    },

    async postpone({ id, dueAt, until }) {
      const sql = "UPDATE orders SET due_at = ? WHERE id = ? AND due_at = ?";
      await file.run((db) => db.transaction(() => db.change(sql, until, id, dueAt)));
    },

    acquire: (lease) =>
      file.run((db) => refusal(db, lease) ?? db.transaction(() => refusal(db, lease) ?? takeLease(db, lease))),

    holder: (lease) => file.run((db) => holderOf(db, lease)),

    async extend({ key, value, ttlMs, now }) {
      const sql = `INSERT INTO leases (key, value, acquired_at, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (key)
        DO UPDATE SET value = excluded.value, acquired_at = excluded.acquired_at,
          expires_at = iif(acquired_at > ?, excluded.expires_at, max(expires_at, excluded.expires_at))`;
      const values = [encodeText(key), encodeText(value), now, expiryOf({ ttlMs, now }), now + CLOCK_TOLERANCE_MS];
      await file.run((db) => db.transaction(() => db.change(sql, ...values)));
    },

    async renew({ key, value, ttlMs, now }) {
      const sql = "UPDATE leases SET expires_at = ? WHERE key = ? AND value = ? AND expires_at > ?";
      const values = [expiryOf({ ttlMs, now }), encodeText(key), encodeText(value), now];
      await file.run((db) => db.transaction(() => db.change(sql, ...values)));
    },

    async release({ key, value }) {
      const sql = "DELETE FROM leases WHERE key = ? AND value = ?";
      await file.run((db) => db.transaction(() => db.change(sql, encodeText(key), encodeText(value))));
    },

    async check() {
      // Only a real write tells a full or read-only disk; an expired lease is one that no caller can meet.
      await file.run((db) => {
        db.get("SELECT doc FROM orders LIMIT 1");
        db.transaction(() => db.change("INSERT OR REPLACE INTO leases VALUES ('store check', '', 0, 0)"));
      });
    },

    async close() {
      file.close();
    },
  };
}

type Documents = OrderWrite & { readonly doc: string; readonly eventDoc: string };

/** Made before the transaction: a document that is not valid is a bug that must not hold the write lock. */
function documentsOf(write: OrderWrite): Documents {
  return { ...write, doc: encodeOrder(write.order), eventDoc: encodeEvent(write.event) };
}

function insertRow(db: Connection, write: Documents): "inserted" | "taken" | "foreign" {
  if (hasForeignPayment(db, write)) return "foreign";
  const { order, doc, dueAt } = write;
  const sql = "INSERT INTO orders (id, version, doc, due_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
  if (db.change(sql, order.id, order.version, doc, dueAt) === 0) return "taken";
  addHistory(db, write);
  return "inserted";
}

function replaceRow(db: Connection, write: Documents): "replaced" | "conflict" | "foreign" {
  if (hasForeignPayment(db, write)) return "foreign";
  const { order, doc, dueAt } = write;
  const sql = "UPDATE orders SET version = ?, doc = ?, due_at = ? WHERE id = ? AND version = ?";
  if (db.change(sql, order.version, doc, dueAt, order.id, order.version - 1) === 0) return "conflict";
  addHistory(db, write);
  return "replaced";
}

function addHistory(db: Connection, { order, eventDoc }: Documents): void {
  if (eventDoc !== "") {
    db.change("INSERT INTO events (order_id, seq, doc) VALUES (?, ?, ?)", order.id, order.version, eventDoc);
  }
  for (const payment of order.payments) {
    const sql = "INSERT INTO payments (payment, order_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    db.change(sql, paymentKey(payment), order.id);
  }
}

function hasForeignPayment(db: Connection, { order }: Documents): boolean {
  const sql = "SELECT order_id FROM payments WHERE payment = ? AND order_id <> ?";
  return order.payments.some((payment) => db.get(sql, paymentKey(payment), order.id) !== undefined);
}

function holderOf(db: Connection, { key, now }: Pick<LeaseOptions, "key" | "now">): string | null {
  const sql = "SELECT value AS doc FROM leases WHERE key = ? AND expires_at > ? AND acquired_at <= ?";
  const row = db.get(sql, encodeText(key), now, now + CLOCK_TOLERANCE_MS);
  return row === undefined ? null : decodeText(docOf(row));
}

/** Refusals are the common case and need no write lock. */
function refusal(db: Connection, lease: LeaseOptions): Acquired | null {
  const value = holderOf(db, lease);
  return value === null ? null : { ok: false, value };
}

function takeLease(db: Connection, lease: LeaseOptions): Acquired {
  const purge = "DELETE FROM leases WHERE rowid IN (SELECT rowid FROM leases WHERE expires_at <= ? LIMIT ?)";
  db.change(purge, lease.now, PURGED_AT_ONCE);
  const sql = "INSERT OR REPLACE INTO leases (key, value, acquired_at, expires_at) VALUES (?, ?, ?, ?)";
  db.change(sql, encodeText(lease.key), encodeText(lease.value), lease.now, expiryOf(lease));
  return { ok: true };
}

function expiryOf({ ttlMs, now }: Pick<LeaseOptions, "ttlMs" | "now">): number {
  return now + Math.max(1, Math.ceil(ttlMs));
}

const docRowSchema = z.object({ doc: z.string() });
const dueRowSchema = z.object({ id: z.string(), due_at: z.int() });

function docOf(row: unknown): string {
  return parseRow(docRowSchema, row).doc;
}

function parseRow<Row>(schema: z.ZodType<Row>, row: unknown): Row {
  const parsed = schema.safeParse(row);
  if (!parsed.success) throw storeUnavailable("unreadable_row");
  return parsed.data;
}
