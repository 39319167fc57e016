import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { CANARY, expectUnavailable } from "@/test/expect-unavailable";
import { mountSmallDisk, type SmallDisk } from "@/test/faults/small-disk";
import { nextWrite, sampleEvent, sampleOrder, sampleWrite } from "@/test/sample-order";
import { startChild } from "@/test/start-child";
import type { Order, OrderId } from "./order";
import type { OrderStore } from "./order-store";
import { openSqliteOrderStore } from "./sqlite-order-store";

describe("the SQLite store on bad days", () => {
  let path: string;
  let store: OrderStore;
  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), `${CANARY}-`)), "data", "orders.db");
    store = openSqliteOrderStore({ path });
  });
  afterEach(async () => {
    await store.close();
    rmSync(dirname(dirname(path)), { recursive: true, force: true });
  });

  const works = async () => {
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    await store.check();
    expect(await store.get(order.id)).toEqual(order);
    return true;
  };
  /** Another connection, as another program has it. */
  const tamper = (sql: string) => {
    const db = new Database(path);
    db.exec(sql);
    return db;
  };

  it("is readable by its owner only", async () => {
    await works();
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    for (const suffix of ["", "-wal", "-shm"]) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
  });

  it("opens as soon as the path can be opened", async () => {
    writeFileSync(dirname(path), "a file where the folder should be");
    await expectUnavailable(store.check());
    await expectUnavailable(store.get(CANARY as OrderId));
    rmSync(dirname(path));
    await works();
  });

  it("goes on in a new file when its own is deleted", async () => {
    await works();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix);
    await works();
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  it("refuses a corrupt file and works again once a good one is put in its place", async () => {
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    await store.close();
    const good = `${path}.good`;
    renameSync(path, good);
    writeFileSync(path, `${CANARY} is not a database `.repeat(500));
    store = openSqliteOrderStore({ path });
    for (let call = 0; call < 20; call++) await expectUnavailable(store.get(order.id), "SQLITE_NOTADB");
    await expectUnavailable(store.check(), "SQLITE_NOTADB");
    renameSync(good, path);
    await works();
  });

  it("names what it cannot open, as a folder", async () => {
    const folder = openSqliteOrderStore({ path: tmpdir() });
    await expectUnavailable(folder.check(), "SQLITE_CANTOPEN");
    await folder.close();
  });

  it("refuses documents that are no orders, and names a format that it does not know", async () => {
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const documents = [
      [{ ...order, price: CANARY }, "unreadable_document"],
      [{ ...order, format: 3 }, "unknown_order_format_3"],
      [{ ...order, format: undefined }, "unknown_order_format_none"],
      [{ ...order, format: { toString: CANARY } }, "unknown_order_format_none"],
      [CANARY, "unknown_order_format_none"],
    ] as const;
    for (const [doc, kind] of documents) {
      tamper(`UPDATE orders SET doc = '${JSON.stringify(doc).replaceAll("'", "''")}'`).close();
      await expectUnavailable(store.get(order.id), kind);
      for (const payment of order.payments) await expectUnavailable(store.findByPayment(payment), kind);
    }
    tamper(`DROP TRIGGER events_no_update; UPDATE events SET doc = '${CANARY}'`).close();
    await expectUnavailable(store.events(order.id), "unreadable_document");
    tamper(`PRAGMA foreign_keys = OFF; UPDATE orders SET id = '${CANARY}', due_at = 1`).close();
    const [due = expect.fail()] = await store.due({ now: 1, limit: 1, from: "newest" });
    expect(due.id).toBe(CANARY);
    // Reading it fails, and not the list: it must not hide the others.
    expect(due.read).toThrow("unknown_order_format_none");
  });

  it("lets no other program alter an order's history", async () => {
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const statements = [
      "UPDATE events SET doc = '{}'",
      "DELETE FROM events",
      "INSERT OR REPLACE INTO events SELECT order_id, seq, '{}' FROM events",
      "UPDATE OR REPLACE events SET seq = 7",
    ];
    for (const sql of statements) expect(() => tamper(sql), sql).toThrow(/append only/);
    expect(await store.events(order.id)).toEqual([sampleEvent()]);
  });

  it.each([
    [99, "schema_from_the_future"],
    // Of a file that was made before the first release, whose tables have the same names.
    [1, "schema_of_a_development_version"],
    [2, "schema_of_a_development_version"],
  ])("refuses a file of schema %i by name, and leaves it as it is", async (version, kind) => {
    mkdirSync(dirname(path));
    const table = "CREATE TABLE orders (id TEXT PRIMARY KEY, next_check_at INTEGER)";
    const db = tamper(`${table}; PRAGMA user_version = ${version}`);
    for (let call = 0; call < 3; call++) await expectUnavailable(store.check(), kind);
    await expectUnavailable(store.get(CANARY as OrderId), kind);
    expect(db.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").all()).toEqual([{ sql: table }]);
    expect(db.prepare("SELECT user_version FROM pragma_user_version").get()).toMatchObject({ user_version: version });
    db.close();
  });

  it("waits for another writer without blocking the process, and gives up in time", async () => {
    await works();
    const other = tamper("BEGIN IMMEDIATE");
    const turns = monitorEventLoopDelay({ resolution: 5 });
    turns.enable();
    const [waiting, startedAt] = [store.check(), performance.now()];
    await expectUnavailable(waiting, "SQLITE_BUSY");
    turns.disable();
    expect(performance.now() - startedAt).toBeGreaterThan(2_500);
    // Nanoseconds. Waiting inside SQLite would hold up each turn of the loop for as long as it waits.
    expect(turns.percentile(50)).toBeLessThan(200e6);
    const patient = store.check();
    // The first attempt was made at once and met the lock.
    other.exec("ROLLBACK");
    await patient;
    await works();
    other.close();
  });

  it("sweeps up a bounded number of expired leases with each new one", async () => {
    const acquire = (key: string, now: number) => store.acquire({ key, value: "v", ttlMs: 10, now });
    for (let n = 0; n < 50; n++) await acquire(`old ${n}`, 1_000);
    await acquire("new", 2_000);
    const db = new Database(path);
    expect(db.prepare("SELECT count(*) AS n FROM leases").get()).toMatchObject({ n: 31 });
    db.close();
  });

  const TIMES = { poll: 4_000, "Retry-After": 300_000, nonce: 600_000, "key of a checkout": 24 * 60 * 60 * 1_000 };
  const AHEAD = { "4 minutes": 240_000, "an hour": 3_600_000 };
  const cases = Object.entries(TIMES).flatMap(([name, ttlMs]) =>
    Object.entries(AHEAD).map(([by, aheadMs]) => [name, by, ttlMs, aheadMs] as const),
  );

  it.each(cases)(
    "does not honor a %s by a clock that was %s ahead, once it is right",
    async (name, _by, ttlMs, aheadMs) => {
      const now = Date.now();
      const lease = { value: "then", ttlMs };
      for (const key of [`acquired ${name}`, `extended ${name}`]) {
        await store.acquire({ ...lease, key, now: now + aheadMs });
        if (key.startsWith("extended")) await store.overwrite({ ...lease, key, now: now + aheadMs });
        expect(await store.leaseValue({ key, now: now + aheadMs }), "while the clock is ahead").toBe("then");
        expect(await store.leaseValue({ key, now })).toBeNull();
        expect(await store.acquire({ ...lease, key, value: "now", now })).toEqual({ ok: true });
        expect(await store.acquire({ ...lease, key, value: "second", now })).toEqual({ ok: false, value: "now" });
        expect(await store.leaseValue({ key, now: now + ttlMs }), "for its time and no longer").toBeNull();
      }
      const key = `extended later ${name}`;
      await store.acquire({ ...lease, key, now: now + aheadMs });
      await store.overwrite({ key, value: "now", ttlMs: 1_000, now });
      expect(await store.leaseValue({ key, now: now + 999 })).toBe("now");
      expect(await store.leaseValue({ key, now: now + 1_000 })).toBeNull();
    },
  );

  it("refuses a caller whose time is from before its wait for a busy file", async () => {
    const now = Date.now();
    const lease = { key: "key", ttlMs: 600_000 };
    expect(await store.acquire({ ...lease, value: "first", now: now + 3_500 })).toEqual({ ok: true });
    expect(await store.acquire({ ...lease, value: "second", now })).toEqual({ ok: false, value: "first" });
  });

  it("lets two processes share one file", { timeout: 60_000 }, async () => {
    const children = await Promise.all([
      startChild("store-child.ts", path, "check"),
      startChild("store-child.ts", path, "check"),
    ]);
    for (const child of children) child.go();
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0]);

    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    const writers = await Promise.all(
      [1, 2].map(() => startChild("store-child.ts", path, "increment", order.id, "300")),
    );
    for (const writer of writers) writer.go();
    expect(await Promise.all(writers.map((writer) => writer.ended))).toEqual([0, 0]);
    expect((await store.get(order.id))?.version).toBe(601);
    expect(await store.events(order.id)).toHaveLength(601);
  });

  it("keeps everything that was acknowledged before a SIGKILL", { timeout: 180_000 }, async () => {
    for (let round = 1; round <= 5; round++) {
      const child = await startChild("store-child.ts", path, "write");
      child.go();
      await eventually(() => (child.lines().length > 40 * round ? true : undefined), 60_000);
      await child.kill();
      const acknowledged = new Map(child.lines().map((line) => line.split(" ") as [string, string]));
      acknowledged.delete("ready");
      expect(acknowledged.size).toBeGreaterThanOrEqual(20 * round);
      for (const [id, version] of acknowledged) {
        const order = await store.get(id as OrderId);
        expect(order?.version ?? 0).toBeGreaterThanOrEqual(Number(version));
        expect(await store.events(id as OrderId)).toHaveLength(order?.version ?? 0);
      }
    }
  });

  it.skipIf(process.getuid?.() === 0)("says so while it may not write, and writes again when it may", async () => {
    await works();
    await store.close();
    chmodSync(path, 0o400);
    chmodSync(dirname(path), 0o500);
    store = openSqliteOrderStore({ path });
    await expectUnavailable(store.insert(sampleWrite(sampleOrder())));
    chmodSync(dirname(path), 0o700);
    chmodSync(path, 0o600);
    await eventually(works);
  });
});

