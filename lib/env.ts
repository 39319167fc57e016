import "server-only";
import { z } from "zod";
import { parseRate, type Rate } from "@/lib/http/rate";
import { type Currency, isCurrency } from "@/lib/money/currency";
import { amountLimits } from "@/lib/money/limits";

/** A setting that is missing or wrong, by name. The text never contains the value. */
export type SettingProblem = { readonly name: string; readonly problem: string };

export type ProviderSettings = {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly previousSecret: string | null;
  readonly baseUrl: string;
  readonly acceptedStableCoins: readonly ("USDT" | "USDC")[];
  readonly signedResponses: boolean;
};

export type StoreSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string; readonly token: string };

export type Pricing = { readonly currency: Currency; readonly min: number; readonly max: number };

/**
 * Everything that the environment decides. A group that is wrong is null and named in `problems`; the others stay usable,
 * so that a mistyped amount bound, say, stops new payments but not the webhooks of those already made.
 */
export type Settings = {
  readonly problems: readonly SettingProblem[];
  /** Things that work, but that the operator should know: a trimmed newline, a secret too short to be used. */
  readonly warnings: readonly SettingProblem[];
  readonly provider: ProviderSettings | null;
  readonly store: StoreSettings | null;
  readonly pricing: Pricing | null;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly trustedProxyHops: number;
  readonly rates: { readonly checkout: Rate; readonly status: Rate };
  readonly adminSecret: string | null;
  readonly cronSecret: string | null;
  /** Every secret that is set, usable or not: what the log must never show. */
  readonly secrets: readonly string[];
};

export type Environment = Readonly<Record<string, string | undefined>>;

const PRODUCTION_BASE_URL = "https://openapi.allscale.io";
const RETIRED_HOST = "openapi-sandbox.allscale.io";
const SECRET_MIN_LENGTH = 16;
const DEFAULT_CHECKOUT_RATE: Rate = { limit: 5, windowMs: 60_000 };
const DEFAULT_STATUS_RATE: Rate = { limit: 120, windowMs: 60_000 };
/** What templates, dashboards and tutorials leave behind where a value belongs. */
const PLACEHOLDER =
  /^(<.*>|\[.*\]|\.\.\.|x{3,}|st_(x+|\.+|\*+)|(st_)?(your|insert|replace|change-?_?me|todo|placeholder).*)$/i;
/** The credentials of `.env.example`. Everybody knows them, so they count for the local emulator only. */
const EMULATOR_CREDENTIALS = ["st_emulator_key", "st_emulator_secret_not_for_production"];
const SECRET_NAMES = [
  "ALLSCALE_API_KEY",
  "ALLSCALE_API_SECRET",
  "ALLSCALE_API_SECRET_PREVIOUS",
  "UPSTASH_REDIS_REST_TOKEN",
  "KV_REST_API_TOKEN",
  "ADMIN_SECRET",
  "CRON_SECRET",
];
const SERVERLESS_MARKS = [
  "VERCEL",
  "AWS_LAMBDA_FUNCTION_NAME",
  "NETLIFY",
  "CF_PAGES",
  "K_SERVICE",
  "FUNCTIONS_WORKER_RUNTIME",
];

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

/** Reads settings from an environment. Never throws, whatever is in it. */
export function readSettings(env: Environment): Settings {
  const reader = new Reader(env);
  return {
    provider: readProvider(reader),
    store: readStore(reader),
    pricing: readPricing(reader),
    publicUrl: readPublicUrl(reader),
    trustedProxyHops: readTrustedProxyHops(reader),
    rates: {
      checkout: readRate(reader, { name: "RATE_LIMIT_CHECKOUT", fallback: DEFAULT_CHECKOUT_RATE }),
      status: readRate(reader, { name: "RATE_LIMIT_STATUS", fallback: DEFAULT_STATUS_RATE }),
    },
    adminSecret: readOptionalSecret(reader, "ADMIN_SECRET"),
    cronSecret: readOptionalSecret(reader, "CRON_SECRET"),
    secrets: SECRET_NAMES.map((name) => reader.get(name)).filter((value) => value !== undefined),
    problems: reader.problems,
    warnings: reader.warnings,
  };
}

class Reader {
  readonly problems: SettingProblem[] = [];
  readonly warnings: SettingProblem[] = [];

