import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { checkAmount } from "@/lib/money/limits";
import { isPayable, withPoint } from "./check-amount";

const currencies = Object.keys(CURRENCIES) as Currency[];
function serverTakes(amount: string, currency: Currency): boolean {
  const { min, max } = CURRENCIES[currency];
  return checkAmount(amount, { currency, min, max }).ok;
}

describe("isPayable", () => {
  const typed = [
    "",
    "0",
    "5",
    "5.0",
    "5.00",
    "5.001",
    "05",
    ".5",
    "5.",
    "-5",
    "+5",
    "1e3",
    " 5",
    "5,00",
    "٥",
    "５",
    "NaN",
  ];

  it.each(currencies)("agrees with the server about %s", (currency) => {
    const { min, max } = CURRENCIES[currency];
    const rule = { ...CURRENCIES[currency], min, max };
    const anyDigits = fc.stringMatching(/^\d{1,24}(\.\d{0,4})?$/);
    for (const text of typed) expect(isPayable(text, rule), text).toBe(serverTakes(text, currency));
    fc.assert(fc.property(anyDigits, (text) => isPayable(text, rule) === serverTakes(text, currency)));
    fc.assert(fc.property(fc.string(), (text) => isPayable(text, rule) === serverTakes(text, currency)));
  });
});

describe("withPoint", () => {
  it.each([
    ["7,5", "7.5"],
    [" 7,50 ", "7.50"],
    ["7.50", "7.50"],
    ["1,000", "1,000"],
    ["1,000.50", "1,000.50"],
  ])("reads %j as %j", (text, expected) => expect(withPoint(text)).toBe(expected));
});
