import { isWebUrl } from "../core/fields";
import { type Fields, isRecord } from "../core/json";
import type { Store } from "./account";
import { type ApiError, codes, invalid } from "./errors";
import { type Intent, newIntent } from "./intent";
import { defaultStableCoin, fiatCurrencies, quote, stableCoins } from "./money";

/** Thrown inside the readers of a body only, so that each field is read in one expression. */
export class Refusal extends Error {
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(error.message);
    this.error = error;
  }
}

export type Result<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; error: ApiError }>;

/** Runs a reader and returns its refusal. */
export function refusable<T>(read: () => T): Result<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
}

const knownFields = new Set([
  "currency",
  "stable_coin",
  "amount_cents",
  "accepted_stable_coins",
  "order_id",
  "order_description",
  "user_id",
  "user_name",
  "redirect_url",
  "extra",
]);

/** Creates an intent from a decoded body (§5). Each call makes a new one: there is no idempotency key. */
export function createIntent(store: Store, body: unknown): Result<Intent> {
  return refusable(() => {
    const fields = readObject(body);
    const unknown = Object.keys(fields).find((name) => !knownFields.has(name));
    if (unknown !== undefined && store.settings.unknownFields === "refuse") {
      throw refusal(unknown, "unknown_field", `There is no field "${unknown}".`);
    }
    const amountCents = readAmount(fields.amount_cents);
    const priced = readPricing(fields);
    const { amountCoins, isAboveMinimum } = quote(amountCents, priced.rate, store.settings.coinDecimals);
    const redirectUrl = readUrl("redirect_url", fields.redirect_url);
    const texts = {
      orderId: readText("order_id", fields.order_id),
      orderDescription: readText("order_description", fields.order_description),
      userId: readText("user_id", fields.user_id),
      userName: readText("user_name", fields.user_name),
    };
    const extra = fields.extra ?? null;
    if (extra !== null && !isRecord(extra)) throw refusal("extra", "not_an_object", "extra takes an object or null.");
    if (!isAboveMinimum) {
      const reason = `The amount must be greater than 0.1 ${priced.coin.symbol}.`;
      throw new Refusal({ code: codes.createFailed, message: "The intent could not be created.", details: { reason } });
    }
    const order = { amountCents, ...priced, amountCoins, ...texts, redirectUrl, extra };
    const intent = newIntent(order, store.clock.now(), store.settings.intentLifetimeMs);
    store.addIntent(intent);
    return intent;
  });
}

export function refusal(field: string, reason: string, message: string): Refusal {
  return new Refusal(invalid(field, reason, message));
}

export function readObject(body: unknown): Fields {
  if (isRecord(body)) return body;
  throw refusal("body", "not_an_object", "The body must be a JSON object.");
}

function readAmount(value: unknown): number {
  if (value === undefined || value === null) throw refusal("amount_cents", "required", "amount_cents is required.");
  const cents = readInteger("amount_cents", value);
  if (cents !== null && cents > 0) return cents;
  throw refusal("amount_cents", "not_positive", "amount_cents must be more than zero.");
}

function readPricing(fields: Fields) {
  const currency = readInteger("currency", fields.currency);
  const stableCoin = readInteger("stable_coin", fields.stable_coin);
  const acceptedStableCoins = readIntegers("accepted_stable_coins", fields.accepted_stable_coins);
  if (currency === null && stableCoin === null) {
    throw refusal("currency", "neither", "Exactly one of currency and stable_coin is required.");
  }
  if (currency !== null && stableCoin !== null) {
    throw refusal("currency", "both", "currency and stable_coin exclude each other.");
  }
  const accepted = (acceptedStableCoins ?? []).map((value) => readCoin("accepted_stable_coins", value));
  if (stableCoin !== null) {
    return { currency: null, coin: readCoin("stable_coin", stableCoin), acceptedStableCoins, rate: null };
  }
  const fiat = fiatCurrencies.find(({ value }) => value === currency);
  if (fiat === undefined) throw refusal("currency", "unknown_currency", `${currency} is not a supported currency.`);
  const { value, symbol, rate } = fiat;
  return { currency: { value, symbol }, coin: accepted[0] ?? defaultStableCoin, acceptedStableCoins, rate };
}

export function readCoin(field: string, value: number) {
  const coin = stableCoins.find((each) => each.value === value);
  if (coin === undefined)
    throw refusal(field, "unknown_stable_coin", `${value} is unknown or disabled as a stablecoin.`);
  return coin;
}

export function readInteger(name: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw refusal(name, "not_an_integer", `${name} takes an integer.`);
}

function readIntegers(name: string, value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry))) return value;
  throw refusal(name, "not_integers", `${name} takes an array of integers.`);
}

export function readText(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  throw refusal(name, "not_text", `${name} takes a string or null.`);
}

/** An empty URL stands for none, because PHP clients send empty strings (§2). */
function readUrl(name: string, value: unknown): string | null {
  const url = readText(name, value);
  if (url === null || url === "") return null;
  if (isWebUrl(url)) return url;
  throw refusal(name, "not_a_url", `${name} takes an absolute http or https URL.`);
}
