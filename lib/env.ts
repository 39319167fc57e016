import "server-only";
import { type NotifySettings, readNotifySettings } from "@/lib/merchant/notify/settings";
import { amountLimits, fixedAmount } from "@/lib/money/amount";
import { type ItemConfig, type Pricing, readItems } from "@/lib/money/catalogue";
import { CURRENCIES, isCurrency } from "@/lib/money/currency";
import type { LoadedProvider, ProviderModule } from "@/lib/provider/provider";
import { PROVIDERS } from "@/lib/provider/registry";
import {
  type Environment,
  isLoopback,
  PLACEHOLDER,
  readSecret,
  readUrl,
  type SettingProblem,
  SettingReader,
  trimSlash,
} from "@/lib/settings";
import { parseRate, type Rate } from "@/lib/web/rate";
import { siteConfig } from "@/site.config";

/**
 * Everything that the environment decides. A group that is wrong is null and named in `problems`; the others stay
 * usable, so that a mistyped amount bound, say, stops new payments but not the webhooks of those already made.
 */
export type Settings = {
  readonly problems: readonly SettingProblem[];
  /** Things that work, but that the operator should know: a trimmed newline, a secret too short to be used. */
  readonly warnings: readonly SettingProblem[];
  /** The providers whose settings are right. */
  readonly providers: readonly ConfiguredProvider[];
  /** The one that opens new payments. */
  readonly opener: ConfiguredProvider | null;
  /** Where the hosted pages of all configured providers may be, as sources of a `form-action` directive. */
  readonly checkoutSources: readonly string[];
  readonly store: StoreSettings | null;
  readonly pricing: Pricing | null;
  /** An origin, without a slash at the end. */
  readonly publicUrl: string;
  readonly trustedProxyHops: number;
  readonly rates: { readonly checkout: Rate; readonly status: Rate };
  readonly adminSecret: string | null;
  readonly cronSecret: string | null;
  readonly notify: NotifySettings;
  /** Every secret that is set, usable or not: what the log must never show. */
  readonly secrets: readonly string[];
};

type ConfiguredProvider = LoadedProvider & Pick<ProviderModule, "name" | "label">;

export type StoreSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  /** `urlName` is the setting that the address comes from, for messages about it. */
  | { readonly kind: "redis"; readonly url: string; readonly token: string; readonly urlName: string };

const SECRET_MIN_LENGTH = 16;
const SECRET_NAMES = ["UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN", "ADMIN_SECRET", "CRON_SECRET"];

let cached: Settings | undefined;

/** The settings of this process. Read once; nothing else in the app looks at the environment. */
export function getSettings(): Settings {
  cached ??= readSettings(process.env);
  return cached;
}

/** True under `next dev` only. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === "development";
}

/** The commit that this was built from, where the host or git told: next.config.mjs puts it in when it builds. */
export function buildCommit(): string | null {
  return process.env.VERCEL_GIT_COMMIT_SHA || process.env.BUILD_COMMIT || null;
}

/** Reads settings from an environment. Never throws, whatever is in it. */
export function readSettings(env: Environment, items: readonly ItemConfig[] = siteConfig.items): Settings {
  const reader = new SettingReader(env);
  const { opener, providers } = readProviders(reader);
  const notify = readNotifySettings(reader, { allowsLoopback: opener?.isLocal ?? false });
  return {
    providers,
    opener,
    checkoutSources: [...new Set(providers.flatMap(({ checkoutSources }) => checkoutSources))],
    store: readStore(reader),
    pricing: readPricing(reader, opener, items),
    publicUrl: readPublicUrl(reader, opener),
    trustedProxyHops: readTrustedProxyHops(reader),
    rates: {
      checkout: readRate(reader, "RATE_LIMIT_CHECKOUT") ?? { limit: 5, windowMs: 60_000 },
      status: readRate(reader, "RATE_LIMIT_STATUS") ?? { limit: 600, windowMs: 60_000 },
    },
    adminSecret: readOptionalSecret(reader, "ADMIN_SECRET"),
    cronSecret: readOptionalSecret(reader, "CRON_SECRET"),
    notify,
    secrets: [...SECRET_NAMES, ...PROVIDERS.flatMap(({ secretNames }) => secretNames)]
      .flatMap((name) => reader.get(name) ?? [])
      .concat(notify.secrets),
    problems: reader.problems,
    warnings: reader.warnings,
  };
}

