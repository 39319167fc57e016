import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAmount, formatAmountForPeople, parseAmount } from "./amount";
import { plainAmount } from "./amount-grammar";
import { CURRENCIES, type Currency, isCurrency } from "./currency";

const all = Object.keys(CURRENCIES).filter(isCurrency);
const withCents = all.filter((currency) => CURRENCIES[currency].exponent === 2);

test("the nine fiat currencies and two coins are covered", () => {
  expect([...all].sort()).toEqual(
    ["AUD", "CAD", "CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "USD", "USDC", "USDT"].sort(),
  );
  expect(withCents).toHaveLength(10);
});

describe.each(withCents)("%s", (currency) => {
  test.each([
    ["5", 500],
    ["5.0", 500],
    ["5.00", 500],
    ["0.50", 50],
    ["0.07", 7],
    ["0", 0],
    ["10.05", 1005],
    ["1234567.89", 123_456_789],
    ["90071992547409.91", Number.MAX_SAFE_INTEGER],
  ])("reads %s", (text, minor) => {
    expect(parseAmount(text, currency)).toEqual({ ok: true, minor });
  });

  test.each([
    ["1.005", "too_many_decimals"],
    ["5.000", "too_many_decimals"],
    ["90071992547409.92", "too_large"],
    ["1".repeat(400), "too_large"],
  ])("refuses %s: %s", (text, problem) => {
    expect(parseAmount(text, currency)).toEqual({ ok: false, problem });
  });
});

describe("JPY", () => {
  test.each([
    ["500", 500],
    ["1", 1],
    ["1000000", 1_000_000],
  ])("reads %s as yen", (text, minor) => {
    expect(parseAmount(text, "JPY")).toEqual({ ok: true, minor });
  });

  test.each(["1.5", "500.0", "500.00"])("refuses the decimals of %s", (text) => {
    expect(parseAmount(text, "JPY")).toEqual({ ok: false, problem: "too_many_decimals" });
  });
});

const nonsense = [
  ...["", " ", "1e3", "1E3", "-1", "+1", "-0", "5,00", "1,000", "1 000", " 5", "5 ", "5\n", "\t5", "5.", ".5", "."],
  ...["007", "00", "00.5", "0x10", "0b1", "1_000", "NaN", "Infinity", "five", "$5", "5USD", "5.0.0", "5..0"],
  ...["５", "５.００", "٥", "५", "5．00", "5٫00", "5\u200b", "\ufeff5", "5\u0000", "½", "Ⅴ", "null", "undefined"],
];

test.each(nonsense)("refuses %j in every currency", (text) => {
  for (const currency of all) expect(parseAmount(text, currency)).toEqual({ ok: false, problem: "format" });
});

test.each(all)("formatting and parsing %s are inverse", (currency: Currency) => {
  const minors = fc.oneof(fc.nat({ max: 200_000 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
  fc.assert(
    fc.property(minors, (minor) => {
      const text = formatAmount({ currency, minor });
      expect(parseAmount(text, currency)).toEqual({ ok: true, minor });
    }),
    { numRuns: 10_000 },
  );
});

test("no text is read as anything but the number it writes", () => {
  const texts = fc.stringMatching(/^[0-9.,eE+\- ]{0,12}$/);
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseAmount(text, "USD");
      if (!parsed.ok) return;
      const [whole, decimals = ""] = text.split(".");
      expect(formatAmount({ currency: "USD", minor: parsed.minor })).toBe(`${whole}.${decimals.padEnd(2, "0")}`);
    }),
    { numRuns: 5_000 },
  );
});

test("formatting writes all decimals of the currency", () => {
  expect(formatAmount({ currency: "USD", minor: 500 })).toBe("5.00");
  expect(formatAmount({ currency: "USDT", minor: 7 })).toBe("0.07");
  expect(formatAmount({ currency: "JPY", minor: 500 })).toBe("500");
  expect(formatAmount({ currency: "JPY", minor: 0 })).toBe("0");
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("formatting %s is a bug", (minor) => {
  expect(() => formatAmount({ currency: "USD", minor })).toThrow(RangeError);
});

test("people read amounts their own way, exactly", () => {
  expect(formatAmountForPeople({ currency: "USD", minor: 500 }, "en-US")).toBe("$5.00");
  expect(formatAmountForPeople({ currency: "JPY", minor: 500 }, "en-US")).toBe("¥500");
  expect(formatAmountForPeople({ currency: "EUR", minor: 123_456 }, "de-DE")).toBe("1.234,56\u00a0€");
  expect(formatAmountForPeople({ currency: "USDT", minor: 500 }, "en-US")).toBe("5.00 USDT");
  expect(formatAmountForPeople({ currency: "USDC", minor: 123_450 }, "de-DE")).toBe("1.234,50 USDC");
  expect(formatAmountForPeople({ currency: "USD", minor: Number.MAX_SAFE_INTEGER }, "en-US")).toBe(
    "$90,071,992,547,409.91",
  );
});

describe("what payers type", () => {
  test.each([
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
    ["1.000,50", "1000.50"],
    ["1,000.50", "1000.50"],
    ["1.234.567,8", "1234567.8"],
  ])("%j is %s", (typed, decimal) => expect(plainAmount(typed, "USD")).toBe(decimal));

  test.each([
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
  ])("%j has the sign of %s", (typed, currency) => expect(plainAmount(typed, currency)).toBe("5"));

  // What could mean two things, or another currency, is not guessed.
  test.each([
    ...[
      "1,000",
      "1.000",
      "1 000",
      "1,00.50",
      "1.000.50",
      "1,000,50",
      "1000,000.5",
      "1.",
      ".5",
      "-5",
      "+5",
      "1e3",
      "5²",
    ],
    ...["½", "٥", "0x10", "five", "$", "", "5 €", "C$5", "$5 CAD", "$$5", "5 USDT", "5 US", "U5", "5%", "5 円"],
  ])("%j stays what it is, to be refused", (typed) => {
    expect(plainAmount(typed, "USD")).toBe(typed);
    expect(parseAmount(typed, "USD").ok).toBe(false);
  });

  test("marks that cannot be seen are ignored like white space, wherever they are", () => {
    const invisible = fc.constantFrom(
      ..."\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u202e\u2060\u2066\u2069\ufeff\u00ad",
    );
    const marks = fc.array(invisible, { maxLength: 3 }).map((list) => list.join(""));
    fc.assert(
      fc.property(fc.array(marks, { minLength: 6, maxLength: 6 }), (between) => {
        const typed = ["$", "7", ",", "5", "0"].map((char, index) => between[index] + char).join("") + between[5];
        expect(plainAmount(typed, "USD")).toBe("7.50");
      }),
    );
  });

  test("no sign of another currency is read, for any currency", () => {
    for (const currency of all) {
      for (const sign of ["$", "€", "£", "¥"].filter((each) => each !== signOf(currency))) {
        expect(plainAmount(`${sign}5`, currency), currency).toBe(`${sign}5`);
      }
    }
  });

  test("every decimal string stays itself, and nothing throws", () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat({ max: Number.MAX_SAFE_INTEGER }), (currency, minor) => {
        const decimal = formatAmount({ currency, minor });
        expect(plainAmount(decimal, currency)).toBe(decimal);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof plainAmount(text, "EUR") === "string"));
  });
});

/** What Intl calls the sign; stablecoins have none. */
function signOf(currency: Currency): string | undefined {
  if (CURRENCIES[currency].kind === "stablecoin") return;
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.formatToParts(0).find(({ type }) => type === "currency")?.value;
}
