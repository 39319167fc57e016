import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expectUnavailable } from "@/test/expect-unavailable";
import { openSqliteFile, type SqliteFile } from "./sqlite-file";

const TEN_PAGES = "x".repeat(40_000);

let folder: string;
let path: string;
let file: SqliteFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sqlite-file-"));
  path = join(folder, "orders.db");
  file = openSqliteFile(path, ["CREATE TABLE pages (n INTEGER PRIMARY KEY, text TEXT NOT NULL)"]);
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const walBytes = () => statSync(`${path}-wal`).size;

async function write(rows: number): Promise<void> {
  for (let row = 0; row < rows; row += 1) {
    await file.write((db) => db.change("INSERT INTO pages (text) VALUES (?)", TEN_PAGES));
  }
}

it("gives back the space of the WAL after a long read, and all of it at a clean end", async () => {
  await write(1);
  const reader = new Database(path);
  reader.exec("BEGIN; SELECT count(*) FROM pages");
  reader.prepare("SELECT count(*) FROM pages").get();
  await write(350);
  expect(walBytes()).toBeGreaterThan(12_000_000);
  reader.exec("COMMIT");
  await write(3);
  expect(walBytes()).toBeLessThanOrEqual(4 * 1024 * 1024);
  file.close();
  expect(walBytes()).toBe(0);
});

it("keeps the writes that share a transaction apart: one that fails takes no other with it, and leaves nothing", async () => {
  const insert = (n: number) =>
    file.write((db) => {
      db.change("INSERT INTO pages (n, text) VALUES (?, 'x')", n);
      if (n === 7) db.change("INSERT INTO pages (n, text) VALUES (1000, 'y'), (1000, 'z')");
      return n;
    });
  const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => insert(n)));
  expect(ends.map(({ status }) => status === "fulfilled")).toEqual(ends.map((_, n) => n !== 7));
  const rows = await file.read((db) => db.all("SELECT n FROM pages ORDER BY rowid"));
  expect(rows.map((row) => (row as { n: number }).n)).toEqual(ends.map((_, n) => n).filter((n) => n !== 7));
});

it("cannot write while it reads", async () => {
  await write(1);
  await expectUnavailable(
    file.read((db) => db.change("DELETE FROM pages")),
    "SQLITE_READONLY",
  );
  expect(await file.read((db) => db.all("SELECT n FROM pages"))).toHaveLength(1);
});