/** The provider that opens new payments, and every other one whose credentials are there: it still settles its own. */
function readProviders(reader: SettingReader): Pick<Settings, "opener" | "providers"> {
  const names = PROVIDERS.map(({ name }) => name);
  const chosen = reader.get("PAYMENT_PROVIDER") ?? names[0];
  if (!names.some((name) => name === chosen)) {
    reader.refuse("PAYMENT_PROVIDER", `must be one of ${names.join(", ")}`);
  }
  const providers = PROVIDERS.flatMap((module) => {
    const { name, label } = module;
    const loaded = name === chosen || module.isPresent(reader) ? module.load(reader) : null;
    return loaded === null ? [] : [{ ...loaded, name, label }];
  });
  return { providers, opener: providers.find(({ name }) => name === chosen) ?? null };
}

function readPricing(
  reader: SettingReader,
  opener: ConfiguredProvider | null,
  configured: readonly ItemConfig[],
): Pricing | null {
  const currency = reader.get("ALLSCALE_CURRENCY") ?? "USD";
  if (!isCurrency(currency)) {
    return reader.refuse("ALLSCALE_CURRENCY", `must be one of ${Object.keys(CURRENCIES).join(" ")}`);
  }
  const limits = amountLimits({ currency, min: reader.get("AMOUNT_MIN"), max: reader.get("AMOUNT_MAX") });
  if (!limits.ok) return reader.refuse(limits.setting, limits.problem);
  if (opener !== null && limits.max > (opener.maxMinor?.(currency) ?? limits.max)) {
    return reader.refuse("AMOUNT_MAX", `is more than ${opener.label} can count; choose a smaller amount`);
  }
  const { min, max } = limits;
  const price = reader.get("AMOUNT_FIXED");
  if (configured.length > 0) {
    if (price !== undefined) return reader.refuse("AMOUNT_FIXED", "cannot be set while site.config.ts has items");
    const read = readItems(configured, { currency, min, max });
    return read.ok
      ? { currency, min, max, fixed: false, items: read.items }
      : reader.refuse("site.config.ts", read.problem);
  }
  if (price === undefined) return { currency, min, max, fixed: false };
  const fixed = fixedAmount(price, { currency, min, max });
  if (!fixed.ok) return reader.refuse(fixed.setting, fixed.problem);
  return { currency, min: fixed.min, max: fixed.max, fixed: true };
}

/** Payers are sent back here, and the merchant registers the webhook under it, so it is never taken from a request. */
function readPublicUrl(reader: SettingReader, opener: ConfiguredProvider | null): string {
  const name = "PUBLIC_URL";
  const fallback = `http://localhost:${reader.get("PORT") ?? "3000"}`;
  if (reader.isSet(name)) {
    const url = readUrl(reader, { name, plainHttp: "warned" });
    if (url === null) return fallback;
    const isOrigin = trimSlash(url.pathname) === "";
    if (!isOrigin) reader.refuse(name, `must be an origin without a path, such as ${url.origin}`);
    else if (isLoopback(url.hostname)) warnOfLoopback(reader, opener);
    return url.origin;
  }
  const onProduction = reader.get("VERCEL_ENV") === "production";
  const host = onProduction ? reader.get("VERCEL_PROJECT_PRODUCTION_URL") : reader.get("VERCEL_URL");
  if (host !== undefined) return `https://${host}`;
  warnOfLoopback(reader, opener);
  return fallback;
}

