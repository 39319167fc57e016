/** An exact decimal: `units` divided by ten to the power of `scale`. Money never meets a floating point number here. */
export type Decimal = Readonly<{ units: bigint; scale: number }>;

/** Reads a plain decimal string such as "1.0800"; null for anything else, signs and exponents included. */
export function parseDecimal(text: string): Decimal | null {
  const match = /^(\d{1,30})(?:\.(\d{1,18}))?$/.exec(text);
  if (match === null) return null;
  const fraction = match[2] ?? "";
  return { units: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
}

export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** Divides two non-negative integers and rounds half up. */
export function divide(numerator: bigint, denominator: bigint): bigint {
  return (numerator * 2n + denominator) / (denominator * 2n);
}

/** Writes `units` at `places` decimal places, so 21589200 at 6 is "21.589200". */
export function formatUnits(units: bigint, places: number): string {
  if (places === 0) return units.toString();
  const digits = units.toString().padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** `dividend` by `divisor`, written with so many places. */
export function quotient(dividend: Decimal, divisor: Decimal, places: number): string {
  const numerator = dividend.units * powerOfTen(places + divisor.scale);
  return formatUnits(divide(numerator, powerOfTen(dividend.scale) * divisor.units), places);
}

/** The same value at another number of places. */
export function rescale(value: Decimal, places: number): bigint {
  return divide(value.units * powerOfTen(places), powerOfTen(value.scale));
}
