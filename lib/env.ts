import "server-only";
import type { Rate } from "@/lib/http/rate";
import {
  type Pricing,
  readOptionalSecret,
  readPricing,
  readPublicUrl,
  readRate,
  readTrustedProxyHops,
} from "@/lib/settings/deployment-settings";
import { type ProviderSettings, readProvider } from "@/lib/settings/provider-settings";
import { type Environment, type SettingProblem, SettingReader } from "@/lib/settings/setting-reader";
import { readStore, type StoreSettings } from "@/lib/settings/store-settings";

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

const DEFAULT_CHECKOUT_RATE: Rate = { limit: 5, windowMs: 60_000 };
const DEFAULT_STATUS_RATE: Rate = { limit: 120, windowMs: 60_000 };
const SECRET_NAMES = [
  "ALLSCALE_API_KEY",
  "ALLSCALE_API_SECRET",
  "ALLSCALE_API_SECRET_PREVIOUS",
  "UPSTASH_REDIS_REST_TOKEN",
  "KV_REST_API_TOKEN",
  "ADMIN_SECRET",
  "CRON_SECRET",
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
  const reader = new SettingReader(env);
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
