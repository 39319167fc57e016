import type { ProviderModule } from "@/lib/provider/provider";
import type { SettingProblem } from "@/lib/settings";
import { type Check, type CheckId, failed, warning } from "./check";

type Read = { readonly problems: readonly SettingProblem[]; readonly warnings: readonly SettingProblem[] };

/** Which check a setting belongs to. Each problem is named in one place only. */
function checkOfSetting(name: string, providers: readonly ProviderModule[]): CheckId {
  if (name === "PAYMENT_PROVIDER" || providers.some(({ secretNames }) => secretNames.includes(name))) {
    return "provider_access";
  }
  if (providers.some(({ addressName }) => addressName === name)) return "provider_address";
  if (name === "ALLSCALE_CURRENCY") return "currency";
  if (name.startsWith("AMOUNT_")) return "amounts";
  if (name === "PUBLIC_URL") return "public_url";
  if (/REDIS|^KV_|^ORDER_DATABASE$/.test(name)) return "store";
  if (name === "ADMIN_SECRET") return "admin";
  if (name === "CRON_SECRET") return "cron";
  if (/^NOTIFY_|^SMTP_/.test(name)) return "notifications";
  return "other_settings";
}

/** What reading the settings found for a check, or null where it found nothing. */
export function settingCheck(
  id: CheckId,
  { problems, warnings }: Read,
  providers: readonly ProviderModule[],
): Check | null {
  const mine = (list: readonly SettingProblem[]) => list.filter(({ name }) => checkOfSetting(name, providers) === id);
  const wrong = mine(problems);
  if (wrong.length > 0) return failed(id, sentences(wrong), `Correct ${names(wrong)}, and restart the app.`);
  const doubtful = mine(warnings);
  return doubtful.length > 0 ? warning(id, sentences(doubtful), `Correct ${names(doubtful)}.`) : null;
}

const sentences = (list: readonly SettingProblem[]) => list.map(({ name, problem }) => `${name} ${problem}.`).join(" ");

const names = (list: readonly SettingProblem[]) =>
  new Intl.ListFormat("en").format([...new Set(list.map(({ name }) => name))]);
