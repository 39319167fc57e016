import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount } from "@/lib/money/amount";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { checkAmount } from "@/lib/money/limits";
import { LANGUAGES } from "@/messages/catalogue";
import { shortMoney } from "../money-text";
import { type AmountRule, amountFault, amountText, plainAmount } from "./check-amount";

const currencies = Object.keys(CURRENCIES) as Currency[];
const isPayable = (amount: string, rule: AmountRule) => amountFault(amount, rule) === null;

function serverTakes(amount: string, currency: Currency): boolean {
  const { min, max } = CURRENCIES[currency];
  return checkAmount(amount, { currency, min, max }).ok;
}

describe("amountFault", () => {
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

describe("what is wrong with an amount", () => {
  it.each([
    ["1,000", "digits"],
    ["1.", "digits"],
    [".5", "digits"],
    ["5.001", "digits"],
    ["five", "digits"],
    ["", "range"],
    ["0", "range"],
    ["0.99", "range"],
    ["10000.01", "range"],
    ["99999999999999999999", "range"],
    ["10000.00", null],
  ])("of %j is %s", (amount, fault) => {
    expect(amountFault(amount, { exponent: 2, min: 1_00, max: 10_000_00 })).toBe(fault);
  });
});

describe("plainAmount", () => {
  it.each([
    ["7,5", "7.5"],
    [" 7,50 ", "7.50"],
    ["7.50", "7.50"],
    ["５００", "500"],
    ["１０．５０", "10.50"],
    ["７，５０", "7.50"],
    ["\u3000５\u3000", "5"],
    ["$5", "5"],
    ["＄５", "5"],
    ["5 $", "5"],
    ["US$ 5", "5"],
    ["5 usd", "5"],
    ["USD 7,50", "7.50"],
    ["$5 USD", "5"],
    ["007", "7"],
    ["0.50", "0.50"],
  ])("reads %j as %j", (typed, expected) => expect(plainAmount(typed, "USD")).toBe(expected));

  it.each([
    ["5 €", "EUR"],
    ["5 eur", "EUR"],
    ["£5", "GBP"],
    ["￥5", "JPY"],
    ["5円", "JPY"],
    ["JP¥5", "JPY"],
    ["5 元", "CNY"],
    ["CA$5", "CAD"],
    ["C$5", "CAD"],
    ["HK$5", "HKD"],
    ["5 USDT", "USDT"],
    ["USDC 5", "USDC"],
  ])("knows the sign in %j of %s", (typed, currency) => expect(plainAmount(typed, currency)).toBe("5"));

  // What could mean two things, or another currency, is nothing to guess about.
  it.each([
    ...["1,000", "1.000", "1,000.50", "1 000", "1.", ".5", "-5", "+5", "1e3", "5²", "½", "٥", "0x10", "five", "$", ""],
    ...["5 €", "C$5", "$5 CAD", "$$5", "5 USDT", "5 US", "U5", "5%", "5 円"],
  ])("leaves %j to be refused", (typed) => {
    const rule = { exponent: 2, min: 1, max: 1_000_000_00 };
    expect(isPayable(plainAmount(typed, "USD"), rule)).toBe(false);
  });

  it("reads no sign of another currency, for any currency", () => {
    for (const currency of currencies) {
      const others = ["$", "€", "£", "¥"].filter((sign) => sign !== signOf(currency));
      for (const sign of others) expect(plainAmount(`${sign}5`, currency), currency).toBe(`${sign}5`);
    }
  });
});

/** What Intl calls the sign; stable coins have none. */
function signOf(currency: Currency): string | undefined {
  if (CURRENCIES[currency].kind === "stable-coin") return;
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.formatToParts(0).find(({ type }) => type === "currency")?.value;
}

describe("amountText", () => {
  it.each(currencies)("writes an amount in %s as the presets are written, in every language", (currency) => {
    for (const { tag } of LANGUAGES) {
      for (const minor of [5_00, 7_50, 1_234_56, 10_000_00]) {
        const money = { currency, minor };
        expect(amountText(formatAmount(money), { currency, language: tag })).toBe(shortMoney(money, tag));
      }
      expect(amountText("5", { currency, language: tag })).toMatch(/^\D*5\D*$/);
    }
  });
});
