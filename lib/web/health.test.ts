import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OrderStore } from "@/lib/orders/order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { cachedFor, workOutHealth } from "./health";
import { createRateLimiter } from "./rate-limit";

const RATE = { limit: 1, windowMs: 60_000 };

describe("health", () => {
  let folder: string;
  let store: OrderStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "health-"));
    store = openSqliteOrderStore({ path: join(folder, "orders.db") });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const limiter = createRateLimiter({
    rates: { checkout: RATE, status: RATE },
    redis: null,
    onRefused: () => {},
    onDegraded: () => {},
  });
  const settings = { problems: [], warnings: [], opener: { name: "toy" }, store: { kind: "sqlite" } } as const;
  const parts = () => ({ settings, flow: { store }, limiter });
  const walBytes = () => statSync(join(folder, "orders.db-wal")).size;

  it("names the store, the provider and what was refused", async () => {
    for (let count = 0; count < 4; count += 1) await limiter.take({ policy: "checkout", address: "203.0.113.7" });
    expect(await workOutHealth(parts())).toEqual({
      ok: true,
      body: { status: "ok", store: "sqlite", provider: "toy", refused: { address: 3, network: 0, store: 0 } },
    });
  });

  it("names each setting that is wrong, and a store that does not answer", async () => {
    const problems = [{ name: "AMOUNT_MIN", problem: "must be a number" }];
    expect(await workOutHealth({ ...parts(), settings: { ...settings, problems } })).toMatchObject({
      refusal: { code: "not_configured", detail: "AMOUNT_MIN must be a number.", errors: [{ field: "AMOUNT_MIN" }] },
    });
    await store.close();
    expect(await workOutHealth(parts())).toMatchObject({
      refusal: { code: "store_unavailable", errors: [{ field: "ORDER_DATABASE" }] },
    });
  });

  it("writes nothing for a thousand who ask within five seconds, and looks again after them", async () => {
    const check = cachedFor(5_000, workOutHealth);
    vi.useFakeTimers({ toFake: ["performance"] });
    await check(parts());
    const before = walBytes();
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => check(parts())));
    expect(new Set(answers).size).toBe(1);
    expect(walBytes()).toBe(before);
    await store.close();
    expect(await check(parts())).toMatchObject({ ok: true });
    vi.advanceTimersByTime(5_000);
    expect(await check(parts())).toMatchObject({ ok: false });
  });

  it("keeps a failure no longer than an answer", async () => {
    const work = vi.fn().mockRejectedValueOnce(new Error("once")).mockResolvedValue("well");
    const check = cachedFor(5_000, work);
    vi.useFakeTimers({ toFake: ["performance"] });
    await expect(check(null)).rejects.toThrow("once");
    vi.advanceTimersByTime(5_000);
    expect(await check(null)).toBe("well");
  });
});