  constructor(private readonly env: Environment) {}

  /** The trimmed value, or undefined for unset and empty. Pasted secrets often end in a newline: used without, and told. */
  get(name: string): string | undefined {
    const raw = this.env[name];
    const value = raw?.trim();
    if (raw !== value && value !== "" && !this.warnings.some((warning) => warning.name === name)) {
      this.warnings.push({ name, problem: "has spaces or line breaks around it, which are ignored" });
    }
    return value === "" ? undefined : value;
  }

  isSet(name: string): boolean {
    return this.get(name) !== undefined;
  }

  refuse(name: string, problem: string): null {
    this.problems.push({ name, problem });
    return null;
  }

  warn(name: string, problem: string): null {
    this.warnings.push({ name, problem });
    return null;
  }
}

function readProvider(reader: Reader): ProviderSettings | null {
  const baseUrl = readBaseUrl(reader);
  const onLoopback = baseUrl !== null && isLoopback(new URL(baseUrl).hostname);
  const apiKey = readCredential(reader, { name: "ALLSCALE_API_KEY", required: true, onLoopback });
  const apiSecret = readCredential(reader, { name: "ALLSCALE_API_SECRET", required: true, onLoopback });
  const previousSecret = readCredential(reader, { name: "ALLSCALE_API_SECRET_PREVIOUS", required: false, onLoopback });
  const acceptedStableCoins = readAcceptedStableCoins(reader);
  const signedResponses = readBoolean(reader, "ALLSCALE_SIGNED_RESPONSES");
  if (baseUrl === null || apiKey === null || apiSecret === null) return null;
  if (acceptedStableCoins === null || signedResponses === null) return null;
  return { apiKey, apiSecret, previousSecret, baseUrl, acceptedStableCoins, signedResponses };
}

function readCredential(
  reader: Reader,
  { name, required, onLoopback }: { name: string; required: boolean; onLoopback: boolean },
): string | null {
  const value = reader.get(name);
  if (value === undefined) return required ? reader.refuse(name, "is not set") : null;
  if (PLACEHOLDER.test(value)) return reader.refuse(name, "is still a placeholder");
  if (/\s/.test(value)) return reader.refuse(name, "has a space or line break inside");
  if (!onLoopback && EMULATOR_CREDENTIALS.includes(value)) {
    return reader.refuse(name, "is the emulator's well-known value; AllScale needs your own");
  }
  return value;
}

function readBaseUrl(reader: Reader): string | null {
  const name = "ALLSCALE_BASE_URL";
  const url = readUrl(reader, { name, fallback: PRODUCTION_BASE_URL });
  if (url === null) return null;
  if (url.hostname === RETIRED_HOST) {
    return reader.refuse(
      name,
      "names the sandbox host, which AllScale has retired; use a test store on the usual host",
    );
  }
  if (isLoopback(url.hostname) && reader.get("VERCEL_ENV") === "production") {
    return reader.refuse(name, "points to this machine (an emulator), which cannot take real payments in production");
  }
  return trimSlash(url.href);
}

/** An absolute http(s) URL; plain http only where it cannot leave the machine. */
function readUrl(reader: Reader, { name, fallback }: { name: string; fallback?: string }): URL | null {
  const value = reader.get(name) ?? fallback;
  if (value === undefined) return reader.refuse(name, "is not set");
  if (!URL.canParse(value)) return reader.refuse(name, "is not an absolute URL");
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return reader.refuse(name, "must start with https://");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return reader.refuse(name, "must start with https://");
  if (url.username !== "" || url.password !== "")
    return reader.refuse(name, "must not contain a user name or password");
  if (url.search !== "" || url.hash !== "") return reader.refuse(name, "must not have a query or fragment");
  return url;
}

function readAcceptedStableCoins(reader: Reader): ("USDT" | "USDC")[] | null {
  const name = "ALLSCALE_ACCEPTED_STABLE_COINS";
  const value = reader.get(name);
  if (value === undefined) return [];
  const parsed = z.array(z.enum(["USDT", "USDC"])).safeParse(value.split(",").map((coin) => coin.trim()));
  if (!parsed.success) return reader.refuse(name, "must be USDT, USDC or both, separated by a comma");
  return [...new Set(parsed.data)];
}

