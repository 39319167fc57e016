import { isWebUrl } from "../core/fields";
import { type Fields, isRecord } from "../core/json";
import type { Store } from "./account";
import { type ApiError, codes, invalid } from "./errors";
import { type Intent, newIntent } from "./intent";
import { defaultStableCoin, fiatCurrencies, quote, type StableCoin, stableCoins } from "./money";

/** Thrown inside the readers of a body only, so that each field is read in one expression. */
class Refusal extends Error {
  constructor(readonly error: ApiError) {
    super(error.message);
  }
}

export type Result<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; error: ApiError }>;

export function refusable<T>(read: () => T): Result<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
}

export function refusal(field: string, reason: string, message: string): Refusal {
  return new Refusal(invalid(field, reason, message));
}

const pricing = ["currency", "stable_coin", "amount_cents", "accepted_stable_coins"];
const textFields = ["order_id", "order_description", "user_id", "user_name", "redirect_url"];
const knownFields = new Set([...pricing, ...textFields, "extra"]);

/** Creates an intent from a decoded body (§5). Each call makes a new one: there is no idempotency key. */
export function createIntent(store: Store, body: unknown): Result<Intent> {
  const { unknownFields, coinDecimals, intentLifetimeMs } = store.settings;
  return refusable(() => {
    const fields = readObject(body);
    const unknown = Object.keys(fields).find((name) => !knownFields.has(name));
    if (unknown !== undefined && unknownFields === "refuse") {
      throw refusal(unknown, "unknown_field", `There is no field "${unknown}".`);
    }
    const amountCents = readInteger("amount_cents", fields.amount_cents);
    if (amountCents === null || amountCents <= 0) {
      throw refusal("amount_cents", "not_positive", "amount_cents takes an integer above zero.");
    }
    const priced = readPricing(fields);
    const { amountCoins, isAboveMinimum } = quote(amountCents, priced.rate, coinDecimals);
    const texts = textFields.map((name) => readText(name, fields[name]));
    const [orderId = null, orderDescription = null, userId = null, userName = null, redirectUrl = null] = texts;
    // An empty URL stands for none, because PHP clients send empty strings (§2).
    if (redirectUrl && !isWebUrl(redirectUrl)) {
      throw refusal("redirect_url", "not_a_url", "redirect_url takes an absolute http or https URL.");
    }
    const { extra = null } = fields;
    if (extra !== null && !isRecord(extra)) throw refusal("extra", "not_an_object", "extra takes an object or null.");
    if (!isAboveMinimum) {
      const reason = `The amount must be greater than 0.1 ${priced.coin.symbol}.`;
      throw new Refusal({ code: codes.createFailed, message: "The intent could not be created.", details: { reason } });
    }
    const buyer = { orderId, orderDescription, userId, userName, redirectUrl: redirectUrl || null, extra };
    const intent = newIntent({ amountCents, ...priced, amountCoins, ...buyer }, store.clock.now(), intentLifetimeMs);
    store.intents.set(intent.id, intent);
    return intent;
  });
}

export function readObject(body: unknown): Fields {
  if (isRecord(body)) return body;
  throw refusal("body", "not_an_object", "The body must be a JSON object.");
}

function readPricing(fields: Fields) {
  const currency = readInteger("currency", fields.currency);
  const stableCoin = readInteger("stable_coin", fields.stable_coin);
  const accepted = fields.accepted_stable_coins ?? null;
  if (accepted !== null && !Array.isArray(accepted)) {
    throw refusal("accepted_stable_coins", "not_integers", "accepted_stable_coins takes an array of integers.");
  }
  const coins = accepted?.map((value: unknown) => readCoin("accepted_stable_coins", value)) ?? [];
  const acceptedStableCoins = accepted === null ? null : coins.map(({ value }) => value);
  if ((currency === null) === (stableCoin === null)) {
    const reason = currency === null ? "neither" : "both";
    throw refusal("currency", reason, "Exactly one of currency and stable_coin is required.");
  }
  if (currency === null) {
    return { currency, coin: readCoin("stable_coin", stableCoin), acceptedStableCoins, rate: null };
  }
  const fiat = fiatCurrencies.find(({ value }) => value === currency);
  if (fiat === undefined) throw refusal("currency", "unknown_currency", `${currency} is not a supported currency.`);
  const { value, symbol, rate } = fiat;
  return { currency: { value, symbol }, coin: coins[0] ?? defaultStableCoin, acceptedStableCoins, rate };
}

export function readCoin(field: string, value: unknown): StableCoin {
  const coin = stableCoins.find((each) => each.value === value);
  if (coin !== undefined) return coin;
  throw refusal(field, "unknown_stable_coin", `${field} takes the number of an enabled stablecoin.`);
}

export function readInteger(name: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw refusal(name, "not_an_integer", `${name} takes an integer.`);
}

export function readText(name: string, value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  throw refusal(name, "not_text", `${name} takes a string or null.`);
}