function mayMount(): boolean {
  const disk = mountSmallDisk();
  disk?.remove();
  return disk !== null;
}

describe.skipIf(!mayMount())("the SQLite store on a small disk (needs the right to mount)", () => {
  let disk: SmallDisk;
  let store: OrderStore;
  let path: string;
  beforeEach(() => {
    disk = mountSmallDisk() as SmallDisk;
    path = join(disk.folder, "orders.db");
    store = openSqliteOrderStore({ path });
  });
  afterEach(async () => {
    await store.close();
    disk.remove();
  });

  it("keeps what it acknowledged while the disk is full, and goes on once there is space", async () => {
    const first = sampleOrder();
    await store.insert(sampleWrite(first));
    disk.fill();
    const others = await insertUntilRefused(store);
    for (let call = 0; call < 10; call++) {
      await expectUnavailable(store.insert(sampleWrite(sampleOrder())), "SQLITE_FULL");
    }
    await expectUnavailable(store.replace(nextWrite(first)), "SQLITE_FULL");
    await expectUnavailable(store.check(), "SQLITE_FULL");
    for (const order of [first, ...others]) expect(await store.get(order.id)).toEqual(order);
    disk.makeRoom();
    await store.check();
    expect(await store.replace(nextWrite(first))).toBe("replaced");
    for (const order of others) expect(await store.events(order.id)).toEqual([sampleEvent()]);
  });

  it("says so while the disk is read-only, and writes again when it is not", { timeout: 90_000 }, async () => {
    // Written by another process, because a disk with a file open for writing does not become read-only.
    const child = await startChild("store-child.ts", path, "check");
    child.go();
    expect(await child.ended).toBe(0);
    disk.readOnly(true);
    await expectUnavailable(store.insert(sampleWrite(sampleOrder())));
    await expectUnavailable(store.check());
    disk.readOnly(false);
    // As soon as the connections of before have been collected as garbage.
    await eventually(() => store.check().then(() => true), 60_000);
    const order = sampleOrder();
    await store.insert(sampleWrite(order));
    expect(await store.get(order.id)).toEqual(order);
  });
});

async function insertUntilRefused(store: OrderStore): Promise<Order[]> {
  const acknowledged: Order[] = [];
  for (;;) {
    const order = sampleOrder();
    const refused = await store.insert(sampleWrite(order)).catch((error: unknown) => error);
    if (refused) return acknowledged;
    acknowledged.push(order);
  }
}
