import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { describeOrderStore } from "./order-store.suite";
import { openSqliteOrderStore } from "./sqlite-order-store";

const folder = mkdtempSync(join(tmpdir(), "orders-"));
afterAll(() => rmSync(folder, { recursive: true }));
describeOrderStore("SQLite", () => openSqliteOrderStore({ path: join(folder, "deep", "orders.db") }));
