import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  alignDecimals,
  compareDecimals,
  equalDecimals,
  multiplyDecimals,
  parseDecimal,
  subtractDecimals,
  withinPercent,
} from "./decimal";

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat({ max: 18 }))
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

  test.each(["", ".", ".5", "5.", "-1", "+1", "1e3", "1,5", " 1", "1\n", "٣", "１", "0x1", "NaN", "1".repeat(61)])(
    "refuses %j",
    (text) => {
      expect(parseDecimal(text)).toBeNull();
    },
  );
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
      expect(parseDecimal(multiplyDecimals(a.text, b.text))).toEqual({
        units: a.units * b.units,
        scale: a.scale + b.scale,
      });
    }),
  );
});

test.each([
  ["100", "105", true],
  ["100", "95", true],
  ["100", "105.000001", false],
  ["100", "94.999999", false],
  ["5.00", "500", false],
  ["0", "0.000001", false],
])("5 percent of %s reach to %s: %s", (expected, actual, within) => {
  expect(withinPercent({ expected, actual, percent: 5 })).toBe(within);
});
