import { describe, expect, it } from "vitest";
import { moneyText, shortMoney } from "./money-text";
import { presetAmounts } from "./tip/presets";

describe("shortMoney", () => {
  it.each([
    [{ currency: "USD", minor: 5_00 }, "$5"],
    [{ currency: "USD", minor: 5_50 }, "$5.50"],
    [{ currency: "USD", minor: 10_000_00 }, "$10,000"],
    [{ currency: "JPY", minor: 1_000 }, "¥1,000"],
    [{ currency: "JPY", minor: 100 }, "¥100"],
    [{ currency: "USDC", minor: 5_00 }, "5 USDC"],
  ] as const)("writes %j as %s", (money, text) => expect(shortMoney(money, "en")).toBe(text));

  it("follows the language", () => {
    expect(shortMoney({ currency: "EUR", minor: 1_500_00 }, "de")).toMatch(/^1\.500\s€$/);
  });
});

describe("moneyText", () => {
  it.each([
    ["25.00", "USD", "$25.00"],
    ["500", "JPY", "¥500"],
    ["5.00", "USDT", "5.00 USDT"],
    ["7.25", "XYZ", "7.25 XYZ"],
    ["odd", "USD", "odd USD"],
  ])("writes %s %s as %s", (amount, currency, text) => expect(moneyText(amount, currency, "en")).toBe(text));
});

describe("presetAmounts", () => {
  const bounds = { currency: "USD", min: 1_00, max: 100_00, usual: [3_00, 5_00] } as const;

  it("offers the usual ones, or the merchant's own", () => {
    expect(presetAmounts({ ...bounds, own: undefined })).toEqual(["3.00", "5.00"]);
    expect(presetAmounts({ ...bounds, own: ["2", "20.50"] })).toEqual(["2.00", "20.50"]);
  });

  it("offers nothing that the server would refuse, and nothing twice", () => {
    expect(presetAmounts({ ...bounds, own: ["0.50", "2", "2.00", "two", "500"] })).toEqual(["2.00"]);
  });
});
