import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPlausible } from "./amount";
import type { Currency } from "./currency";

describe("coins for a price", () => {
  test.each<[Currency, number, string, boolean]>([
    ["USD", 5_00, "5.000000", true],
    ["USD", 5_00, "2.5", true],
    ["USD", 5_00, "10", true],
    ["USD", 5_00, "2.499999", false],
    ["USD", 5_00, "10.000001", false],
    ["USD", 5_00, "0.01", false],
    ["USD", 5_00, "0", false],
    ["EUR", 5_00, "5.40", true],
    ["GBP", 5_00, "6.35", true],
    ["CAD", 5_00, "3.6", true],
    ["AUD", 5_00, "3.3", true],
    ["SGD", 5_00, "3.75", true],
    ["CNY", 50_00, "7", true],
    ["CNY", 50_00, "50", false],
    ["HKD", 50_00, "6.4", true],
    ["HKD", 50_00, "640", false],
    ["JPY", 500, "3.350000", true],
    ["JPY", 500, "335", false],
    ["JPY", 500, "0.0335", false],
    ["JPY", 500, "75000", false],
    ["JPY", 500, "5", true],
    ["USDT", 5_00, "5", true],
    ["USDC", 5_00, "500", false],
  ])("%s %i as %s: %s", (currency, minor, coins, plausible) => {
    expect(isPlausible({ price: { currency, minor }, coins })).toBe(plausible);
  });

  test("no decimal throws, and of a number and its hundredfold at most one is plausible", () => {
    const decimals = fc.oneof(fc.stringMatching(/^[0-9]{1,30}\.[0-9]{1,30}$/), fc.stringMatching(/^[0-9]{1,6}$/));
    const prices = fc.record({
      currency: fc.constantFrom<Currency[]>("USD", "EUR", "JPY", "CNY", "HKD", "USDT"),
      minor: fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    });
    fc.assert(
      fc.property(prices, decimals, (price, coins) => {
        const isHundredfold = !coins.includes(".") && isPlausible({ price, coins: `${coins}00` });
        expect(isPlausible({ price, coins }) && isHundredfold).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
