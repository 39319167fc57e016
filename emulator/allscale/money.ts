import { createHash } from "node:crypto";
import { formatUnits, parseDecimal, powerOfTen, rescale } from "../core/decimal";

/** The fiat currencies of §5. The rates, coins for one major unit, are made up and fixed. */
export const fiatCurrencies: readonly Readonly<{ value: number; symbol: string; rate: string }>[] = [
  { value: 1, symbol: "USD", rate: "1.0000" },
  { value: 9, symbol: "AUD", rate: "0.6600" },
  { value: 27, symbol: "CAD", rate: "0.7200" },
  { value: 31, symbol: "CNY", rate: "0.1400" },
  { value: 44, symbol: "EUR", rate: "1.0800" },
  { value: 48, symbol: "GBP", rate: "1.2700" },
  { value: 57, symbol: "HKD", rate: "0.1280" },
  { value: 72, symbol: "JPY", rate: "0.0067" },
  { value: 126, symbol: "SGD", rate: "0.7500" },
];

export type StableCoin = Readonly<{ value: number; symbol: string }>;

export const defaultStableCoin: StableCoin = { value: 1, symbol: "USDT" };
/** BUSD, 3, is disabled (§5). */
export const stableCoins: readonly StableCoin[] = [defaultStableCoin, { value: 2, symbol: "USDC" }];

export const defaultChainId = 8453;

/** Addresses and hashes have the shape of EVM ones and belong to no key and no chain. */
export function madeUpAddress(seed: string): string {
  return `0x${hash(seed).slice(0, 40)}`;
}

export function madeUpTransactionHash(seed: string): string {
  return `0x${hash(`tx:${seed}`)}`;
}

/** AllScale publishes no contract addresses (§11), and a real one could attract real money. */
export function contractAddress(coinSymbol: string, chainId: number): string {
  return madeUpAddress(`contract:${coinSymbol}:${chainId}`);
}

function hash(seed: string): string {
  return createHash("sha256").update(`allscale-emulator:${seed}`).digest("hex");
}

/** What a price comes to in coins. The minimum of 0.1 coin is compared before the amount is rounded (§5). */
export function quote(amountCents: number, rate: string | null, places: number) {
  const factor = parseDecimal(rate ?? "1");
  if (factor === null) throw new Error(`The rate "${rate}" is not a plain decimal.`);
  const coins = { units: BigInt(amountCents) * factor.units, scale: factor.scale + 2 };
  const isAboveMinimum = coins.units * 10n > powerOfTen(coins.scale);
  return { amountCoins: formatUnits(rescale(coins, places), places), isAboveMinimum };
}

export function timesHundred(amount: string): string {
  const parsed = parseDecimal(amount);
  return parsed === null ? amount : formatUnits(parsed.units * 100n, parsed.scale);
}

export function fraction(amount: string, numerator: bigint, denominator: bigint): string {
  const parsed = parseDecimal(amount);
  return parsed === null ? amount : formatUnits((parsed.units * numerator) / denominator, parsed.scale);
}
