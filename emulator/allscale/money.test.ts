import { describe, expect, it } from "vitest";
import { formatUnits, parseDecimal } from "../core/decimal";
import { fiatCurrencies, quote } from "./money";

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
    expect(quote(amountCents, rateOf(symbol), 6).amountCoins).toBe(coins);
  });

  it("prices native amounts at themselves", () => {
    expect(quote(1000, null, 6).amountCoins).toBe("10.000000");
  });

  it("wants more than a tenth of a coin, compared before rounding", () => {
    expect([10, 11].map((cents) => quote(cents, null, 4).isAboveMinimum)).toEqual([false, true]);
    expect(quote(1, "10.0000001", 4).isAboveMinimum).toBe(true);
    expect([quote(1, "0.5", 2).amountCoins, quote(1, "0.4999", 2).amountCoins]).toEqual(["0.01", "0.00"]);
  });

  it("reads plain decimals only and writes them back", () => {
    expect(["1e3", "-1", "1.", ".5", "", "1,0"].map(parseDecimal)).toEqual([null, null, null, null, null, null]);
    expect(formatUnits(7n, 6)).toBe("0.000007");
    expect(formatUnits(12n, 0)).toBe("12");
  });
});
