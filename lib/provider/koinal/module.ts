import { isLoopback, readSecret, type SettingReader, trimSlash } from "@/lib/settings";
import type { ProviderModule } from "../provider";
import { HOST, LOCAL_CHECKOUT_SOURCES, readApiUrl, readMatch } from "../read-settings";
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
    const code = { pattern: /^[1-9]\d{0,14}$/, form: "a number of at most 15 digits" };
    const merchantCode = readMatch(reader, { name: "KOINAL_MERCHANT_CODE", ...code });
    const secret = readSecret(reader, "KOINAL_SECRET");
    const callbackSecret = readSecret(reader, "KOINAL_CALLBACK_SECRET");
    const callbackSignature = readConstruction(reader);
    const url = readApiUrl(reader, { name: "KOINAL_BASE_URL" });
    const isLocal = url !== null && isLoopback(url.hostname);
    // Where Koinal's card page is, which no public document says.
    const host = { pattern: HOST, form: "a host name in small letters, such as checkout.example.com" };
    const checkoutHost = isLocal ? url.hostname : readMatch(reader, { name: "KOINAL_CHECKOUT_HOST", ...host });
    const word = { pattern: /^[!-~]{1,120}$/, form: "one word of visible ASCII characters" };
    const cryptocurrency = readMatch(reader, { name: "KOINAL_CRYPTOCURRENCY", ...word });
    const wallet = readMatch(reader, { name: "KOINAL_WALLET_ADDRESS", ...word });
    const tag = reader.get("KOINAL_WALLET_TAG") ?? null;
    if (merchantCode === null || secret === null || callbackSecret === null || callbackSignature === null) return null;
    if (url === null || checkoutHost === null || cryptocurrency === null || wallet === null) return null;
    // Signed as a JSON number (§1.2).
    const credentials = { merchantCode: Number(merchantCode), secret, callbackSecret, callbackSignature };
    const settings = { ...credentials, baseUrl: trimSlash(url.href), checkoutHost, cryptocurrency, wallet, tag };
    return {
      checkoutSources: isLocal ? LOCAL_CHECKOUT_SOURCES : [`https://${checkoutHost}`],
      isLocal,
      create: (tools) => createKoinalProvider({ ...settings, ...tools }),
    };
  },
};

function readConstruction(reader: SettingReader): CallbackSignature | null {
  const value = reader.get("KOINAL_CALLBACK_SIGNATURE") ?? "hmac";
  if (value === "hmac" || value === "sha256") return value;
  return reader.refuse("KOINAL_CALLBACK_SIGNATURE", "must be hmac or sha256");
}
