import { isLoopback, PLACEHOLDER, readSecret, type SettingReader, trimSlash } from "@/lib/settings";
import type { ProviderModule } from "../provider";
import { HOST, LOCAL_CHECKOUT_SOURCES, readApiUrl, readMatch } from "../read-settings";
import { createOneKeyPayouts } from "./cashouts";
import type { CashoutCredentials } from "./client";
import { createOneKeyProvider } from "./provider";
import { LABEL, NAME, SCHEMES, type Scheme, STAGING_CHECKOUT_HOSTS, STAGING_URL } from "./wire";

/** All three switch cashouts on. */
const CASHOUT_NAMES = ["ONEKEY_CASHOUT_LOGIN", "ONEKEY_CASHOUT_PASSPHRASE", "ONEKEY_CASHOUT_SECRET"] as const;

/** OneKey as the registry lists it. */
export const onekey: ProviderModule = {
  name: NAME,
  label: LABEL,
  addressName: "ONEKEY_BASE_URL",
  secretNames: ["ONEKEY_SECRET", ...CASHOUT_NAMES],
  isPresent: (reader) => reader.isSet("ONEKEY_LOGIN") || reader.isSet("ONEKEY_SECRET"),
  load(reader) {
    // All are read before it gives up, so that every problem is named at once.
    const login = readMatch(reader, { name: "ONEKEY_LOGIN", pattern: /^[!-~]{1,120}$/, form: "one word of ASCII" });
    const secret = readSecret(reader, "ONEKEY_SECRET");
    const scheme = readScheme(reader);
    const place = readPlace(reader);
    const country = readMatch(reader, { name: "ONEKEY_COUNTRY", pattern: /^[A-Z]{2}$/, form: "two capital letters" });
    const method = "ONEKEY_PAYMENT_METHOD";
    const paymentMethod = reader.isSet(method)
      ? readMatch(reader, { name: method, pattern: /^[A-Z0-9]{1,10}$/, form: "a code such as IX" })
      : undefined;
    const cashouts = readCashouts(reader);
    if (login === null || secret === null || scheme === null || place === null) return null;
    if (country === null || paymentMethod === null) return null;
    const settings = { login, secret, scheme, ...place, country, paymentMethod: paymentMethod ?? null, cashouts };
    const { isLocal, checkoutHosts } = place;
    return {
      checkoutSources: isLocal ? LOCAL_CHECKOUT_SOURCES : checkoutHosts.map((host) => `https://${host}`),
      isLocal,
      create: (tools) => createOneKeyProvider({ ...settings, ...tools }),
      ...(cashouts && { createPayouts: (tools) => createOneKeyPayouts({ ...settings, ...tools, cashouts }) }),
    };
  },
};

type Place = {
  readonly baseUrl: string;
  readonly isLocal: boolean;
  readonly isStaging: boolean;
  readonly checkoutHosts: readonly string[];
};

/**
 * Where requests go. Credentials of staging are worth nothing in production and the other way round, so one setting
 * says which they are, and an address of the other side is refused.
 */
function readPlace(reader: SettingReader): Place | null {
  const address = "ONEKEY_BASE_URL";
  const environment = readEnvironment(reader);
  const isStaging = environment === "staging";
  const isLive = environment === "production";
  const url = readApiUrl(reader, { name: address, isLive, ...(isStaging && { fallback: STAGING_URL }) });
  const isLocal = url !== null && isLoopback(url.hostname);
  const checkoutHosts = readHosts(reader, { isStaging, local: isLocal ? url.hostname : null });
  if (environment === null || url === null || checkoutHosts === null) return null;
  const isRightSide = isStaging ? isStagingHost(url.hostname) : !looksLikeStaging(url.hostname);
  if (!isLocal && !isRightSide) {
    const other = isStaging ? "is not the staging API" : "names the staging API";
    return reader.refuse(address, `${other}, which ONEKEY_ENVIRONMENT=${environment} contradicts`);
  }
  return { baseUrl: trimSlash(url.href), isLocal, isStaging, checkoutHosts };
}

function readEnvironment(reader: SettingReader): "staging" | "production" | null {
  const name = "ONEKEY_ENVIRONMENT";
  const value = reader.get(name);
  if (value === "staging" || value === "production") return value;
  return reader.refuse(name, value === undefined ? "is not set" : "must be staging or production");
}

const isStagingHost = (host: string) => host === new URL(STAGING_URL).hostname;
/** As far as their names tell: the host of production's pages is not documented. */
const looksLikeStaging = (host: string) => /(^|[.-])(stg|staging|sandbox|test)([.-]|$)/.test(host);

type Hosts = { readonly isStaging: boolean; readonly local: string | null };

/** Where OneKey's payment page is. */
function readHosts(reader: SettingReader, { isStaging, local }: Hosts): readonly string[] | null {
  const name = "ONEKEY_CHECKOUT_HOSTS";
  const value = reader.get(name);
  if (local !== null) return [local];
  if (value === undefined && isStaging) return STAGING_CHECKOUT_HOSTS;
  if (value === undefined) return reader.refuse(name, "is not set, and production has no default");
  const hosts = value.split(",").map((host) => host.trim());
  if (!hosts.every((host) => HOST.test(host))) {
    return reader.refuse(name, "must be host names in small letters, separated by commas");
  }
  if (!isStaging && hosts.some(looksLikeStaging)) return reader.refuse(name, "names a staging host");
  return hosts;
}

function readScheme(reader: SettingReader): Scheme | null {
  const name = "ONEKEY_AUTHORIZATION_SCHEME";
  const value = reader.get(name) ?? "OKP";
  return SCHEMES.find((each) => each === value) ?? reader.refuse(name, `must be ${SCHEMES.join(" or ")}`);
}

/** Null unless cashouts are switched on. Half a group must not stop payments, so it only leaves cashouts off. */
function readCashouts(reader: SettingReader): CashoutCredentials | null {
  const wrong = CASHOUT_NAMES.filter((name) => !/^[!-~]+$/.test(reader.get(name) ?? "") || isPlaceholder(reader, name));
  if (wrong.length === CASHOUT_NAMES.length && !CASHOUT_NAMES.some((name) => reader.isSet(name))) return null;
  for (const name of wrong) reader.warn(name, "is not set, or no single word of ASCII, so refunds are off");
  const [login, passphrase, secret] = CASHOUT_NAMES.map((name) => reader.get(name) ?? "");
  return wrong.length === 0 && login && passphrase && secret ? { login, passphrase, secret } : null;
}

const isPlaceholder = (reader: SettingReader, name: string) => PLACEHOLDER.test(reader.get(name) ?? "");
