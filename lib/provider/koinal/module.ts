import { isLoopback, readSecret, readUrl, type SettingReader, trimSlash } from "@/lib/settings";
import type { ProviderModule } from "../provider";
import { createKoinalProvider } from "./provider";
import type { CallbackSignature } from "./signing";
import { LABEL, NAME } from "./wire";

/** Koinal as the registry lists it. */
export const koinal: ProviderModule = {
  name: NAME,
  label: LABEL,
  addressName: "KOINAL_BASE_URL",
  secretNames: ["KOINAL_SECRET", "KOINAL_CALLBACK_SECRET"],
  isPresent: (reader) => reader.isSet("KOINAL_MERCHANT_CODE") || reader.isSet("KOINAL_SECRET"),
  load(reader) {
    // All are read before it gives up, so that every problem is named at once.
    const merchantCode = readMerchantCode(reader);
    const secret = readSecret(reader, "KOINAL_SECRET");
    const callbackSecret = readSecret(reader, "KOINAL_CALLBACK_SECRET");
    const callbackSignature = readConstruction(reader);
    const url = readUrl(reader, { name: "KOINAL_BASE_URL" });
    const isLocal = url !== null && isLoopback(url.hostname);
    const checkoutHost = isLocal ? url.hostname : readHost(reader);
    const cryptocurrency = readWord(reader, "KOINAL_CRYPTOCURRENCY");
    const wallet = readWord(reader, "KOINAL_WALLET_ADDRESS");
    const tag = reader.get("KOINAL_WALLET_TAG") ?? null;
    if (isLocal && reader.get("VERCEL_ENV") === "production") {
      reader.refuse(
        "KOINAL_BASE_URL",
        "points to this machine (an emulator), which cannot take real payments in production",
      );
      return null;
    }
    if (merchantCode === null || secret === null || callbackSecret === null || callbackSignature === null) return null;
    if (url === null || checkoutHost === null || cryptocurrency === null || wallet === null) return null;
    const credentials = { merchantCode, secret, callbackSecret, callbackSignature, baseUrl: trimSlash(url.href) };
    const settings = { ...credentials, checkoutHost, cryptocurrency, wallet, tag };
    return {
      checkoutSources: isLocal ? ["http://127.0.0.1:*", "http://localhost:*"] : [`https://${checkoutHost}`],
      maxMinor: () => Number.MAX_SAFE_INTEGER,
      isLocal,
      create: (tools) => createKoinalProvider({ ...settings, ...tools }),
    };
  },
};

/** A number in the signed JSON (§1.2), written in one way only. */
function readMerchantCode(reader: SettingReader): number | null {
  const name = "KOINAL_MERCHANT_CODE";
  const value = reader.get(name);
  if (value === undefined) return reader.refuse(name, "is not set");
  return /^[1-9]\d{0,14}$/.test(value) ? Number(value) : reader.refuse(name, "must be a number of at most 15 digits");
}

function readConstruction(reader: SettingReader): CallbackSignature | null {
  const value = reader.get("KOINAL_CALLBACK_SIGNATURE") ?? "hmac";
  if (value === "hmac" || value === "sha256") return value;
  return reader.refuse("KOINAL_CALLBACK_SIGNATURE", "must be hmac or sha256");
}

/** Where Koinal's card page is, which no public document says. */
function readHost(reader: SettingReader): string | null {
  const name = "KOINAL_CHECKOUT_HOST";
  const value = reader.get(name);
  if (value === undefined) return reader.refuse(name, "is not set");
  const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value);
  return isHost ? value : reader.refuse(name, "must be a host name in small letters, such as checkout.example.com");
}

function readWord(reader: SettingReader, name: string): string | null {
  const value = reader.get(name);
  if (value === undefined) return reader.refuse(name, "is not set");
  return /^[!-~]{1,120}$/.test(value) ? value : reader.refuse(name, "must be one word of visible ASCII characters");
}
