/** Exact arithmetic on non-negative decimal numbers written as text. A float would lose cents; a bigint cannot. */
type Decimal = { readonly units: bigint; readonly scale: number };

/** Input from outside is held against this before any function here sees it. The limit keeps long numbers from costing time. */
export const DECIMAL_GRAMMAR = /^[0-9]{1,30}(?:\.[0-9]{1,30})?$/;

export function parseDecimal(text: string): Decimal | null {
  if (!DECIMAL_GRAMMAR.test(text)) return null;
  const [whole = "", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** "5.00" and "5" are equal. Like all below, it throws a RangeError for a text that is not a decimal. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  const { left, right } = aligned(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

export function equalDecimals(a: string, b: string): boolean {
  return compareDecimals(a, b) === 0;
}

type Amounts = { readonly expected: string; readonly actual: string };

/** True when `actual` is less than `expected` by more than `permille` (a whole number) thousandths of it. */
export function isShort({ expected, actual, permille }: Amounts & { readonly permille: number }): boolean {
  const { left, right } = aligned(expected, actual);
  return right * 1_000n < left * (1_000n - BigInt(permille));
}

/** True when `actual` is more than `expected` by more than `percent` (a whole number) hundredths of it. */
export function isOver({ expected, actual, percent }: Amounts & { readonly percent: number }): boolean {
  const { left, right } = aligned(expected, actual);
  return right * 100n > left * (100n + BigInt(percent));
}

/** Keeps the longer fraction of the two. */
export function addDecimals(a: string, b: string): string {
  const { left, right, scale } = aligned(a, b);
  return toText({ units: left + right, scale });
}

/** Cuts off what is beyond this many places. Never rounds up. */
export function truncateDecimal(text: string, places: number): string {
  const { units, scale } = read(text);
  const cut = Math.max(0, scale - places);
  return toText({ units: units / powerOfTen(cut), scale: scale - cut });
}

/** Keeps the longer fraction of the two. Throws a RangeError when `b` is larger. */
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

export function multiplyDecimals(a: string, b: string): string {
  const [left, right] = [read(a), read(b)];
  return toText({ units: left.units * right.units, scale: left.scale + right.scale });
}

/** `a / b` with `decimals` places, rounded half up. Throws a RangeError when `b` is zero. */
export function divideDecimals(a: string, b: string, decimals: number): string {
  const { left, right } = aligned(a, b);
  if (right === 0n) throw new RangeError("A decimal number cannot be divided by zero.");
  return toText({ units: (2n * left * powerOfTen(decimals) + right) / (2n * right), scale: decimals });
}

function aligned(a: string, b: string) {
  const [left, right] = [read(a), read(b)];
  const scale = Math.max(left.scale, right.scale);
  const unitsOf = (decimal: Decimal) => decimal.units * powerOfTen(scale - decimal.scale);
  return { left: unitsOf(left), right: unitsOf(right), scale };
}

const powerOfTen = (exponent: number) => 10n ** BigInt(exponent);

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
