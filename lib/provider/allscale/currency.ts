import { CURRENCIES, type Currency } from "@/lib/money/currency";

/** Currencies of one kind in our table; a currency added there without its AllScale number is a type error here. */
type CurrencyOfKind<Kind> = { [C in Currency]: (typeof CURRENCIES)[C]["kind"] extends Kind ? C : never }[Currency];
export type FiatCurrency = CurrencyOfKind<"fiat">;
export type StableCoin = CurrencyOfKind<"stable-coin">;

/**
 * AllScale's numbers (§5). It counts every currency in hundredths, those without decimals too (500 yen are sent as
 * 50000), so each has the number of AllScale's cents in one of our minor units.
 */
const FIAT: Readonly<Record<FiatCurrency, { readonly id: number; readonly centsPerMinor: number }>> = {
  USD: { id: 1, centsPerMinor: 1 },
  AUD: { id: 9, centsPerMinor: 1 },
  CAD: { id: 27, centsPerMinor: 1 },
  CNY: { id: 31, centsPerMinor: 1 },
  EUR: { id: 44, centsPerMinor: 1 },
  GBP: { id: 48, centsPerMinor: 1 },
  HKD: { id: 57, centsPerMinor: 1 },
  JPY: { id: 72, centsPerMinor: 100 },
  SGD: { id: 126, centsPerMinor: 1 },
};

const STABLE_COINS: Readonly<Record<StableCoin, { readonly id: number; readonly centsPerMinor: number }>> = {
  USDT: { id: 1, centsPerMinor: 1 },
  USDC: { id: 2, centsPerMinor: 1 },
};

export function isStableCoin(currency: Currency): currency is StableCoin {
  return CURRENCIES[currency].kind === "stable-coin";
}

export function stableCoinId(coin: StableCoin): number {
  return STABLE_COINS[coin].id;
}

/** Null for a number that we do not know, the disabled BUSD (3) included. */
export function stableCoinOfId(id: number): StableCoin | null {
  return STABLE_COIN_OF_ID.get(id) ?? null;
}

/** The pricing fields of create (§5): exactly one of `currency` and `stable_coin`. Throws on an unsafe amount. */
export function pricingFields(price: { readonly currency: Currency; readonly minor: number }) {
  const { currency, minor } = price;
  if (isStableCoin(currency)) {
    const { id, centsPerMinor } = STABLE_COINS[currency];
    return { stable_coin: id, amount_cents: safe(minor * centsPerMinor) };
  }
  const { id, centsPerMinor } = FIAT[fiat(currency)];
  return { currency: id, amount_cents: safe(minor * centsPerMinor) };
}

/**
 * A price as AllScale reports it, in our terms: a code and a decimal string in major units. A number that we do not know
 * becomes a code that equals no currency, so that it never matches an order.
 */
export function priceOfCents(id: number, amountCents: number): { currency: string; amount: string } {
  const currency = FIAT_OF_ID.get(id);
  const digits = String(safe(amountCents)).padStart(3, "0");
  const [whole, cents] = [digits.slice(0, -2), digits.slice(-2)];
  if (currency === undefined) return { currency: `allscale:${id}`, amount: `${whole}.${cents}` };
  const withoutDecimals = CURRENCIES[currency].exponent === 0 && cents === "00";
  return { currency, amount: withoutDecimals ? whole : `${whole}.${cents}` };
}

const FIAT_OF_ID = new Map((Object.keys(FIAT) as FiatCurrency[]).map((code) => [FIAT[code].id, code]));
const STABLE_COIN_OF_ID = new Map((Object.keys(STABLE_COINS) as StableCoin[]).map((c) => [STABLE_COINS[c].id, c]));

function fiat(currency: Exclude<Currency, StableCoin>): FiatCurrency {
  return currency;
}

function safe(cents: number): number {
  if (!Number.isSafeInteger(cents) || cents < 0) throw new RangeError("The amount is too large for AllScale's cents.");
  return cents;
}
