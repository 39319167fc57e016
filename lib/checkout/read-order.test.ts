import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { createPaymentProvider } from "@/lib/provider";
import { expectUnavailable } from "@/test/expect-unavailable";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { sampleEvent, sampleOrder } from "@/test/sample-order";
import { readOrder } from "./read-order";

describe("reading an order from a store on a bad day", () => {
  let folder: string;
  let path: string;
  let server: HttpServer;
  let asked: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "read-order-"));
    path = join(folder, "orders.db");
    asked = 0;
    server = await startHttpServer((_, response) => {
      asked += 1;
      response.end(JSON.stringify({ code: 0, payload: 1, error: null, request_id: "req_read_order" }));
    });
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const providerAt = (baseUrl: string) =>
    createPaymentProvider({
      apiKey: "st_key_read_order",
      apiSecret: "st_secret_read_order",
      previousSecret: null,
      baseUrl,
      acceptedStableCoins: [],
      signedResponses: false,
      timeoutMs: 10_000,
    });

  it("shows what is stored while it cannot be written, asks nobody, and asks again when it can", async () => {
    const store = openSqliteOrderStore({ path });
    const order = sampleOrder();
    await store.insert(order, sampleEvent());
    const dependencies = { store, provider: providerAt(server.url), now: Date.now };
    const other = new Database(path);
    other.exec("BEGIN IMMEDIATE");
    expect(await readOrder(dependencies, order.id)).toEqual({ outcome: "found", order, delayed: true });
    expect(asked).toBe(0);
    other.exec("ROLLBACK");
    other.close();
    expect(await readOrder(dependencies, order.id)).toEqual({ outcome: "found", order, delayed: false });
    expect(asked).toBe(1);
    await store.close();
  });

  it("refuses while it cannot be read", async () => {
    writeFileSync(path, "not a database ".repeat(500));
    const store = openSqliteOrderStore({ path });
    const dependencies = { store, provider: providerAt(server.url), now: Date.now };
    await expectUnavailable(readOrder(dependencies, sampleOrder().id), "SQLITE_NOTADB");
    expect(asked).toBe(0);
    await store.close();
  });
});
