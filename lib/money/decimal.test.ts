import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalSchema } from "@/lib/orders/order";
import { ANY_UNIT } from "@/test/any-unit";
import {
  alignDecimals,
  compareDecimals,
  divideDecimals,
  equalDecimals,
  isOver,
  isShort,
  multiplyDecimals,
  parseDecimal,
  subtractDecimals,
} from "./decimal";

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 29n }), fc.nat({ max: 18 }))
  .map(([units, scale]) => ({ units, scale, text: write(units, scale) }));

function write(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, "0");
  return scale === 0 ? digits : `${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
}

describe("parseDecimal", () => {
  test.each([
    ["5", 5n, 0],
    ["5.00", 500n, 2],
    ["0.000001", 1n, 6],
    ["007.10", 710n, 2],
  ])("reads %s", (text, units, scale) => {
    expect(parseDecimal(text)).toEqual({ units, scale });
  });

  test.each([
    "",
    ".",
    ".5",
    "5.",
    "-1",
    "+1",
    "1e3",
    "1,5",
    " 1",
    "1\n",
    "٣",
    "１",
    "0x1",
    "NaN",
    "1".repeat(31),
    `1.${"1".repeat(31)}`,
  ])("refuses %j", (text) => {
    expect(parseDecimal(text)).toBeNull();
  });
});

test("for any text, the schema of stored documents and the parser agree, and only arithmetic on other texts throws", () => {
  const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${max}}$`));
  const nearlyDecimal = fc
    .tuple(digits(64), fc.constantFrom("", ".", ",", "..", "\n", "e"), digits(64))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: ANY_UNIT }), nearlyDecimal, digits(30)), (text) => {
      const isDecimal = decimalSchema.safeParse(text).success;
      expect(parseDecimal(text) !== null).toBe(isDecimal);
      if (isDecimal) expect(equalDecimals(text, text)).toBe(true);
      else expect(() => equalDecimals(text, text)).toThrow(RangeError);
    }),
    { numRuns: 2_000 },
  );
});

test("sums and differences of decimals are decimals again, at the limits too", () => {
  const longest = `${"9".repeat(30)}.${"9".repeat(30)}`;
  expect(parseDecimal(subtractDecimals(longest, "0"))).not.toBeNull();
  expect(alignDecimals(longest, "1")).toEqual([longest, `1.${"0".repeat(30)}`]);
});

test("comparing looks at the number, not at the text", () => {
  expect(equalDecimals("5.0000", "5")).toBe(true);
  expect(equalDecimals("2.990000", "2.99")).toBe(true);
  expect(compareDecimals("10", "9.999999")).toBe(1);
  expect(compareDecimals("0.1", "0.10000000000000000001")).toBe(-1);
});

test("a text that is no decimal is a bug of the caller", () => {
  expect(() => compareDecimals("1", "many")).toThrow(RangeError);
});

test("subtraction is exact and never negative", () => {
  expect(subtractDecimals("5.000000", "3")).toBe("2.000000");
  expect(subtractDecimals("0.3", "0.1")).toBe("0.2");
  expect(() => subtractDecimals("1", "1.01")).toThrow(RangeError);
});

test("subtracting what was added gives the first number back", () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const scale = Math.max(a.scale, b.scale);
      const sum = a.units * 10n ** BigInt(scale - a.scale) + b.units * 10n ** BigInt(scale - b.scale);
      expect(compareDecimals(subtractDecimals(write(sum, scale), b.text), a.text)).toBe(0);
    }),
  );
});

test("aligning writes both with the longer fraction and changes neither number", () => {
  expect(alignDecimals("5.000000", "3")).toEqual(["5.000000", "3.000000"]);
  expect(alignDecimals("5", "0.3333333")).toEqual(["5.0000000", "0.3333333"]);
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const [left, right] = alignDecimals(a.text, b.text);
      expect(parseDecimal(left)?.scale).toBe(Math.max(a.scale, b.scale));
      expect(parseDecimal(right)?.scale).toBe(parseDecimal(left)?.scale);
      expect(equalDecimals(left, a.text) && equalDecimals(right, b.text)).toBe(true);
    }),
  );
});

test("multiplication is exact", () => {
  expect(multiplyDecimals("500", "0.0067")).toBe("3.3500");
  expect(multiplyDecimals("1.10", "1.10")).toBe("1.2100");
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(multiplyDecimals(a.text, b.text)).toBe(write(a.units * b.units, a.scale + b.scale));
    }),
  );
});

test.each([
  ["5", "5", false],
  ["5", "4.995", false],
  ["5", "4.994999", true],
  ["5", "50", false],
  ["5", "0", true],
  ["0", "0", false],
])("of %s, %s is short by more than 1 per mille: %s", (expected, actual, short) => {
  expect(isShort({ expected, actual, permille: 1 })).toBe(short);
});

test.each([
  ["5", "5.05", false],
  ["5", "5.050001", true],
  ["5", "0", false],
  ["0", "0.000001", true],
])("of %s, %s is over by more than 1 percent: %s", (expected, actual, over) => {
  expect(isOver({ expected, actual, percent: 1 })).toBe(over);
});

test.each([
  ["5.465", "5", 4, "1.0930"],
  ["1", "149.25", 8, "0.00670017"],
  ["1", "3", 2, "0.33"],
  ["2", "3", 2, "0.67"],
  ["0.5", "1", 0, "1"],
  ["0.49", "1", 0, "0"],
  ["1", "0.0067", 2, "149.25"],
])("%s / %s with %i places is %s, rounded half up", (a, b, decimals, quotient) => {
  expect(divideDecimals(a, b, decimals)).toBe(quotient);
});

test("a quotient is within half of its last place, and nothing is divided by zero", () => {
  const positive = decimal.filter(({ units }) => units > 0n);
  fc.assert(
    fc.property(decimal, positive, fc.nat({ max: 12 }), (a, b, decimals) => {
      const [whole = "", places = ""] = divideDecimals(a.text, b.text, decimals).split(".");
      const quotient = BigInt(whole + places);
      // |q/10^d - a/b| <= 1/2 of 10^-d, over a common denominator.
      const exact = 2n * a.units * 10n ** BigInt(b.scale + decimals);
      const rounded = 2n * quotient * b.units * 10n ** BigInt(a.scale);
      const difference = exact > rounded ? exact - rounded : rounded - exact;
      expect(difference <= b.units * 10n ** BigInt(a.scale)).toBe(true);
    }),
  );
  expect(() => divideDecimals("1", "0.00", 2)).toThrow(RangeError);
});
