import "server-only";
import type { Settings } from "@/lib/env";
import type { OrderStore } from "@/lib/orders/order-store";
import { PROVIDERS } from "@/lib/provider/registry";
import { webhookUrlOf } from "@/lib/settings";
import { siteConfig } from "@/site.config";
import { accessChecks } from "./access-checks";
import { publicHealthCheck } from "./address-checks";
import { type Check, ok, reportOf, type SetupReport, unknown } from "./check";
import { notificationCheck } from "./notification-check";
import { priceChecks } from "./price-checks";
import { settingCheck } from "./setting-checks";
import { storeChecks } from "./store-checks";
import { isTrial } from "./trials";
import { webhookChecks } from "./webhook-checks";

const TIMEOUT_MS = 5_000;
const NO_PROVIDER = "Not checked: the settings of the payment provider are not right.";
const PROVIDER_IDS = ["provider_address", "provider_access", "provider_clock", "provider_calls"] as const;

type Parts = {
  readonly settings: Settings;
  /** Null where there is none, or none yet. */
  readonly store: OrderStore | null;
  readonly version: { readonly name: string; readonly commit: string | null };
};

/** Every check, all at once: none waits for another, and no sentence holds a secret. */
export async function runSetupChecks({ settings, store, version }: Parts): Promise<SetupReport> {
  const { opener, pricing, publicUrl } = settings;
  const provider = opener?.create({ timeoutMs: TIMEOUT_MS }) ?? null;
  const presets = pricing === null ? undefined : siteConfig.presets[pricing.currency];
  const groups = await Promise.all([
    provider?.diagnose() ?? PROVIDER_IDS.map((id) => unknown(id, NO_PROVIDER)),
    priceChecks({ pricing, presets, fee: opener?.publishedFee }),
    storeChecks({ settings: settings.store, store }),
    addressChecks(settings),
    webhookChecks({ store, provider, publicUrl, isTrial: isTrial(opener, provider), clock: { now: Date.now } }),
    accessChecks(settings),
    notificationCheck(settings, store).then((check) => [check]),
    [ok("other_settings", "Every other setting is right.")],
    [ok("version", version.commit === null ? version.name : `${version.name}, commit ${version.commit.slice(0, 7)}`)],
  ]);
  return reportOf(groups.flat().map((check) => withSettings(check, settings)));
}

/** A wrong setting causes whatever else its check found; a doubtful one is named where nothing else is wrong. */
function withSettings(check: Check, settings: Settings): Check {
  const told = settingCheck(check.id, settings, PROVIDERS);
  if (told === null || check.state === "failed") return told?.state === "failed" ? told : check;
  return told.state === "failed" || check.state === "ok" ? told : check;
}

async function addressChecks(settings: Settings): Promise<readonly Check[]> {
  const { opener, publicUrl } = settings;
  const seen = ok("public_url", `Payers and webhooks come to ${publicUrl}.`);
  if (settingCheck("public_url", settings, PROVIDERS) !== null) {
    const sentence = "Not checked: PUBLIC_URL is not right.";
    return [seen, unknown("public_health", sentence), unknown("webhook_url", sentence)];
  }
  return [
    seen,
    await publicHealthCheck({ publicUrl, providerName: opener?.name, timeoutMs: TIMEOUT_MS }),
    opener === null
      ? unknown("webhook_url", NO_PROVIDER)
      : ok("webhook_url", `Register this webhook address at ${opener.label}: ${webhookUrlOf(publicUrl, opener.name)}`),
  ];
}
