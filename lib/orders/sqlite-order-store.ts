import "server-only";
import { z } from "zod";
import type { Order, OrderEvent } from "./order";
import {
  decodeEvent,
  decodeOrder,
  decodeOrderId,
  decodeText,
  encodeEvent,
  encodeOrder,
  encodeText,
} from "./order-document";
import type { Claim, OrderStore } from "./order-store";
import { type Connection, openSqliteFile } from "./sqlite-file";
import { foreignPayment, idTaken, storeUnavailable } from "./store-fault";

/** Never edit one that was released: add another. */
const MIGRATIONS = [
  `
  CREATE TABLE orders (id TEXT PRIMARY KEY, version INTEGER NOT NULL, doc TEXT NOT NULL, next_check_at INTEGER) STRICT;
  CREATE INDEX orders_due ON orders (next_check_at, id) WHERE next_check_at IS NOT NULL;
  CREATE TABLE payments (payment_id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id)) STRICT;
  CREATE TABLE events (order_id TEXT NOT NULL REFERENCES orders (id), seq INTEGER NOT NULL, doc TEXT NOT NULL,
    PRIMARY KEY (order_id, seq)) STRICT;
  CREATE TABLE claims (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE INDEX claims_expired ON claims (expires_at);
  `,
];

/** What one claim sweeps up at most, so that none of them pays for a backlog. */
const PURGED_PER_CLAIM = 20;

/**
 * Orders in one SQLite file, for a single host: several processes may share it, but not over a network file system.
 * Opening is tried by each call until it works, so a bad path or a missing disk never ends the process.
 */
export function openSqliteOrderStore(options: { path: string }): OrderStore {
  const file = openSqliteFile(options.path, MIGRATIONS);

  return {
    kind: "sqlite",

    async insert(order, event) {
      const row = { doc: encodeOrder(order), eventDoc: encodeEvent(event) };
      const outcome = await file.run((db) => db.transaction(() => insertRow({ db, order, ...row })));
      if (outcome === "taken") throw idTaken();
      if (outcome === "foreign") throw foreignPayment();
    },

    async get(id) {
      const row = await file.run((db) => db.get("SELECT doc FROM orders WHERE id = ?", id));
      return row === undefined ? null : decodeOrder(docOf(row));
    },

    async findByPayment(paymentId) {
      const sql = "SELECT doc FROM orders WHERE id = (SELECT order_id FROM payments WHERE payment_id = ?)";
      const row = await file.run((db) => db.get(sql, encodeText(paymentId)));
      return row === undefined ? null : decodeOrder(docOf(row));
    },

    async replace(order, event) {
      const row = { doc: encodeOrder(order), eventDoc: encodeEvent(event) };
      const outcome = await file.run((db) => db.transaction(() => replaceRow({ db, order, ...row })));
      if (outcome === "foreign") throw foreignPayment();
      return outcome;
    },

    async events(id): Promise<OrderEvent[]> {
      const rows = await file.run((db) => db.all("SELECT doc FROM events WHERE order_id = ? ORDER BY seq", id));
      return rows.map((row) => decodeEvent(docOf(row)));
    },

    async due({ now, limit }) {
      const sql = "SELECT id AS doc FROM orders WHERE next_check_at <= ? ORDER BY next_check_at, id LIMIT ?";
      const rows = await file.run((db) => db.all(sql, now, Math.max(0, limit)));
      return rows.map((row) => decodeOrderId(docOf(row)));
    },

    claim: (claim) => file.run((db) => readHolder(db, claim) ?? db.transaction(() => takeClaim(db, claim))),

    async hold({ key, value, ttlMs, now }) {
      const sql = `INSERT INTO claims (key, value, expires_at) VALUES (?, ?, ?) ON CONFLICT (key)
        DO UPDATE SET value = excluded.value, expires_at = max(expires_at, excluded.expires_at)`;
      const until = expiryOf({ ttlMs, now });
      await file.run((db) => db.transaction(() => db.change(sql, encodeText(key), encodeText(value), until)));
    },

    async release({ key, value }) {
      const sql = "DELETE FROM claims WHERE key = ? AND value = ?";
      await file.run((db) => db.transaction(() => db.change(sql, encodeText(key), encodeText(value))));
    },

    async check() {
      // Only a real write tells a full or read-only disk; an expired claim is one that nobody can meet.
      await file.run((db) => {
        db.get("SELECT doc FROM orders LIMIT 1");
        db.transaction(() => db.change("INSERT OR REPLACE INTO claims VALUES ('store check', '', 0)"));
      });
    },

    async close() {
      file.close();
    },
  };
}

