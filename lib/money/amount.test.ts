import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANY_UNIT } from "@/test/any-unit";
import {
  amountLimits,
  checkAmount,
  fixedAmount,
  formatAmount,
  formatAmountForPeople,
  isPlausible,
  parseAmount,
} from "./amount";
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
    fc.assert(fc.property(fc.string({ unit: ANY_UNIT }), (text) => typeof plainAmount(text, "EUR") === "string"));
  });
});

/** What Intl calls the sign; stablecoins have none. */
function signOf(currency: Currency): string | undefined {
  if (CURRENCIES[currency].kind === "stablecoin") return;
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.formatToParts(0).find(({ type }) => type === "currency")?.value;
}

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
    fc.string({ unit: ANY_UNIT }),
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

describe("coins for a price", () => {
  test.each<[Currency, number, string, boolean]>([
    ["USD", 5_00, "5.000000", true],
    ["USD", 5_00, "2.5", true],
    ["USD", 5_00, "10", true],
    ["USD", 5_00, "2.499999", false],
    ["USD", 5_00, "10.000001", false],
    ["USD", 5_00, "0.01", false],
    ["USD", 5_00, "0", false],
    ["EUR", 5_00, "5.40", true],
    ["GBP", 5_00, "6.35", true],
    ["CAD", 5_00, "3.6", true],
    ["AUD", 5_00, "3.3", true],
    ["SGD", 5_00, "3.75", true],
    ["CNY", 50_00, "7", true],
    ["CNY", 50_00, "50", false],
    ["HKD", 50_00, "6.4", true],
    ["HKD", 50_00, "640", false],
    ["JPY", 500, "3.350000", true],
    ["JPY", 500, "335", false],
    ["JPY", 500, "0.0335", false],
    ["JPY", 500, "75000", false],
    ["JPY", 500, "5", true],
    ["USDT", 5_00, "5", true],
    ["USDC", 5_00, "500", false],
  ])("%s %i as %s: %s", (currency, minor, coins, plausible) => {
    expect(isPlausible({ price: { currency, minor }, coins })).toBe(plausible);
  });

  test("no decimal throws, and of a number and its hundredfold at most one is plausible", () => {
    const decimals = fc.oneof(fc.stringMatching(/^[0-9]{1,30}\.[0-9]{1,30}$/), fc.stringMatching(/^[0-9]{1,6}$/));
    const prices = fc.record({
      currency: fc.constantFrom<Currency[]>("USD", "EUR", "JPY", "CNY", "HKD", "USDT"),
      minor: fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    });
    fc.assert(
      fc.property(prices, decimals, (price, coins) => {
        const isHundredfold = !coins.includes(".") && isPlausible({ price, coins: `${coins}00` });
        expect(isPlausible({ price, coins }) && isHundredfold).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
