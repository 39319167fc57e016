import { type ApiError, codes, invalid } from "../protocol/api-error";
import { defaultStableCoin, fiatCurrencies, findStableCoin, type StableCoin } from "../protocol/currencies";
import { type Quote, quote } from "../protocol/quote";
import { startScenarioOf } from "../scenarios/run-scenario";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import { type Intent, type IntentOrder, newIntent } from "../state/intent";
import { type CreateFields, readCreateFields } from "./create-fields";

export type CreateResult =
  | { readonly ok: true; readonly intent: Intent }
  | { readonly ok: false; readonly error: ApiError };

type Priced =
  | {
      readonly ok: true;
      readonly currency: IntentOrder["currency"];
      readonly coin: StableCoin;
      readonly rate: string | null;
    }
  | { readonly ok: false; readonly error: ApiError };

/** Creates an intent from a decoded body (§5). Every call makes a new one: there is no idempotency key. */
export function createIntent(
  state: EmulatorState,
  account: Account,
  body: unknown,
  { playsScenario = true } = {},
): CreateResult {
  const { settings } = account;
  const read = readCreateFields(body, {
    unknownFields: settings.unknownFields,
    maxTextLength: settings.maxTextLength,
    enforces: state.enforces,
  });
  if (!read.ok) return read;
  const { fields } = read;
  const priced = price(state, account, fields);
  if (!priced.ok) return priced;
  const { amountCoins, aboveMinimum } = quoteFor(state, account, {
    amountCents: fields.amountCents,
    rate: priced.rate,
  });
  if (!aboveMinimum && state.enforces("minimum")) return { ok: false, error: tooSmall(account, priced.coin) };
  const intent = newIntent({
    apiKey: account.apiKey,
    nowMs: account.clock.now(),
    lifetimeMs: settings.intentLifetimeMs,
    order: {
      amountCents: fields.amountCents,
      currency: priced.currency,
      coin: priced.coin,
      acceptedStableCoins: fields.acceptedStableCoins,
      amountCoins,
      rate: priced.rate,
      orderId: fields.orderId,
      orderDescription: fields.orderDescription,
      userId: fields.userId,
      userName: fields.userName,
      redirectUrl: fields.redirectUrl ?? extraReturnUrl(account, fields),
      extra: fields.extra,
    },
  });
  state.addIntent(account, intent);
  if (playsScenario) startScenarioOf(account, intent);
  return { ok: true, intent };
}

interface Amount {
  readonly amountCents: number;
  readonly rate: string | null;
}

function quoteFor(state: EmulatorState, account: Account, { amountCents, rate }: Amount): Quote {
  const { coinDecimals, rounding } = account.settings;
  const minimumInclusive = account.settings.minimumInclusive || !state.enforces("minimum_exclusive");
  return quote({ amountCents, rate, places: coinDecimals, rounding, minimumInclusive });
}

function price(state: EmulatorState, account: Account, fields: CreateFields): Priced {
  const { currency, stableCoin } = fields;
  if (currency === null && stableCoin === null && state.enforces("any_pricing")) {
    return { ok: false, error: invalid("currency", "neither", "Exactly one of currency and stable_coin is required.") };
  }
  if (currency !== null && stableCoin !== null && state.enforces("one_pricing")) {
    return { ok: false, error: invalid("currency", "both", "currency and stable_coin exclude each other.") };
  }
  const refusedCoin = refuseCoins(state, account, fields);
  if (refusedCoin !== null) return { ok: false, error: refusedCoin };
  if (currency === null) {
    return { ok: true, currency: null, coin: findStableCoin(stableCoin ?? 1) ?? defaultStableCoin, rate: null };
  }
  const fiat = findFiat(account, currency) ?? (state.enforces("currency_enum") ? null : findFiat(account, 1));
  if (fiat === null || fiat === undefined) {
    return { ok: false, error: invalid("currency", "unknown_currency", `${currency} is not a supported currency.`) };
  }
  const settlement = fields.acceptedStableCoins?.[0];
  const coin = settlement === undefined ? defaultStableCoin : (findStableCoin(settlement) ?? defaultStableCoin);
  return { ok: true, currency: { value: fiat.value, symbol: fiat.symbol }, coin, rate: fiat.rate };
}

function findFiat(account: Account, value: number): { value: number; symbol: string; rate: string } | undefined {
  const { extraCurrencies, rates } = account.settings;
  const extras = Object.entries(extraCurrencies).map(([symbol, extra]) => ({ symbol, ...extra }));
  const found = [...fiatCurrencies, ...extras].find((currency) => currency.value === value);
  return found === undefined ? undefined : { ...found, rate: rates[found.symbol] ?? found.rate };
}

function refuseCoins(state: EmulatorState, account: Account, fields: CreateFields): ApiError | null {
  const named = [
    ...(fields.stableCoin === null ? [] : [{ field: "stable_coin", value: fields.stableCoin }]),
    ...(fields.acceptedStableCoins ?? []).map((value) => ({ field: "accepted_stable_coins", value })),
  ];
  for (const { field, value } of named) {
    const coin = findStableCoin(value);
    const enumCheck = field === "stable_coin" ? "coin_enum" : "accepted_coins_enum";
    if (coin === undefined && state.enforces(enumCheck)) {
      return invalid(field, "unknown_stable_coin", `${value} is not a stable coin.`);
    }
    if (account.settings.disabledCoins.includes(value) && state.enforces("coin_disabled")) {
      return invalid(field, "disabled_stable_coin", `${coin?.symbol ?? value} is disabled.`);
    }
  }
  return null;
}

/** The Postman text of §5 and §10: at or below 0.1 of the coin is refused. */
function tooSmall(account: Account, coin: StableCoin): ApiError {
  const reason = `The amount must be greater than 0.1 ${coin.symbol}.`;
  const code = Number(account.settings.minimumCode);
  const details = code === codes.validation ? { field: "amount_cents", reason } : { reason };
  return { code, message: "The intent could not be created.", details };
}

function extraReturnUrl(account: Account, fields: CreateFields): string | null {
  const url = fields.extra?.return_url;
  return account.settings.extraReturnUrl && typeof url === "string" && URL.canParse(url) ? url : null;
}