function readBoolean(reader: Reader, name: string): boolean | null {
  const value = reader.get(name)?.toLowerCase() ?? "false";
  if (value === "true" || value === "false") return value === "true";
  return reader.refuse(name, "must be true or false");
}

const REDIS_PAIRS = [
  { urlName: "UPSTASH_REDIS_REST_URL", tokenName: "UPSTASH_REDIS_REST_TOKEN" },
  { urlName: "KV_REST_API_URL", tokenName: "KV_REST_API_TOKEN" },
];

function readStore(reader: Reader): StoreSettings | null {
  const touched = REDIS_PAIRS.filter(({ urlName, tokenName }) => reader.isSet(urlName) || reader.isSet(tokenName));
  const complete = touched.find(({ urlName, tokenName }) => reader.isSet(urlName) && reader.isSet(tokenName));
  const pair = complete ?? touched[0];
  if (pair !== undefined) {
    const token = reader.get(pair.tokenName);
    if (token === undefined) return reader.refuse(pair.tokenName, `is not set, although ${pair.urlName} is`);
    if (!reader.isSet(pair.urlName)) return reader.refuse(pair.urlName, `is not set, although ${pair.tokenName} is`);
    const url = readUrl(reader, { name: pair.urlName });
    return url === null ? null : { kind: "redis", url: trimSlash(url.href), token };
  }
  if (SERVERLESS_MARKS.some((mark) => reader.isSet(mark))) {
    return reader.refuse(
      "UPSTASH_REDIS_REST_URL",
      "is not set: this host keeps no files, so orders need a Redis store (UPSTASH_REDIS_REST_URL and _TOKEN, or KV_REST_API_URL and _TOKEN)",
    );
  }
  return { kind: "sqlite", path: reader.get("ORDER_DATABASE") ?? ".data/orders.db" };
}

function readPricing(reader: Reader): Pricing | null {
  const code = reader.get("ALLSCALE_CURRENCY") ?? "USD";
  if (!isCurrency(code)) {
    return reader.refuse("ALLSCALE_CURRENCY", "is not one of USD EUR GBP CAD AUD JPY CNY SGD HKD USDT USDC");
  }
  const min = reader.get("AMOUNT_MIN");
  const max = reader.get("AMOUNT_MAX");
  const limits = amountLimits({ currency: code, ...(min && { min }), ...(max && { max }) });
  if (!limits.ok) return reader.refuse(limits.setting, limits.problem);
  return { currency: code, min: limits.min, max: limits.max };
}

function readPublicUrl(reader: Reader): string {
  const fallback = `http://localhost:${reader.get("PORT") ?? "3000"}`;
  if (reader.isSet("PUBLIC_URL")) {
    const url = readUrl(reader, { name: "PUBLIC_URL" });
    return url === null ? fallback : trimSlash(url.href);
  }
  const onProduction = reader.get("VERCEL_ENV") === "production";
  const host = onProduction ? reader.get("VERCEL_PROJECT_PRODUCTION_URL") : reader.get("VERCEL_URL");
  return host === undefined ? fallback : `https://${host}`;
}

function readTrustedProxyHops(reader: Reader): number {
  const value = reader.get("TRUSTED_PROXY_HOPS");
  // Vercel's edge overwrites the header with the one address it saw, so there is exactly one entry to trust.
  if (value === undefined) return reader.isSet("VERCEL") ? 1 : 0;
  if (/^\d$/.test(value)) return Number(value);
  reader.refuse("TRUSTED_PROXY_HOPS", "must be a whole number from 0 to 9");
  return 0;
}

function readRate(reader: Reader, { name, fallback }: { name: string; fallback: Rate }): Rate {
  const value = reader.get(name);
  if (value === undefined) return fallback;
  const rate = parseRate(value);
  if (rate !== null) return rate;
  reader.refuse(name, "must look like 5/60s");
  return fallback;
}

function readOptionalSecret(reader: Reader, name: string): string | null {
  const value = reader.get(name);
  if (value === undefined) return null;
  if (PLACEHOLDER.test(value)) return reader.warn(name, "is still a placeholder, so its routes are off");
  if (value.length >= SECRET_MIN_LENGTH) return value;
  return reader.warn(name, `has fewer than ${SECRET_MIN_LENGTH} characters, so its routes are off`);
}

/** Hosts that never leave this machine. WHATWG URL parsing has already turned every spelling of 127.0.0.1 into that one. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
