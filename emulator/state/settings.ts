import { parseDecimal } from "../protocol/decimal";
import { faultOperations } from "./fault";
import { choice, flag, integer, integers, type Setting, table, text, texts } from "./setting-kinds";

const dayMs = 86_400_000;
const anyMs = { min: 0, max: 30 * dayMs };
const anyInt = { min: -2_147_483_648, max: 2_147_483_647 };

/** At most `limit` requests in any `windowMs`. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** A fiat currency beyond the nine that any source lists. */
export interface ExtraCurrency {
  readonly value: number;
  readonly rate: string;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isRateLimit(value: unknown): value is RateLimit {
  if (!isObject(value)) return false;
  return [value.limit, value.windowMs].every((entry) => Number.isSafeInteger(entry) && Number(entry) > 0);
}

function isExtraCurrency(value: unknown): value is ExtraCurrency {
  return isObject(value) && Number.isSafeInteger(value.value) && isRate(value.rate);
}

function isRate(value: unknown): value is string {
  const rate = typeof value === "string" ? parseDecimal(value) : null;
  return rate !== null && rate.units > 0n;
}

function isHttpStatus(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 200 && value <= 599;
}

function isWholeNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

function isSymbol(name: string): boolean {
  return /^[A-Z]{3,5}$/.test(name);
}

function isOperation(name: string): boolean {
  return faultOperations.some((op) => op === name) && name !== "webhook";
}

/**
 * Every switch of an account. Most of them stand for something §13 calls unknown or §10 calls disputed: the default is
 * what the protocol file follows, and the other values let a client prove that it does not rely on that.
 */
export const settingDefinitions = {
  storeName: text("Emulated Store", "The store name on the hosted page."),
  webhooks: flag(true, "Whether a confirmation sends a webhook. Off: nothing is sent, as if every delivery were lost."),
  retryGapsMs: integers(
    [1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000],
    anyMs,
    "Gaps before each redelivery of a webhook that was not answered 2xx, on the emulated clock. Empty: sent once (§8).",
  ),
  webhookTimeoutMs: integer(10_000, { min: 1, max: 600_000 }, "How long a receiver may take to answer (§8)."),
  retryWebhookId: choice("same", ["same", "new"], "Whether a redelivery keeps its webhook id (§13)."),
  retryNonce: choice("new", ["new", "same"], "Whether a redelivery gets a nonce of its own (§13)."),
  retryTimestamp: choice("new", ["new", "same"], "Whether a redelivery is signed at its own time (§13)."),
  webhookQuery: choice("raw", ["raw", "empty"], "The QUERY line of the webhook canonical string (§10)."),
  webhookStatus: choice(
    "none",
    ["none", "int", "text", "payment_status"],
    "Whether the webhook body carries a status: none, `status` as int, `status` as text, or `payment_status` (§10).",
  ),
  plainHttpWebhooks: flag(true, "Whether webhook URLs without TLS are called; one source says they are not (§8)."),
  replayWindowSeconds: integer(600, { min: 1, max: 86_400 }, "How far X-Timestamp may be off, either way (§10)."),
  clockSkewMs: integer(
    0,
    { min: -3_650 * dayMs, max: 3_650 * dayMs },
    "How far the provider's own clock is off, for signing and Date.",
  ),
  checkOrder: texts(
    ["key", "timestamp", "signature", "nonce"],
    ["key", "timestamp", "signature", "nonce"],
    "The order of authentication checks; a check that is left out runs after those named (§13).",
  ),
  burnNonceOnBadSignature: flag(false, "Whether a failed signature uses its nonce up (§13)."),
  nonceScope: choice("account", ["account", "everyone"], "Who shares one set of nonces (§13)."),
  nonceMaxLength: integer(0, { min: 0, max: 8_192 }, "The longest nonce accepted; 0 for no limit (§13)."),
  ipAllowlist: texts([], null, "Addresses that may call; empty for all (§1). Others get 30001 `ip_not_allowed`."),
  unknownKeyCode: choice("20002", ["20002", "20001"], "The code of an unknown API key (§10)."),
  foreignIntentCode: choice("50001", ["50001", "30001"], "The code of another account's intent (§10)."),
  errorShape: choice(
    "auto",
    ["auto", "documented", "observed", "flat"],
    "Errors with message and request_id, without, with top-level error_code, or (auto) auth errors as observed (§3).",
  ),
  httpStatuses: table(isWholeNumber, isHttpStatus, 'HTTP status by error code, for instance {"50001":400} (§13).'),
  failCode: integer(90_000, anyInt, "The code that /v1/test/fail answers (§13)."),
  missingSlash: choice("404", ["404", "405", "307", "308"], "What create without its trailing slash answers (§13)."),
  unknownFields: choice("ignore", ["ignore", "refuse"], "Whether create refuses fields it does not know (§13)."),
  maxTextLength: integer(0, { min: 0, max: 1_000_000 }, "The longest text field of create; 0 for no limit (§13)."),
  disabledCoins: integers([3], { min: 1, max: 3 }, "Stable coins that are refused; the stale table is [2, 3] (§10)."),
  extraCurrencies: table(
    isSymbol,
    isExtraCurrency,
    'Further fiat currencies: {"NZD":{"value":99,"rate":"0.6000"}} (§13).',
  ),
  rates: table(isSymbol, isRate, 'Rates that replace the built-in ones: {"EUR":"1.1000"} (§13).'),
  rateDirection: choice(
    "coins_per_fiat",
    ["coins_per_fiat", "fiat_per_coin"],
    "Which way round the `rate` that is shown is written (§13).",
  ),
  rounding: choice("half_up", ["half_up", "down", "up"], "How coin amounts are rounded (§13)."),
  coinDecimals: integer(6, { min: 4, max: 18 }, "Decimal places of coin amounts; the docs show 4, fixtures 6 (§10)."),
  minimumInclusive: flag(false, "Whether exactly 0.1 coin is enough (§10)."),
  minimumCode: choice("50002", ["50002", "10001"], "The code of an amount that is too small (§10)."),
  acceptedCoinsInResponse: choice("none", ["none", "array", "number"], "`accepted_stable_coins` in create (§10)."),
  nativeAmountCents: flag(false, "Whether native intents show `amount_cents` in detail and webhook (§10)."),
  statusShape: choice("int", ["int", "object"], "The status payload: a bare int, or {status} (§10)."),
  checkoutUrlStyle: choice(
    "checkout",
    ["checkout", "pay_checkout"],
    "/checkout/<token> or /pay/checkout/<token> (§10).",
  ),
  intentLifetimeMs: integer(1_800_000, anyMs, "How long an unpaid intent lives; 0 for ever (§13)."),
  timeoutStatus: integer(-5, { min: -5, max: -1 }, "The status of an intent that ran out; -5 is the newest (§10)."),
  viewMarksPaying: flag(true, "Whether opening the hosted page moves CREATED to PAYING (§6)."),
  redirectOnCancel: flag(false, "Whether the payer is also sent back after a cancel (§10)."),
  extraReturnUrl: flag(false, "Whether `extra.return_url` stands in for `redirect_url` (§10)."),
  feeBasisPoints: integer(60, { min: 0, max: 10_000 }, "The service fee in hundredths of a percent (§10)."),
  signedResponse: flag(false, "Whether answers are signed, as the dashboard switch does (§9)."),
  signErrorResponses: flag(true, "Whether signed answers include errors of a known key (§13)."),
  rateLimits: table(isOperation, isRateLimit, 'Limits by operation: {"create":{"limit":5,"windowMs":60000}} (§13).'),
  retryAfterUnit: choice("seconds", ["seconds", "milliseconds"], "The unit of `retry_after` (§13)."),
  retryAfterPlace: choice("details", ["details", "header", "both", "none"], "Where `retry_after` is told (§13)."),
  scenarios: flag(true, "Whether magic descriptions and amounts start a scenario."),
  scenarioStepMs: integer(1_000, anyMs, "How long one step of a scenario takes, on the emulated clock."),
} as const satisfies Record<string, Setting<unknown>>;

type Definitions = typeof settingDefinitions;
export type SettingName = keyof Definitions;
export type Settings = { [Name in SettingName]: Definitions[Name] extends Setting<infer T> ? T : never };

export const settingNames = Object.keys(settingDefinitions).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingDefinitions, name);
}

export function defaultSettings(): Settings {
  // Object.fromEntries loses which name goes with which type; the table above is what pairs them.
  return Object.fromEntries(settingNames.map((name) => [name, settingDefinitions[name].default])) as Settings;
}

export type SettingsPatch = { ok: true; settings: Settings } | { ok: false; message: string };

/** Applies a patch whose names and values come from outside; one bad entry refuses the whole patch. */
export function patchSettings(current: Settings, patch: Readonly<Record<string, unknown>>): SettingsPatch {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(patch)) {
    if (!isSettingName(name)) return { ok: false, message: `There is no setting "${name}".` };
    const definition = settingDefinitions[name];
    const parsed = value === null ? definition.default : definition.parse(value);
    if (parsed === undefined) {
      return { ok: false, message: `The setting "${name}" takes ${JSON.stringify(definition.schema)}.` };
    }
    changes[name] = parsed;
  }
  return { ok: true, settings: { ...current, ...changes } };
}
