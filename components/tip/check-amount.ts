/** `exponent`: how many decimals people write in this currency. The bounds are in minor units, both included. */
export type AmountRule = { readonly exponent: number; readonly min: number; readonly max: number };

/**
 * Keyboards of half the world offer a comma and no point. "7,5" can only mean one thing; "1,000" can mean two, so it
 * stays as it is and is refused.
 */
export function withPoint(typed: string): string {
  return typed.trim().replace(/^(\d+),(\d\d?)$/, "$1.$2");
}

/**
 * Tells the payer at once what the server would say; the server decides. The grammar of `lib/money` once more, because
 * its table of currencies is more than a payer should have to load; a test holds the two against each other.
 */
export function isPayable(amount: string, { exponent, min, max }: AmountRule): boolean {
  const [, whole, decimals = ""] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (whole === undefined || decimals.length > exponent) return false;
  const minor = Number(whole + decimals.padEnd(exponent, "0"));
  return minor >= min && minor <= max;
}
