/** Exact arithmetic on non-negative decimal numbers written as text. A float would lose cents; a bigint cannot. */
type Decimal = { readonly units: bigint; readonly scale: number };

/**
 * The one grammar of decimal numbers: digits with an optional point, such as "5" or "2.990000", no sign, no exponent. The
 * limit keeps a long number from costing time. Input from outside is held against this before any function here sees it.
 */
export const DECIMAL_GRAMMAR = /^[0-9]{1,30}(?:\.[0-9]{1,30})?$/;

/** Null for everything outside the grammar. */
export function parseDecimal(text: string): Decimal | null {
  if (!DECIMAL_GRAMMAR.test(text)) return null;
  const [whole = "", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** "5.00" and "5" compare as equal. Throws a RangeError when a text is not a decimal, as the others here do. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const { left, right } = aligned(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function equalDecimals(a: string, b: string): boolean {
  return compareDecimals(a, b) === 0;
}

/** True when `actual` is less than `expected` by more than `permille` (a whole number) thousandths of it. */
export function isShort(input: {
  readonly expected: string;
  readonly actual: string;
  readonly permille: number;
}): boolean {
  const { left: expected, right: actual } = aligned(input.expected, input.actual);
  return actual * 1_000n < expected * (1_000n - BigInt(input.permille));
}

/** True when `actual` is more than `expected` by more than `percent` (a whole number) hundredths of it. */
export function isOver(input: {
  readonly expected: string;
  readonly actual: string;
  readonly percent: number;
}): boolean {
  const { left: expected, right: actual } = aligned(input.expected, input.actual);
  return actual * 100n > expected * (100n + BigInt(input.percent));
}

/** `a - b` with the longer fraction of the two. Throws a RangeError when `b` is larger. */
export function subtractDecimals(a: string, b: string): string {
  const { left, right, scale } = aligned(a, b);
  if (right > left) throw new RangeError("A decimal amount cannot become negative.");
  return toText({ units: left - right, scale });
}

/** Both with as many decimals as the longer of the two: "5.00" and "3" give "5.00" and "3.00". */
export function alignDecimals(a: string, b: string): readonly [string, string] {
  const { left, right, scale } = aligned(a, b);
  return [toText({ units: left, scale }), toText({ units: right, scale })];
}

/** The exact product. */
export function multiplyDecimals(a: string, b: string): string {
  const left = read(a);
  const right = read(b);
  return toText({ units: left.units * right.units, scale: left.scale + right.scale });
}

/** `a / b` with `decimals` places, rounded half up. Throws a RangeError when `b` is zero. */
export function divideDecimals(a: string, b: string, decimals: number): string {
  const { left, right } = aligned(a, b);
  if (right === 0n) throw new RangeError("A decimal number cannot be divided by zero.");
  return toText({ units: (2n * left * powerOfTen(decimals) + right) / (2n * right), scale: decimals });
}

function aligned(a: string, b: string): { left: bigint; right: bigint; scale: number } {
  const left = read(a);
  const right = read(b);
  const scale = Math.max(left.scale, right.scale);
  return {
    left: left.units * powerOfTen(scale - left.scale),
    right: right.units * powerOfTen(scale - right.scale),
    scale,
  };
}

function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

function read(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (decimal === null) throw new RangeError("Not a decimal number.");
  return decimal;
}

function toText({ units, scale }: Decimal): string {
  if (scale === 0) return units.toString();
  const digits = units.toString().padStart(scale + 1, "0");
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