interface Write {
  readonly db: Connection;
  readonly order: Order;
  readonly doc: string;
  readonly eventDoc: string;
}

function insertRow({ db, order, doc, eventDoc }: Write): "inserted" | "taken" | "foreign" {
  if (hasForeignPayment(db, order)) return "foreign";
  const sql = "INSERT INTO orders (id, version, doc, next_check_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
  if (db.change(sql, order.id, order.version, doc, order.nextCheckAt) === 0) return "taken";
  addHistory({ db, order, eventDoc });
  return "inserted";
}

function replaceRow({ db, order, doc, eventDoc }: Write): "replaced" | "stale" | "foreign" {
  if (hasForeignPayment(db, order)) return "foreign";
  const sql = "UPDATE orders SET version = ?, doc = ?, next_check_at = ? WHERE id = ? AND version = ?";
  if (db.change(sql, order.version, doc, order.nextCheckAt, order.id, order.version - 1) === 0) return "stale";
  addHistory({ db, order, eventDoc });
  return "replaced";
}

function addHistory({ db, order, eventDoc }: Omit<Write, "doc">): void {
  db.change("INSERT INTO events (order_id, seq, doc) VALUES (?, ?, ?)", order.id, order.version, eventDoc);
  for (const attempt of order.attempts) {
    const sql = "INSERT INTO payments (payment_id, order_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    db.change(sql, encodeText(attempt.paymentId), order.id);
  }
}

function hasForeignPayment(db: Connection, order: Order): boolean {
  const sql = "SELECT order_id FROM payments WHERE payment_id = ? AND order_id <> ?";
  return order.attempts.some((attempt) => db.get(sql, encodeText(attempt.paymentId), order.id) !== undefined);
}

type ClaimOptions = Parameters<OrderStore["claim"]>[0];

/** Refusals are the common case and need no write lock. */
function readHolder(db: Connection, claim: ClaimOptions): Claim | null {
  const sql = "SELECT value AS doc FROM claims WHERE key = ? AND expires_at > ?";
  const row = db.get(sql, encodeText(claim.key), claim.now);
  return row === undefined ? null : { claimed: false, value: decodeText(docOf(row)) };
}

function takeClaim(db: Connection, claim: ClaimOptions): Claim {
  const holder = readHolder(db, claim);
  if (holder) return holder;
  const purge = "DELETE FROM claims WHERE rowid IN (SELECT rowid FROM claims WHERE expires_at <= ? LIMIT ?)";
  db.change(purge, claim.now, PURGED_PER_CLAIM);
  const sql = "INSERT OR REPLACE INTO claims (key, value, expires_at) VALUES (?, ?, ?)";
  db.change(sql, encodeText(claim.key), encodeText(claim.value), expiryOf(claim));
  return { claimed: true };
}

function expiryOf({ ttlMs, now }: Pick<ClaimOptions, "ttlMs" | "now">): number {
  return now + Math.max(1, Math.ceil(ttlMs));
}

function docOf(row: unknown): string {
  const parsed = z.object({ doc: z.string() }).safeParse(row);
  if (!parsed.success) throw storeUnavailable("unreadable_row");
  return parsed.data.doc;
}
