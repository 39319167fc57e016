import "server-only";
import { parseRate, type Rate } from "@/lib/http/rate";
import { type Currency, isCurrency } from "@/lib/money/currency";
import { amountLimits, fixedAmount } from "@/lib/money/limits";
import { PLACEHOLDER, readUrl, type SettingReader, trimSlash } from "./setting-reader";

/** Bounds in minor units, both included. With a fixed price they are that price. */
export type Pricing = {
  readonly currency: Currency;
  readonly min: number;
  readonly max: number;
  readonly fixed: boolean;
};

const SECRET_MIN_LENGTH = 16;

export function readPricing(reader: SettingReader): Pricing | null {
  const code = reader.get("ALLSCALE_CURRENCY") ?? "USD";
  if (!isCurrency(code)) {
    return reader.refuse("ALLSCALE_CURRENCY", "is not one of USD EUR GBP CAD AUD JPY CNY SGD HKD USDT USDC");
  }
  const min = reader.get("AMOUNT_MIN");
  const max = reader.get("AMOUNT_MAX");
  const limits = amountLimits({ currency: code, ...(min && { min }), ...(max && { max }) });
  if (!limits.ok) return reader.refuse(limits.setting, limits.problem);
  const { min: lowest, max: highest } = limits;
  const price = reader.get("AMOUNT_FIXED");
  if (price === undefined) return { currency: code, min: lowest, max: highest, fixed: false };
  const fixed = fixedAmount(price, { currency: code, min: lowest, max: highest });
  if (!fixed.ok) return reader.refuse(fixed.setting, fixed.problem);
  return { currency: code, min: fixed.min, max: fixed.max, fixed: true };
}

export function readPublicUrl(reader: SettingReader): string {
  const fallback = `http://localhost:${reader.get("PORT") ?? "3000"}`;
  if (reader.isSet("PUBLIC_URL")) {
    const url = readUrl(reader, { name: "PUBLIC_URL", plainHttp: "warned" });
    return url === null ? fallback : trimSlash(url.href);
  }
  const onProduction = reader.get("VERCEL_ENV") === "production";
  const host = onProduction ? reader.get("VERCEL_PROJECT_PRODUCTION_URL") : reader.get("VERCEL_URL");
  return host === undefined ? fallback : `https://${host}`;
}

export function readTrustedProxyHops(reader: SettingReader): number {
  const value = reader.get("TRUSTED_PROXY_HOPS");
  // Vercel's edge overwrites the header with the one address it saw, so there is exactly one entry to trust.
  if (value === undefined) return reader.isSet("VERCEL") ? 1 : 0;
  if (/^\d$/.test(value)) return Number(value);
  reader.refuse("TRUSTED_PROXY_HOPS", "must be a whole number from 0 to 9");
  return 0;
}

export function readRate(reader: SettingReader, { name, fallback }: { name: string; fallback: Rate }): Rate {
  const value = reader.get(name);
  if (value === undefined) return fallback;
  const rate = parseRate(value);
  if (rate !== null) return rate;
  reader.refuse(name, "must look like 5/60s");
  return fallback;
}

export function readOptionalSecret(reader: SettingReader, name: string): string | null {
  const value = reader.get(name);
  if (value === undefined) return null;
  if (PLACEHOLDER.test(value)) return reader.warn(name, "is still a placeholder, so its routes are off");
  if (value.length >= SECRET_MIN_LENGTH) return value;
  return reader.warn(name, `has fewer than ${SECRET_MIN_LENGTH} characters, so its routes are off`);
}
