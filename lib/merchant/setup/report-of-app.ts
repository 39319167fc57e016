import "server-only";
import { buildCommit } from "@/lib/env";
import { log } from "@/lib/log";
import { activeChannels } from "@/lib/merchant/notify/notify";
import { getServices } from "@/lib/services";
import { webhookUrlOf } from "@/lib/settings";
import packageJson from "@/package.json";
import { runSetupChecks } from "./run-checks";
import { followTestPayment, isTrial } from "./trials";

/** The report on the app that runs here, and what may be tried out with its settings. */
export async function reportOfApp() {
  const { settings, flow, provider, shop } = getServices();
  const { opener, notify, publicUrl } = settings;
  if (flow !== null) {
    await followTestPayment(flow).catch((error: unknown) => log.error("test_payment_not_followed", error));
  }
  // A fork's may have none.
  const { version: name = "" }: { readonly version?: string } = packageJson;
  const version = { name, commit: buildCommit() };
  const report = await runSetupChecks({ settings, store: flow?.store ?? null, version });
  return {
    report,
    webhookUrl: opener === null ? null : webhookUrlOf(publicUrl, opener.name),
    trials: {
      webhook: flow !== null && provider?.signTestWebhook !== undefined,
      payment: shop !== null && isTrial(opener, provider),
      notifications: flow !== null && activeChannels(notify).length > 0,
    },
  };
}
