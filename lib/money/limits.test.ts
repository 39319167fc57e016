import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { amountLimits, checkAmount, fixedAmount, formatAmount } from "./amount";
import { CURRENCIES, isCurrency } from "./currency";

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
      problem: "amount_too_low",
    });
    expect(checkAmount(formatAmount({ currency, minor: max + 1 }), limits)).toMatchObject({
      ok: false,
      problem: "amount_too_high",
    });
  });
});

const usd = { currency: "USD", min: 100, max: 1_000_000 } as const;

const badForm = "must be an amount in USD with at most 2 decimals, such as 1.00";
test.each([
  ["0.07", "amount_too_low", "must be at least 1.00 USD"],
  ["0", "amount_too_low", "must be at least 1.00 USD"],
  ["10000.01", "amount_too_high", "must be at most 10000.00 USD"],
  ["9".repeat(40), "amount_too_high", "must be at most 10000.00 USD"],
  ["1e3", "amount_invalid", badForm],
  ["-1", "amount_invalid", badForm],
  ["5,00", "amount_invalid", badForm],
  ["", "amount_invalid", badForm],
  ["５", "amount_invalid", badForm],
  ["1.005", "amount_invalid", badForm],
])("%j USD is refused as %s: %s", (text, problem, message) => {
  expect(checkAmount(text, usd)).toEqual({ ok: false, problem, message });
});

test("yen have no decimals", () => {
  const limits = { currency: "JPY", min: 100, max: 1_000_000 } as const;
  expect(checkAmount("500", limits)).toEqual({ ok: true, money: { currency: "JPY", minor: 500 } });
  const message = "must be an amount in JPY with no decimals, such as 100";
  expect(checkAmount("1.5", limits)).toEqual({ ok: false, problem: "amount_invalid", message });
});

test("no text throws, as a setting or as an amount, and what is accepted can be paid", () => {
  const numbers = fc.stringMatching(/^[0-9]{1,20}(\.[0-9]{0,3})?$/);
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    numbers,
    fc.constantFrom("9007199254740991", "90071992547409.91"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...all), text, text, text, (currency, min, max, amount) => {
      const limits = amountLimits({ currency, min, max });
      if (!limits.ok) return;
      expect(limits.min).toBeLessThanOrEqual(limits.max);
      fixedAmount(amount, { currency, ...limits });
      const checked = checkAmount(amount, { currency, ...limits });
      if (checked.ok) expect(Number.isSafeInteger(checked.money.minor)).toBe(true);
      expect(checkAmount(formatAmount({ currency, minor: limits.max }), { currency, ...limits }).ok).toBe(true);
    }),
    { numRuns: 5_000 },
  );
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
