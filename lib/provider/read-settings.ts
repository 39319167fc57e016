import { isLoopback, readUrl, type SettingReader } from "@/lib/settings";

/** Where a payment page of an emulator may be, as sources of a `form-action` directive. */
export const LOCAL_CHECKOUT_SOURCES = ["http://127.0.0.1:*", "http://localhost:*"] as const;

type ApiUrl = { readonly name: string; readonly fallback?: string; readonly isLive?: boolean };

/** The address of an API, which is on this machine only for an emulator, and then takes no real payments. */
export function readApiUrl(reader: SettingReader, { isLive = false, ...setting }: ApiUrl): URL | null {
  const url = readUrl(reader, setting);
  const isRefused = isLive || reader.get("VERCEL_ENV") === "production";
  if (url === null || !isRefused || !isLoopback(url.hostname)) return url;
  const problem = "points to this machine (an emulator), which cannot take real payments in production";
  return reader.refuse(setting.name, problem);
}

type Match = { readonly name: string; readonly pattern: RegExp; readonly form: string };

/** A setting that must be set, in this form. */
export function readMatch(reader: SettingReader, { name, pattern, form }: Match): string | null {
  const value = reader.get(name);
  if (value === undefined) return reader.refuse(name, "is not set");
  return pattern.test(value) ? value : reader.refuse(name, `must be ${form}`);
}

/** As `readMatch` takes it. */
export const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
