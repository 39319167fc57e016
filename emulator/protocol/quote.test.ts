import { describe, expect, it } from "vitest";
import { fiatCurrencies } from "./currencies";
import { divide, formatUnits, parseDecimal } from "./decimal";
import { quote } from "./quote";

const defaults = { places: 6, rounding: "half_up", minimumInclusive: false } as const;
const rateOf = (symbol: string): string => fiatCurrencies.find((each) => each.symbol === symbol)?.rate ?? "";

describe("quote", () => {
  it.each([
    ["EUR", 1999, "21.589200"],
    ["USD", 500, "5.000000"],
    ["USD", 1, "0.010000"],
    ["JPY", 50_000, "3.350000"],
    ["GBP", 1, "0.012700"],
    ["HKD", 12_345, "15.801600"],
    ["USD", Number.MAX_SAFE_INTEGER, "90071992547409.910000"],
  ])("prices %s %d as %s coins", (symbol, amountCents, coins) => {
    expect(quote({ ...defaults, amountCents, rate: rateOf(symbol) }).amountCoins).toBe(coins);
  });

  it("prices native amounts at themselves, without a rate", () => {
    expect(quote({ ...defaults, amountCents: 1000, rate: null })).toMatchObject({
      amountCoins: "10.000000",
      rate: null,
    });
  });

  it("wants more than a tenth of a coin, compared before rounding", () => {
    const above = (amountCents: number, minimumInclusive = false): boolean =>
      quote({ ...defaults, places: 4, minimumInclusive, amountCents, rate: null }).aboveMinimum;
    expect([above(10), above(11), above(10, true), above(9, true)]).toEqual([false, true, true, false]);
    expect(quote({ ...defaults, places: 4, amountCents: 1, rate: "10.0000001" }).aboveMinimum).toBe(true);
  });

  it("rounds in the three ways", () => {
    expect([divide(5n, 2n, "half_up"), divide(5n, 2n, "down"), divide(9n, 4n, "up")]).toEqual([3n, 2n, 3n]);
  });

  it("reads plain decimals only and writes them back", () => {
    expect(["1e3", "-1", "1.", ".5", "", "1,0"].map(parseDecimal)).toEqual([null, null, null, null, null, null]);
    expect(formatUnits(7n, 6)).toBe("0.000007");
    expect(formatUnits(12n, 0)).toBe("12");
  });
});
