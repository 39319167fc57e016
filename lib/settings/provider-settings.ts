import "server-only";
import { z } from "zod";
import { isLoopback, readSecret, readUrl, type SettingReader, trimSlash } from "./setting-reader";

export type ProviderSettings = {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly previousSecret: string | null;
  readonly baseUrl: string;
  readonly acceptedStableCoins: readonly ("USDT" | "USDC")[];
  readonly signedResponses: boolean;
};

const PRODUCTION_BASE_URL = "https://openapi.allscale.io";
const RETIRED_HOST = "openapi-sandbox.allscale.io";
/** The credentials of `.env.example`. Everybody knows them, so they count for the local emulator only. */
const EMULATOR_CREDENTIALS = ["st_emulator_key", "st_emulator_secret_not_for_production"];

export function readProvider(reader: SettingReader): ProviderSettings | null {
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
  reader: SettingReader,
  { name, required, onLoopback }: { name: string; required: boolean; onLoopback: boolean },
): string | null {
  if (!required && !reader.isSet(name)) return null;
  const value = readSecret(reader, name);
  if (value === null) return null;
  if (!onLoopback && EMULATOR_CREDENTIALS.includes(value)) {
    return reader.refuse(name, "is the emulator's well-known value; AllScale needs your own");
  }
  return value;
}

function readBaseUrl(reader: SettingReader): string | null {
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

function readAcceptedStableCoins(reader: SettingReader): ("USDT" | "USDC")[] | null {
  const name = "ALLSCALE_ACCEPTED_STABLE_COINS";
  const value = reader.get(name);
  if (value === undefined) return [];
  const parsed = z.array(z.enum(["USDT", "USDC"])).safeParse(value.split(",").map((coin) => coin.trim()));
  if (!parsed.success) return reader.refuse(name, "must be USDT, USDC or both, separated by a comma");
  return [...new Set(parsed.data)];
}

function readBoolean(reader: SettingReader, name: string): boolean | null {
  const value = reader.get(name)?.toLowerCase() ?? "false";
  if (value === "true" || value === "false") return value === "true";
  return reader.refuse(name, "must be true or false");
}
