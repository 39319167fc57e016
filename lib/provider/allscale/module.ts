import { isStablecoin, type Stablecoin } from "@/lib/money/currency";
import { isLoopback, quoted, readFlag, readSecret, type SettingReader, trimSlash } from "@/lib/settings";
import type { ProviderModule } from "../provider";
import { LOCAL_CHECKOUT_SOURCES, readApiUrl } from "../read-settings";
import { publishedFee } from "./fee";
import { PAYOUT_CHAINS, type PayoutChain } from "./payout-wire";
import { createAllScalePayouts } from "./payouts";
import { createAllScaleProvider } from "./provider";
import { CHECKOUT_SOURCES, LABEL, maxMinor, NAME } from "./wire";

/** The credentials of `.env.example`. They are public, so they count for the local emulator only. */
const EMULATOR_CREDENTIALS = ["st_emulator_key", "st_emulator_secret_not_for_production"];

/** AllScale as the registry lists it: its settings, and what the app has to know before a payment is opened. */
export const allscale: ProviderModule = {
  name: NAME,
  label: LABEL,
  secretNames: ["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET", "ALLSCALE_API_SECRET_PREVIOUS"],
  addressName: "ALLSCALE_BASE_URL",
  isPresent: (reader) => reader.isSet("ALLSCALE_API_KEY") || reader.isSet("ALLSCALE_API_SECRET"),
  load(reader) {
    // All are read before it gives up, so that every problem is named at once.
    const url = readBaseUrl(reader);
    const isLocal = url !== null && isLoopback(url.hostname);
    const credential = (name: string) => readCredential(reader, { name, isLocal });
    const apiKey = credential("ALLSCALE_API_KEY");
    const apiSecret = credential("ALLSCALE_API_SECRET");
    const previous = "ALLSCALE_API_SECRET_PREVIOUS";
    const previousSecret = reader.isSet(previous) ? credential(previous) : undefined;
    const acceptedStablecoins = readAcceptedStablecoins(reader);
    const signedResponses = readFlag(reader, "ALLSCALE_SIGNED_RESPONSES");
    const testStore = readFlag(reader, "ALLSCALE_TEST_STORE");
    const payoutChain = readPayoutChain(reader, { mayBeTest: testStore === true || isLocal });
    if (url === null || apiKey === null || apiSecret === null || previousSecret === null) return null;
    if (acceptedStablecoins === null || signedResponses === null || testStore === null) return null;
    const credentials = { baseUrl: trimSlash(url.href), apiKey, apiSecret, previousSecret: previousSecret ?? null };
    const settings = { ...credentials, acceptedStablecoins, signedResponses, testStore };
    return {
      checkoutSources: isLocal ? [...CHECKOUT_SOURCES, ...LOCAL_CHECKOUT_SOURCES] : CHECKOUT_SOURCES,
      maxMinor,
      isLocal,
      publishedFee,
      create: (tools) => createAllScaleProvider({ ...settings, ...tools }),
      ...(payoutChain && { createPayouts: (tools) => createAllScalePayouts({ ...settings, ...tools, payoutChain }) }),
    };
  },
};

function readCredential(reader: SettingReader, { name, isLocal }: { name: string; isLocal: boolean }): string | null {
  const value = readSecret(reader, name);
  if (value === null) return null;
  // Pasted text can hold invisible characters, and the key has to fit into a header.
  if (!/^[!-~]+$/.test(value))
    return reader.refuse(name, "must hold visible ASCII characters only, and has another one");
  if (isLocal || !EMULATOR_CREDENTIALS.includes(value)) return value;
  return reader.refuse(name, "is the emulator's well-known value; AllScale needs your own");
}

function readBaseUrl(reader: SettingReader): URL | null {
  const name = "ALLSCALE_BASE_URL";
  const url = readApiUrl(reader, { name, fallback: "https://openapi.allscale.io" });
  if (url?.hostname !== "openapi-sandbox.allscale.io") return url;
  return reader.refuse(name, "names the sandbox, which AllScale has retired; use a test store on the usual host");
}

function readAcceptedStablecoins(reader: SettingReader): Stablecoin[] | null {
  const name = "ALLSCALE_ACCEPTED_STABLE_COINS";
  const value = reader.get(name);
  if (value === undefined) return [];
  const coins = value.split(",").map((coin) => coin.trim());
  if (coins.every(isStablecoin)) return [...new Set(coins)];
  return reader.refuse(name, `must be USDT, USDC or both, separated by a comma, not ${quoted(value)}`);
}

/** Null unless payouts are switched on. A wrong value must not stop payments, so it only leaves payouts off. */
function readPayoutChain(reader: SettingReader, { mayBeTest }: { mayBeTest: boolean }): PayoutChain | null {
  const name = "ALLSCALE_PAYOUT_CHAIN";
  const value = reader.get(name)?.toLowerCase();
  if (value === undefined) return null;
  const chains = Object.keys(PAYOUT_CHAINS) as PayoutChain[];
  const chain = chains.find((each) => each === value);
  if (chain === undefined) return reader.warn(name, `must be one of ${chains.join(", ")}, so refunds are off`);
  if (chain === "sepolia" && !mayBeTest) return reader.warn(name, "names a test chain, so refunds are off");
  return chain;
}
