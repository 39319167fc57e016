import { describe, expect, test } from "vitest";
import { formatAmount } from "./amount";
import { CURRENCIES, isCurrency } from "./currency";
import { amountLimits, checkAmount } from "./limits";

const all = Object.keys(CURRENCIES).filter(isCurrency);

describe.each(all)("limits of %s", (currency) => {
  const { min, max } = CURRENCIES[currency];
  const limits = { currency, min, max };

  test("the currency's own bounds are valid and hold its presets", () => {
    expect(amountLimits({ currency })).toEqual({ ok: true, min, max });
    for (const preset of CURRENCIES[currency].presets) {
      expect(checkAmount(formatAmount({ currency, minor: preset }), limits).ok).toBe(true);
    }
  });

  test("both bounds are included, one unit beyond is not", () => {
    expect(checkAmount(formatAmount({ currency, minor: min }), limits)).toEqual({
      ok: true,
      money: { currency, minor: min },
    });
    expect(checkAmount(formatAmount({ currency, minor: max }), limits)).toEqual({
      ok: true,
      money: { currency, minor: max },
    });
    expect(checkAmount(formatAmount({ currency, minor: min - 1 }), limits)).toMatchObject({
      ok: false,
      problem: "too_low",
      message: `The smallest amount is ${formatAmount({ currency, minor: min })} ${currency}.`,
    });
    expect(checkAmount(formatAmount({ currency, minor: max + 1 }), limits)).toMatchObject({
      ok: false,
      problem: "too_high",
      message: `The largest amount is ${formatAmount({ currency, minor: max })} ${currency}.`,
    });
  });
});

const usd = { currency: "USD", min: 100, max: 1_000_000 } as const;

test.each([
  ["0.07", "The smallest amount is 1.00 USD."],
  ["0", "The smallest amount is 1.00 USD."],
  ["1e3", "Please enter the amount in USD with digits, such as 1.00."],
  ["-1", "Please enter the amount in USD with digits, such as 1.00."],
  ["5,00", "Please enter the amount in USD with digits, such as 1.00."],
  ["", "Please enter the amount in USD with digits, such as 1.00."],
  ["５", "Please enter the amount in USD with digits, such as 1.00."],
  ["1.005", "Please enter the amount in USD with at most 2 decimals."],
  ["10000.01", "The largest amount is 10000.00 USD."],
  ["9".repeat(40), "The largest amount is 10000.00 USD."],
])("the payer of %j USD reads: %s", (text, message) => {
  expect(checkAmount(text, usd)).toMatchObject({ ok: false, message });
});

test("yen have no decimals", () => {
  const limits = { currency: "JPY", min: 100, max: 1_000_000 } as const;
  expect(checkAmount("500", limits)).toEqual({ ok: true, money: { currency: "JPY", minor: 500 } });
  expect(checkAmount("1.5", limits)).toMatchObject({ message: "Please enter the amount in JPY without decimals." });
});

test("AMOUNT_MIN and AMOUNT_MAX are in major units", () => {
  expect(amountLimits({ currency: "USD", min: "2.50", max: "20" })).toEqual({ ok: true, min: 250, max: 2_000 });
  expect(amountLimits({ currency: "JPY", min: "200", max: "9000" })).toEqual({ ok: true, min: 200, max: 9_000 });
  expect(amountLimits({ currency: "USD", min: " 2 " })).toEqual({ ok: true, min: 200, max: 1_000_000 });
});

test.each([
  [{ min: "20", max: "10" }, "AMOUNT_MIN is above the largest amount, 10.00 USD"],
  [{ max: "0.50" }, "AMOUNT_MAX is below the smallest amount, 1.00 USD"],
  [{ min: "0.10" }, "AMOUNT_MIN is below 0.11 USD, the least that can be paid"],
  [{ min: "0" }, "AMOUNT_MIN is below 0.11 USD, the least that can be paid"],
  [{ min: "a lot" }, "AMOUNT_MIN must be an amount in USD, such as 1.00"],
  [{ min: "" }, "AMOUNT_MIN must be an amount in USD, such as 1.00"],
  [{ max: "-5" }, "AMOUNT_MAX must be an amount in USD, such as 10000.00"],
  [{ max: "1.005" }, "AMOUNT_MAX must be an amount in USD, such as 10000.00"],
])("the setting %j is refused by name", (setting, problem) => {
  const refused = amountLimits({ currency: "USD", ...setting });
  expect(refused.ok ? refused : `${refused.setting} ${refused.problem}`).toBe(problem);
});
