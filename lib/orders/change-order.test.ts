import { describe, expect, it } from "vitest";
import { SAMPLE_NOW as CREATED, sampleOrder, samplePayment } from "@/test/sample-order";
import { checkGapMs, dueAt } from "./change-order";
import type { EffectState, Payment } from "./order";
import { PAYMENT_STATUSES } from "./status";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

const orderOf = (...payments: Partial<Payment>[]) => sampleOrder({ payments: payments.map(samplePayment) });

describe("when an order is due", () => {
  it("is at once after any change, for seven days, unless all is paid", () => {
    for (const status of PAYMENT_STATUSES.filter((each) => each !== "paid")) {
      expect(dueAt(orderOf({ status }), CREATED + WEEK_MS)).toBe(CREATED + WEEK_MS);
      expect(dueAt(orderOf({ status }), CREATED + WEEK_MS + 1)).toBeNull();
      expect(dueAt(orderOf({ status: "paid" }, { status }), CREATED + 1)).toBe(CREATED + 1);
    }
    expect(dueAt(orderOf({ status: "paid" }), CREATED + 1)).toBeNull();
    expect(dueAt(orderOf(), CREATED + 1)).toBeNull();
  });

  it("is counted from the newest payment that is not paid", () => {
    const order = orderOf(
      { createdAt: CREATED - WEEK_MS },
      { createdAt: CREATED },
      { status: "paid", createdAt: CREATED + HOUR_MS },
    );
    expect(checkGapMs(order, CREATED + HOUR_MS)).toBe(HOUR_MS / 4);
    expect(checkGapMs(order, CREATED + WEEK_MS + 1)).toBeNull();
  });

  it("is the time of the next effect too, until all have succeeded", () => {
    const effect = (changes: Partial<EffectState>) => ({
      event: "paid",
      name: "on_paid",
      doneAt: null,
      failures: 0,
      nextAt: 0,
      ...changes,
    });
    const later = CREATED + 2 * WEEK_MS;
    const effects = [effect({ nextAt: later + 20 }), effect({ nextAt: later + 10 }), effect({ doneAt: 1, nextAt: 1 })];
    expect(dueAt({ ...orderOf({ status: "paid" }), effects }, later)).toBe(later + 10);
    expect(dueAt({ ...orderOf({ status: "paid" }, { createdAt: later }), effects }, later)).toBe(later);
    const done = effects.map((each) => ({ ...each, doneAt: 1 }));
    expect(dueAt({ ...orderOf({ status: "paid" }), effects: done }, later)).toBeNull();
  });

  it("comes later after each look, up to six hours", () => {
    const order = orderOf({});
    const gaps: number[] = [];
    for (let at = CREATED + 60_000, gap = checkGapMs(order, at); gap !== null; gap = checkGapMs(order, at)) {
      gaps.push(gap);
      at += gap;
    }
    expect(gaps.length).toBeLessThan(80);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps[0]).toBe(15_000);
    expect(gaps.at(-1)).toBe(6 * HOUR_MS);
    expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThan(WEEK_MS - 6 * HOUR_MS);
  });

  it("is not put off by a clock that is behind", () => {
    expect(checkGapMs(orderOf({}), CREATED - HOUR_MS)).toBe(0);
    expect(dueAt(orderOf({}), CREATED - HOUR_MS)).toBe(CREATED - HOUR_MS);
  });
});
