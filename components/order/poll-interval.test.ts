import { describe, expect, it } from "vitest";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import { LONG_WAIT_MS, pollIntervalMs, retryDelayMs } from "./poll-interval";

const MINUTE = 60_000;

describe("pollIntervalMs", () => {
  it.each(["pending", "confirming", "review", "refunding"] as const)("slows down in steps while %s", (status) => {
    expect(pollIntervalMs(status, 0)).toBe(5_000);
    expect(pollIntervalMs(status, LONG_WAIT_MS - 1)).toBe(5_000);
    expect(pollIntervalMs(status, LONG_WAIT_MS)).toBe(15_000);
    expect(pollIntervalMs(status, 60 * MINUTE - 1)).toBe(15_000);
    expect(pollIntervalMs(status, 61 * MINUTE)).toBe(MINUTE);
  });

  it.each(["underpaid", "rejected", "failed", "canceled", "expired"] as const)(
    "goes on after %s, because a late confirmation still counts",
    (status) => {
      expect(pollIntervalMs(status, 0)).toBe(15_000);
      expect(pollIntervalMs(status, 61 * MINUTE)).toBe(MINUTE);
    },
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
