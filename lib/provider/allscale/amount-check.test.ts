import { describe, expect, test } from "vitest";
import type { Currency } from "@/lib/money/currency";
import { checkAmounts } from "./amount-check";
import { createdIntentSchema } from "./wire";

type Case = { coins: string; rate?: string | null; coin?: number; accepted?: string[] };

function check(price: { currency: Currency; minor: number }, { coins, rate = null, coin = 1, accepted = [] }: Case) {
  const answer = createdIntentSchema.parse({
    allscale_checkout_intent_id: "65b2f3d0d2d9c0a1b2c3d4e5",
    checkout_url: "https://checkout.allscale.io/abc123",
    amount_coins: coins,
    stable_coin_type: coin,
    rate,
  });
  return checkAmounts(price, answer, accepted);
}

const usd5 = { currency: "USD", minor: 500 } as const;
const jpy500 = { currency: "JPY", minor: 500 } as const;
const eur5 = { currency: "EUR", minor: 500 } as const;
const usdc5 = { currency: "USDC", minor: 500 } as const;

describe("agreeing amounts", () => {
  test.each<[string, { currency: Currency; minor: number }, Case]>([
    ["USD at par", usd5, { coins: "5.0000", rate: "1.0000" }],
    ["USD without a rate", usd5, { coins: "5.000000" }],
    ["USD a little off par", usd5, { coins: "5.01", rate: "1.002" }],
    ["USD at the edge of 5 %", usd5, { coins: "5.25" }],
    ["yen, rate in dollars per yen", jpy500, { coins: "3.350000", rate: "0.0067" }],
    ["yen, rate in yen per dollar", jpy500, { coins: "3.350000", rate: "149.25" }],
    ["euros, rate in dollars per euro", eur5, { coins: "5.40", rate: "1.08" }],
    ["euros, rate in euros per dollar", eur5, { coins: "5.40", rate: "0.926" }],
  ])("%s", (_name, price, answer) => {
    expect(check(price, answer)).toEqual({
      ok: true,
      quote: { coin: "USDT", amount: answer.coins, rate: answer.rate ?? null },
    });
  });

  test("native pricing is exact, whatever the number of decimals", () => {
    expect(check(usdc5, { coins: "5", coin: 2 }).ok).toBe(true);
    expect(check(usdc5, { coins: "5.000000", coin: 2 })).toMatchObject({ quote: { coin: "USDC", amount: "5.000000" } });
  });
});

describe("disagreeing amounts", () => {
  test.each<[string, { currency: Currency; minor: number }, Case, string]>([
    ["a hundred times as much", usd5, { coins: "500.000000", rate: "1.0" }, "amounts disagree"],
    ["a hundredth", usd5, { coins: "0.050000", rate: "1.0" }, "amounts disagree"],
    ["a rate that talks dollars up", usd5, { coins: "500", rate: "100" }, "amounts disagree"],
    ["a rate that does not belong to the coins", usd5, { coins: "5", rate: "1.5" }, "amounts disagree"],
    ["a rate of zero", usd5, { coins: "5", rate: "0" }, "amounts disagree"],
    ["nothing to pay", usd5, { coins: "0", rate: "0" }, "amounts disagree"],
    ["nothing to pay, in euros", eur5, { coins: "0.000000", rate: "0" }, "amounts disagree"],
    ["just beyond 5 %", usd5, { coins: "5.250001" }, "amounts disagree"],
    ["yen sent as cents", jpy500, { coins: "0.033500", rate: "0.0067" }, "amounts disagree"],
    ["a hundred times the yen", jpy500, { coins: "335", rate: "149.25" }, "amounts disagree"],
    ["yen without a rate", jpy500, { coins: "3.35" }, "amounts disagree"],
    ["euros without a rate", eur5, { coins: "5.00" }, "amounts disagree"],
    ["native, one millionth off", usdc5, { coins: "5.000001", coin: 2 }, "other amount"],
    ["native, a hundred times as much", usdc5, { coins: "500", coin: 2 }, "other amount"],
    ["native, another coin", usdc5, { coins: "5", coin: 1 }, "other coin"],
    ["an unknown coin", usd5, { coins: "5", rate: "1", coin: 3 }, "unknown coin"],
    [
      "a coin that we did not accept",
      usd5,
      { coins: "5", rate: "1", coin: 1, accepted: ["USDC"] },
      "coin not accepted",
    ],
  ])("%s", (_name, price, answer, reason) => {
    const result = check(price, answer);
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(result).toMatchObject({ reason: expect.stringContaining(`coins=${answer.coins}`) });
  });
});
