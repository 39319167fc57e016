import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Currency, Stablecoin } from "@/lib/money/currency";
import { checkQuote } from "./provider";
import { createdIntentSchema } from "./wire";

type Price = { currency: Currency; minor: number };
type Case = { coins: string; rate?: string | null; coin?: number; accepted?: Stablecoin[] };

function check(price: Price, { coins, rate = null, coin = 1, accepted = [] }: Case) {
  const created = createdIntentSchema.parse({
    allscale_checkout_intent_id: "65b2f3d0d2d9c0a1b2c3d4e5",
    checkout_url: "https://checkout.allscale.io/abc123",
    amount_coins: coins,
    stable_coin_type: coin,
    rate,
  });
  return checkQuote(price, created, accepted);
}

const usd5 = { currency: "USD", minor: 500 } as const;
const jpy500 = { currency: "JPY", minor: 500 } as const;
const eur5 = { currency: "EUR", minor: 500 } as const;
const usdc5 = { currency: "USDC", minor: 500 } as const;

describe("a quote that is worth the price", () => {
  test.each<[string, Price, Case, string | null]>([
    ["USD at par", usd5, { coins: "5.0000", rate: "1.0000" }, "1.0000"],
    ["USD without a rate", usd5, { coins: "5.000000" }, null],
    ["USD a little off par", usd5, { coins: "5.01", rate: "1.002" }, "1.002"],
    ["USD at the edge of 1 %", usd5, { coins: "5.05" }, null],
    ["yen, coins for a yen", jpy500, { coins: "3.350000", rate: "0.0067" }, "0.0067"],
    ["yen, yen for a coin", jpy500, { coins: "3.350000", rate: "149.25" }, "0.00670017"],
    ["yen, a rate with few digits", jpy500, { coins: "3.374000", rate: "0.0067" }, "0.0067"],
    ["euros, coins for a euro", eur5, { coins: "5.40", rate: "1.08" }, "1.08"],
    ["euros, euros for a coin", eur5, { coins: "5.40", rate: "0.926" }, "1.07991361"],
  ])("%s: the rate is kept as coins for one unit", (_name, price, answer, rate) => {
    expect(check(price, answer)).toEqual({
      ok: true,
      quote: { coin: "USDT", amount: answer.coins, rate, accepted: ["USDT"] },
    });
  });

  test("the coins that count are those we asked for, or the quoted one", () => {
    const usdt = { coins: "5", coin: 1 };
    expect(check(usd5, { ...usdt, accepted: ["USDC", "USDT"] })).toMatchObject({
      quote: { accepted: ["USDC", "USDT"] },
    });
    expect(check(usd5, usdt)).toMatchObject({ quote: { accepted: ["USDT"] } });
    expect(check(usdc5, { coins: "5", coin: 2 })).toMatchObject({ quote: { accepted: ["USDC"] } });
  });

  test("native pricing is exact, whatever the number of decimals", () => {
    const quote = { coin: "USDC", amount: "5.000000", rate: null, accepted: ["USDC"] };
    expect(check(usdc5, { coins: "5.000000", coin: 2 })).toEqual({ ok: true, quote });
    expect(check(usdc5, { coins: "5", coin: 2, rate: "1" })).toMatchObject({ ok: true, quote: { rate: null } });
  });
});

describe("a quote that is refused", () => {
  test.each<[string, Price, Case, string]>([
    ["a hundred times as much", usd5, { coins: "500.000000", rate: "1.0" }, "implausible amount"],
    ["a hundredth", usd5, { coins: "0.050000", rate: "1.0" }, "implausible amount"],
    ["a rate that raises dollars", usd5, { coins: "500", rate: "100" }, "implausible amount"],
    ["a rate that raises dollars a little", usd5, { coins: "9", rate: "1.8" }, "amounts disagree"],
    ["a rate that does not belong to the coins", usd5, { coins: "5", rate: "1.5" }, "amounts disagree"],
    ["a rate of zero", usd5, { coins: "5", rate: "0" }, "amounts disagree"],
    ["5 % less", usd5, { coins: "4.76" }, "amounts disagree"],
    ["just beyond 1 %", usd5, { coins: "5.050001" }, "amounts disagree"],
    ["just below 1 %", usd5, { coins: "4.949999" }, "amounts disagree"],
    ["nothing to pay", usd5, { coins: "0", rate: "0" }, "implausible amount"],
    ["nothing to pay, in euros", eur5, { coins: "0.000000", rate: "0" }, "implausible amount"],
    ["yen sent as cents", jpy500, { coins: "0.033500", rate: "0.0067" }, "implausible amount"],
    ["a hundred times the yen", jpy500, { coins: "335", rate: "149.25" }, "implausible amount"],
    ["yen multiplied by the inverse rate", jpy500, { coins: "75000", rate: "150" }, "implausible amount"],
    ["yen as 5 coins, times a hundred", jpy500, { coins: "500", rate: "1" }, "implausible amount"],
    ["yen at a rate of dollars", jpy500, { coins: "5", rate: "1" }, "amounts disagree"],
    ["yen at a made-up rate in the band", jpy500, { coins: "5", rate: "0.0067" }, "amounts disagree"],
    ["yen without a rate", jpy500, { coins: "3.35" }, "amounts disagree"],
    ["euros without a rate", eur5, { coins: "5.00" }, "amounts disagree"],
    ["euros 2 % below the rate", eur5, { coins: "5.29", rate: "1.08" }, "amounts disagree"],
    ["native, one millionth off", usdc5, { coins: "5.000001", coin: 2 }, "other amount"],
    ["native, a hundred times as much", usdc5, { coins: "500", coin: 2 }, "other amount"],
    ["native, another coin", usdc5, { coins: "5", coin: 1 }, "other coin"],
    ["an unknown coin", usd5, { coins: "5", rate: "1", coin: 3 }, "unknown coin"],
    ["a coin that we did not accept", usd5, { coins: "5", rate: "1", accepted: ["USDC"] }, "coin not accepted"],
  ])("%s", (_name, price, answer, reason) => {
    const result = check(price, answer);
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(result).toMatchObject({ reason: expect.stringContaining(`coins=${answer.coins}`) });
  });
});

test("no numbers of an answer throw, and every accepted quote in dollars is near the price", () => {
  const decimals = fc.oneof(
    fc.stringMatching(/^[0-9]{1,30}(\.[0-9]{1,30})?$/),
    fc.stringMatching(/^[0-9](\.[0-9]{1,8})?$/),
    fc.constantFrom("0", "0.0", `${"9".repeat(30)}.${"9".repeat(30)}`, `0.${"0".repeat(29)}1`),
  );
  const prices = fc.record({
    currency: fc.constantFrom<Currency[]>("USD", "EUR", "JPY", "USDT"),
    minor: fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  });
  fc.assert(
    fc.property(prices, decimals, fc.option(decimals), (price, coins, rate) => {
      const result = check(price, { coins, rate });
      if (result.ok && price.currency === "USD") expect(Number(coins) / (price.minor / 1e2)).toBeCloseTo(1, 1);
    }),
    { numRuns: 2_000 },
  );
});
