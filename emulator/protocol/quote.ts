import { divide, formatUnits, parseDecimal, powerOfTen, type Rounding } from "./decimal";

/** What a price comes to in coins. `rate` is null for native pricing (§5). */
export interface Quote {
  readonly amountCoins: string;
  readonly rate: string | null;
  readonly aboveMinimum: boolean;
}

export interface QuoteRequest {
  /** Hundredths of the fiat unit, yen included, or of the coin when native (§5). */
  readonly amountCents: number;
  /** Coins for one major fiat unit, or null for native pricing. */
  readonly rate: string | null;
  readonly places: number;
  readonly rounding: Rounding;
  /** Whether exactly 0.1 coin passes; the protocol says it must be more (§10). */
  readonly minimumInclusive: boolean;
}

/** Prices an amount. The minimum of 0.1 coin is compared exactly, before the coin amount is rounded. */
export function quote({ amountCents, rate, places, rounding, minimumInclusive }: QuoteRequest): Quote {
  const factor = parseDecimal(rate ?? "1");
  if (factor === null) throw new Error(`The rate "${rate}" is not a plain decimal.`);
  const numerator = BigInt(amountCents) * factor.units;
  const denominator = 100n * powerOfTen(factor.scale);
  const tenths = numerator * 10n;
  return {
    amountCoins: formatUnits(divide(numerator * powerOfTen(places), denominator, rounding), places),
    rate,
    aboveMinimum: minimumInclusive ? tenths >= denominator : tenths > denominator,
  };
}
