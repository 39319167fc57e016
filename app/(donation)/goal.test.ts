import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { LANGUAGES } from "@/messages/catalogue";
import { countsFrom, progressOf, progressText } from "./goal";

const goal = { label: "A new microphone", amount: "500", reset: "none" } as const;
const live = { testStore: false } as const;
const usd = (minor: number) => ({ currency: "USD", minor, ...live }) as const;
const inUsd = { currency: "USD", ...live } as const;

describe("progress", () => {
  it("adds up what was paid in the shop's currency, and nothing else", () => {
    const totals = [usd(5_00), usd(18_00), { currency: "JPY", minor: 900_000, ...live } as const];
    expect(progressOf(goal, inUsd, totals)).toEqual({
      label: "A new microphone",
      raised: "23.00",
      goal: "500.00",
      currency: "USD",
      percent: 4,
    });
    expect(progressOf(goal, { currency: "JPY", ...live }, totals)).toMatchObject({
      raised: "900000",
      goal: "500",
      percent: 180_000,
    });
  });

  it("counts what came in a test store only while the shop is one", () => {
    const totals = [usd(5_00), { ...usd(18_00), testStore: true }];
    expect(progressOf(goal, inUsd, totals)?.raised).toBe("5.00");
    expect(progressOf(goal, { ...inUsd, testStore: true }, totals)?.raised).toBe("18.00");
  });

  it("says 100% when the goal is reached, not a cent before", () => {
    for (const [minor, percent] of [
      [0, 0],
      [499_99, 99],
      [500_00, 100],
      [600_00, 120],
    ] as const) {
      expect(progressOf(goal, inUsd, [usd(minor)])?.percent).toBe(percent);
    }
  });

  it.each(["0", "-5", "five", "", "500.001", "1e3"])("there is none toward %j", (amount) => {
    expect(progressOf({ ...goal, amount }, inUsd, [usd(5_00)])).toBeNull();
  });

  it("is exact for sums that a float would round, and bounded for impossible ones", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000_000_00 }), { maxLength: 50 }), (amounts) => {
        const sum = amounts.reduce((total, minor) => total + BigInt(minor), 0n);
        const text = `${sum / 100n}.${String(sum % 100n).padStart(2, "0")}`;
        expect(progressOf(goal, inUsd, amounts.map(usd))?.raised).toBe(text);
      }),
    );
    const huge = [usd(Number.MAX_SAFE_INTEGER), usd(Number.MAX_SAFE_INTEGER)];
    expect(progressOf(goal, inUsd, huge)?.raised).toBe("90071992547409.91");
  });

  it("is said in every language and currency", () => {
    for (const { tag } of LANGUAGES) {
      for (const currency of Object.keys(CURRENCIES) as Currency[]) {
        const progress = progressOf(goal, { currency, ...live }, [{ currency, minor: 100_00, ...live }]);
        expect(progress && progressText(progress, tag)).toMatch(/500.*%/s);
      }
    }
    const progress = progressOf(goal, inUsd, [usd(23_50)]);
    expect(progress && progressText(progress, "en")).toBe("$23.50 of $500 (4%)");
  });
});

describe("a goal that resets", () => {
  const newYear = Date.UTC(2027, 0, 1);

  it("counts the days of the month or the year, in UTC", () => {
    expect(countsFrom("month", newYear - 1)).toBe("2026-12-01");
    expect(countsFrom("month", newYear)).toBe("2027-01-01");
    expect(countsFrom("year", newYear - 1)).toBe("2026-01-01");
    expect(countsFrom("year", newYear)).toBe("2027-01-01");
    expect(countsFrom("none", newYear)).toBeNull();
  });
});
