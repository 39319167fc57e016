import { describe, expect, test } from "vitest";
import { CURRENCIES, isCurrency } from "@/lib/money/currency";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import { priceOfCents, pricingFields, stableCoinOfId } from "./currency";
import { ALLSCALE_STATUSES, type AllScaleStatus, statusOfNumber, toPaymentStatus } from "./status";

describe("currencies", () => {
  test.each([
    ["USD", 500, { currency: 1, amount_cents: 500 }],
    ["AUD", 500, { currency: 9, amount_cents: 500 }],
    ["CAD", 500, { currency: 27, amount_cents: 500 }],
    ["CNY", 500, { currency: 31, amount_cents: 500 }],
    ["EUR", 500, { currency: 44, amount_cents: 500 }],
    ["GBP", 500, { currency: 48, amount_cents: 500 }],
    ["HKD", 500, { currency: 57, amount_cents: 500 }],
    ["JPY", 500, { currency: 72, amount_cents: 50_000 }],
    ["SGD", 500, { currency: 126, amount_cents: 500 }],
    ["USDT", 500, { stable_coin: 1, amount_cents: 500 }],
    ["USDC", 500, { stable_coin: 2, amount_cents: 500 }],
  ] as const)("%s %i is sent as %j", (currency, minor, fields) => {
    expect(pricingFields({ currency, minor })).toEqual(fields);
  });

  test("every fiat price comes back as it was sent", () => {
    const fiat = Object.keys(CURRENCIES)
      .filter(isCurrency)
      .filter((code) => CURRENCIES[code].kind === "fiat");
    expect(fiat).toHaveLength(9);
    for (const currency of fiat) {
      const fields = pricingFields({ currency, minor: 1_234 });
      const price = priceOfCents(fields.currency ?? 0, fields.amount_cents);
      expect(price).toEqual({ currency, amount: CURRENCIES[currency].exponent === 0 ? "1234" : "12.34" });
    }
  });

  test("a number without a currency gets a code that is none", () => {
    expect(isCurrency(priceOfCents(0, 100).currency)).toBe(false);
    expect(isCurrency(priceOfCents(2, 100).currency)).toBe(false);
  });

  test("an amount that does not fit is a bug", () => {
    expect(() => pricingFields({ currency: "JPY", minor: Number.MAX_SAFE_INTEGER })).toThrow(RangeError);
  });

  test("only the two coins are known, not the disabled third", () => {
    expect([0, 1, 2, 3, 4, 1.5].map(stableCoinOfId)).toEqual([null, "USDT", "USDC", null, null, null]);
  });
});

describe("statuses", () => {
  test.each([
    [-5, "TIMEOUT", "expired"],
    [-4, "CANCELED", "canceled"],
    [-3, "UNDERPAID", "underpaid"],
    [-2, "REJECTED", "rejected"],
    [-1, "FAILED", "failed"],
    [1, "CREATED", "pending"],
    [2, "PAYING", "pending"],
    [3, "TEMP_WALLET_RECEIVED", "confirming"],
    [4, "PENDING_MANUAL_OPERATION", "review"],
    [5, "SEND_BACK", "refunding"],
    [10, "ON_CHAIN", "confirming"],
    [20, "CONFIRMED", "paid"],
  ] as const)("%i %s is %s", (number, name, status) => {
    expect(statusOfNumber(number)).toBe(name);
    expect(toPaymentStatus(name)).toBe(status);
  });

  test("there are twelve, they reach all of ours, and one of them is paid", () => {
    const names = Object.keys(ALLSCALE_STATUSES) as AllScaleStatus[];
    expect(names).toHaveLength(12);
    const ours = names.map(toPaymentStatus);
    expect(new Set(ours)).toEqual(new Set(PAYMENT_STATUSES));
    expect(ours.filter((status) => status === "paid")).toHaveLength(1);
  });

  test("any other number is unknown", () => {
    const known = new Set<number>(Object.values(ALLSCALE_STATUSES));
    for (let number = -50; number <= 250; number += 1) {
      if (!known.has(number)) expect(statusOfNumber(number)).toBeNull();
    }
    expect(statusOfNumber(Number.NaN)).toBeNull();
  });
});
