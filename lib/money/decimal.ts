/** Exact arithmetic on non-negative decimal numbers written as text. A float would lose cents; a bigint cannot. */
export type Decimal = { readonly units: bigint; readonly scale: number };

const GRAMMAR = /^([0-9]{1,60})(?:\.([0-9]{1,60}))?$/;

/** Reads digits with an optional point, such as "5" or "2.990000". Anything else, a sign included, gives null. */
export function parseDecimal(text: string): Decimal | null {
  const match = GRAMMAR.exec(text);
  if (match === null) return null;
  const [, whole = "", fraction = ""] = match;
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** "5.00" and "5" compare as equal. Throws a RangeError when a text is not a decimal: parse foreign input first. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const { left, right } = aligned(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** True when both texts name the same number. Throws a RangeError when a text is not a decimal. */
export function equalDecimals(a: string, b: string): boolean {
  return compareDecimals(a, b) === 0;
}

/** `a - b` with the longer fraction of the two. Throws a RangeError when `b` is larger or a text is not a decimal. */
export function subtractDecimals(a: string, b: string): string {
  const { left, right, scale } = aligned(a, b);
  if (right > left) throw new RangeError("A decimal amount cannot become negative.");
  return toText({ units: left - right, scale });
}

/** Both with as many decimals as the longer of the two: "5.00" and "3" give "5.00" and "3.00". Throws like the others. */
export function alignDecimals(a: string, b: string): readonly [string, string] {
  const { left, right, scale } = aligned(a, b);
  return [toText({ units: left, scale }), toText({ units: right, scale })];
}

/** The exact product. Throws a RangeError when a text is not a decimal. */
export function multiplyDecimals(a: string, b: string): string {
  const left = read(a);
  const right = read(b);
  return toText({ units: left.units * right.units, scale: left.scale + right.scale });
}

/**
 * True when `actual` lies at most `percent` (a whole number) of `expected` away from it, the edge included. Throws a
 * RangeError when a text is not a decimal.
 */
export function withinPercent(input: {
  readonly expected: string;
  readonly actual: string;
  readonly percent: number;
}): boolean {
  const { left: expected, right: actual } = aligned(input.expected, input.actual);
  const distance = expected > actual ? expected - actual : actual - expected;
  return distance * 100n <= expected * BigInt(input.percent);
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
