import { isLoopback, readSecret, type SettingReader, trimSlash } from "@/lib/settings";
import type { ProviderModule } from "../provider";
import { readApiUrl, readMatch } from "../read-settings";
import { type CalypsoCoin, COINS, isCoin } from "./coins";
import { createCalypsoProvider } from "./provider";
import { LABEL, NAME } from "./wire";

/** Calypso Pay as the registry lists it. */
export const calypso: ProviderModule = {
  name: NAME,
  label: LABEL,
  secretNames: ["CALYPSO_SECRET_KEY", "CALYPSO_WEBHOOK_SECRET_KEY"],
  addressName: "CALYPSO_BASE_URL",
  isPresent: (reader) => reader.isSet("CALYPSO_PUBLIC_KEY") || reader.isSet("CALYPSO_SECRET_KEY"),
  load(reader) {
    // All are read before it gives up, so that every problem is named at once.
    const publicKey = readSecret(reader, "CALYPSO_PUBLIC_KEY");
    const secretKey = readSecret(reader, "CALYPSO_SECRET_KEY");
    const pattern = /^0x[0-9a-fA-F]{40}$/;
    const account = readMatch(reader, { name: "CALYPSO_ACCOUNT", pattern, form: "0x and 40 hexadecimal digits" });
    const webhookPublicKey = readSecret(reader, "CALYPSO_WEBHOOK_PUBLIC_KEY");
    const webhookSecretKey = readSecret(reader, "CALYPSO_WEBHOOK_SECRET_KEY");
    const url = readApiUrl(reader, { name: "CALYPSO_BASE_URL", fallback: "https://api.calypso.finance" });
    const isLocal = url !== null && isLoopback(url.hostname);
    const coins = readCoins(reader);
    const widget = readWidgetUrl(reader, { isLocal });
    if (publicKey === null || secretKey === null || account === null || url === null) return null;
    if (webhookPublicKey === null || webhookSecretKey === null || coins === null || widget === null) return null;
    const credentials = { publicKey, secretKey, account, baseUrl: trimSlash(url.href) };
    const webhookKeys = [{ publicKey: webhookPublicKey, secretKey: webhookSecretKey }];
    const settings = { ...credentials, webhookKeys, coins, widgetUrl: widget.url };
    return {
      checkoutSources: widget.url === null ? [] : [new URL(widget.url).origin],
      isLocal,
      create: (tools) => createCalypsoProvider({ ...settings, ...tools }),
    };
  },
};

function readCoins(reader: SettingReader): readonly [CalypsoCoin, ...CalypsoCoin[]] | null {
  const name = "CALYPSO_COINS";
  const listed = (reader.get(name) ?? "USDT").split(",").map((coin) => coin.trim());
  const [first, ...others] = listed.filter(isCoin);
  if (first !== undefined && others.length === listed.length - 1) return [first, ...others];
  return reader.refuse(name, `must be one or more of ${Object.keys(COINS).join(", ")}, separated by commas`);
}

/** No public document says where the widget is, so it is only used where the merchant knows. */
function readWidgetUrl(
  reader: SettingReader,
  { isLocal }: { isLocal: boolean },
): { readonly url: string | null } | null {
  const name = "CALYPSO_WIDGET_URL";
  const value = reader.get(name);
  if (value === undefined) return { url: null };
  const example = "such as https://pay.example.com/pay?widgetKey={key}";
  if (!URL.canParse(value) || !value.includes("{key}"))
    return reader.refuse(name, `must be a URL with {key} in it, ${example}`);
  const { protocol, hostname, username, password } = new URL(value);
  const isSafe = protocol === "https:" || (isLocal && protocol === "http:" && isLoopback(hostname));
  if (!isSafe || username !== "" || password !== "") return reader.refuse(name, `must start with https://, ${example}`);
  if (hostname.includes("{") || hostname.includes("%7b")) return reader.refuse(name, "must not have {key} in its host");
  return { url: value };
}
