import { describe, expect, it } from "vitest";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import type { OrderView } from "@/lib/web/contract";
import { LONG_WAIT_MS, newer, pollIntervalMs, retryDelayMs } from "./polling";

const MINUTE = 60_000;

describe("pollIntervalMs", () => {
  it.each(["pending", "confirming", "review", "refunding"] as const)("slows down in steps while %s", (status) => {
    const waits = [0, LONG_WAIT_MS - 1, LONG_WAIT_MS, 60 * MINUTE - 1, 60 * MINUTE];
    expect(waits.map((watchedMs) => pollIntervalMs(status, watchedMs))).toEqual([5_000, 5_000, 15_000, 15_000, MINUTE]);
  });

  it.each(["underpaid", "rejected", "failed", "canceled", "expired"] as const)(
    "goes on after %s, because a late confirmation still counts",
    (status) =>
      expect([0, 61 * MINUTE].map((watchedMs) => pollIntervalMs(status, watchedMs))).toEqual([15_000, MINUTE]),
  );

  it("ends with paid and with nothing else", () => {
    expect(PAYMENT_STATUSES.filter((status) => pollIntervalMs(status, 600 * MINUTE) === 0)).toEqual(["paid"]);
  });
});

describe("retryDelayMs", () => {
  it("waits longer after each failure, up to a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 99].map((failures) => retryDelayMs(failures, 0))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
    ]);
  });

  it("never asks before the server wants it", () => {
    expect(retryDelayMs(1, 120_000)).toBe(120_000);
    expect(retryDelayMs(4, 2_000)).toBe(40_000);
  });
});

describe("newer", () => {
  const view = (updatedAt: string, paid = false) => ({ updatedAt, paid }) as OrderView;

  it("keeps what is known against an older answer, and paid against any", () => {
    const known = view("2026-01-01T00:00:02.000Z");
    expect(newer(view("2026-01-01T00:00:01.000Z"), known)).toBe(known);
    expect(newer(view("2026-01-01T00:00:03.000Z"), known)).not.toBe(known);
    const paid = view("2026-01-01T00:00:02.000Z", true);
    expect(newer(view("2026-01-01T00:00:03.000Z"), paid)).toBe(paid);
  });
});
