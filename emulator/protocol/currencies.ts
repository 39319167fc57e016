/** A fiat currency as the protocol numbers it. `rate` is made up: coins for one major unit. */
export interface FiatCurrency {
  readonly value: number;
  readonly symbol: string;
  readonly rate: string;
}

/**
 * The nine fiat currencies of §5. No source lists more, and derived values must not be shipped.
 * The rates are the emulator's own: fixed, so that a test can know the coin amount in advance.
 */
export const fiatCurrencies: readonly FiatCurrency[] = [
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

export interface StableCoin {
  readonly value: number;
  readonly symbol: string;
}

/** The stable coins of §5. BUSD is disabled by default through the setting `disabledCoins`. */
export const stableCoins: readonly StableCoin[] = [
  { value: 1, symbol: "USDT" },
  { value: 2, symbol: "USDC" },
  { value: 3, symbol: "BUSD" },
];

/** The coin a fiat price settles in when the request names none (§5). */
export const defaultStableCoin: StableCoin = { value: 1, symbol: "USDT" };

export function findStableCoin(value: number): StableCoin | undefined {
  return stableCoins.find((coin) => coin.value === value);
}
