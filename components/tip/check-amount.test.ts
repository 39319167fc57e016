import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { type AmountRefusal, checkAmount } from "@/lib/money/limits";
import { amountProblem, withPoint } from "./check-amount";

const currencies = Object.keys(CURRENCIES) as Currency[];
const CODES: Readonly<Record<AmountRefusal, string>> = {
  format: "amount_invalid",
  too_many_decimals: "amount_invalid",
  too_low: "amount_too_low",
  too_large: "amount_too_high",
  too_high: "amount_too_high",
};

/** What the server would say, in the form's codes. */
function serverSays(amount: string, currency: Currency): string | null {
  const { min, max } = CURRENCIES[currency];
  const checked = checkAmount(amount, { currency, min, max });
  return checked.ok ? null : CODES[checked.problem];
}

describe("amountProblem", () => {
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
    for (const text of typed) expect(amountProblem(text, rule), text).toBe(serverSays(text, currency));
    fc.assert(fc.property(anyDigits, (text) => amountProblem(text, rule) === serverSays(text, currency)));
    fc.assert(fc.property(fc.string(), (text) => amountProblem(text, rule) === serverSays(text, currency)));
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