function warnOfLoopback(reader: SettingReader, opener: ConfiguredProvider | null): void {
  if (opener === null || opener.isLocal) return;
  const problem = `names only this machine, but ${opener.label} does not run here: payers are sent back to their own computer, and no webhook arrives. Set it to the address that payers use, such as https://tips.example.com`;
  reader.warn("PUBLIC_URL", problem);
}

function readTrustedProxyHops(reader: SettingReader): number {
  const value = reader.get("TRUSTED_PROXY_HOPS");
  // Vercel's edge overwrites the header with the one address it saw, so there is exactly one entry to trust.
  if (value === undefined) return reader.isSet("VERCEL") ? 1 : 0;
  if (/^\d$/.test(value)) return Number(value);
  reader.refuse("TRUSTED_PROXY_HOPS", `must be a whole number from 0 to 9, not ${quoted(value)}`);
  return 0;
}

function readRate(reader: SettingReader, name: string): Rate | null {
  const value = reader.get(name);
  if (value === undefined) return null;
  const wanted = "must look like 5/60s: a number from 1 to 999999, then a time of at most 24 hours in s, m or h";
  return parseRate(value) ?? reader.refuse(name, `${wanted}; it is ${quoted(value)}`);
}

function readOptionalSecret(reader: SettingReader, name: string): string | null {
  const value = reader.get(name);
  if (value === undefined) return null;
  if (PLACEHOLDER.test(value)) return reader.warn(name, "is still a placeholder, so its routes are off");
  if (value.length >= SECRET_MIN_LENGTH) return value;
  return reader.warn(name, `has fewer than ${SECRET_MIN_LENGTH} characters, so its routes are off`);
}

/** For values that are no secrets. */
const quoted = (value: string) => JSON.stringify(value.slice(0, 40));

/** Hosts whose files are gone with the request. */
const SERVERLESS_MARKS = [
  "VERCEL",
  "AWS_LAMBDA_FUNCTION_NAME",
  "NETLIFY",
  "CF_PAGES",
  "K_SERVICE",
  "FUNCTIONS_WORKER_RUNTIME",
];

const REDIS_PAIRS = [
  { urlName: "UPSTASH_REDIS_REST_URL", tokenName: "UPSTASH_REDIS_REST_TOKEN" },
  { urlName: "KV_REST_API_URL", tokenName: "KV_REST_API_TOKEN" },
];

function readStore(reader: SettingReader): StoreSettings | null {
  const pairs = REDIS_PAIRS.filter(({ urlName, tokenName }) => reader.isSet(urlName) || reader.isSet(tokenName));
  // Also beside a whole pair, which may be that of an old database.
  for (const { urlName, tokenName } of pairs) {
    if (!reader.isSet(tokenName)) return reader.refuse(tokenName, `is not set, although ${urlName} is`);
    if (!reader.isSet(urlName)) return reader.refuse(urlName, `is not set, although ${tokenName} is`);
  }
  const [pair] = pairs;
  if (pair !== undefined) {
    const url = readUrl(reader, { name: pair.urlName, plainHttp: "warned" });
    const token = readSecret(reader, pair.tokenName);
    if (url === null || token === null) return null;
    return { kind: "redis", url: trimSlash(url.href), token, urlName: pair.urlName };
  }
  if (SERVERLESS_MARKS.some((mark) => reader.isSet(mark))) {
    return reader.refuse(
      "UPSTASH_REDIS_REST_URL",
      "is not set: this host keeps no files, so orders need a Redis store (UPSTASH_REDIS_REST_URL and _TOKEN, or KV_REST_API_URL and _TOKEN)",
    );
  }
  // Relative to the app's folder, as `.env` is: next.config.mjs makes it the working directory of the server.
  return { kind: "sqlite", path: reader.get("ORDER_DATABASE") ?? ".data/orders.db" };
}
