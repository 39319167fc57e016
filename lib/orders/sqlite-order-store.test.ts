import { chmodSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "@/test/eventually";
import { CANARY, expectUnavailable } from "@/test/expect-unavailable";
import { sampleEvent, sampleOrder } from "@/test/sample-order";
import { startStoreChild } from "@/test/start-store-child";
import type { OrderId } from "./order";
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
    await store.insert(order, sampleEvent());
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
    await store.insert(order, sampleEvent());
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

  it("refuses documents that are no orders, and a schema that it does not know", async () => {
    const order = sampleOrder();
    await store.insert(order, sampleEvent());
    tamper(`UPDATE orders SET doc = '{"${CANARY}":1}'; UPDATE events SET doc = '${CANARY}'`).close();
    await expectUnavailable(store.get(order.id), "unreadable_document");
    await expectUnavailable(store.events(order.id), "unreadable_document");
    await store.close();
    tamper("PRAGMA user_version = 99").close();
    store = openSqliteOrderStore({ path });
    await expectUnavailable(store.check(), "schema_from_the_future");
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

  it("sweeps up a bounded number of expired claims with each new one", async () => {
    const claim = (key: string, now: number) => store.claim({ key, value: "v", ttlMs: 10, now });
    for (let n = 0; n < 50; n++) await claim(`old ${n}`, 1_000);
    await claim("new", 2_000);
    const db = new Database(path);
    expect(db.prepare("SELECT count(*) AS n FROM claims").get()).toMatchObject({ n: 31 });
    db.close();
  });

  it("lets two processes share one file", { timeout: 60_000 }, async () => {
    const children = await Promise.all([startStoreChild(path, "check"), startStoreChild(path, "check")]);
    for (const child of children) child.go();
    expect(await Promise.all(children.map((child) => child.ended))).toEqual([0, 0]);

    const order = sampleOrder();
    await store.insert(order, sampleEvent());
    const writers = await Promise.all([1, 2].map(() => startStoreChild(path, "increment", order.id, "300")));
    for (const writer of writers) writer.go();
    expect(await Promise.all(writers.map((writer) => writer.ended))).toEqual([0, 0]);
    expect((await store.get(order.id))?.version).toBe(601);
    expect(await store.events(order.id)).toHaveLength(601);
  });

  it("keeps everything that was acknowledged before a SIGKILL", { timeout: 60_000 }, async () => {
    for (let round = 1; round <= 5; round++) {
      const child = await startStoreChild(path, "write");
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
    await expectUnavailable(store.insert(sampleOrder(), sampleEvent()));
    chmodSync(dirname(path), 0o700);
    chmodSync(path, 0o600);
    await eventually(works);
  });
});
