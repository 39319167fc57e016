import "server-only";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import type { Services } from "@/lib/services";
import type { SettingProblem } from "@/lib/settings/setting-reader";

export type Health =
  | {
      readonly ok: true;
      readonly body: {
        readonly status: "ok";
        readonly store: "sqlite" | "redis";
        readonly provider: string;
        readonly warnings?: readonly SettingProblem[];
      };
    }
  | {
      readonly ok: false;
      readonly code: "not_configured" | "store_unavailable";
      readonly problems: readonly SettingProblem[];
    };

/** Whether this deployment can take payments: its settings, and a store that answers. Asks nothing of the provider. */
export async function checkHealth({ settings, store, provider }: Services): Promise<Health> {
  const { problems, warnings } = settings;
  if (problems.length > 0 || store === null || provider === null)
    return { ok: false, code: "not_configured", problems };
  try {
    await store.check();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const name = settings.store?.kind === "redis" ? settings.store.urlName : "ORDER_DATABASE";
    return { ok: false, code: "store_unavailable", problems: [{ name, problem: `cannot be used: ${error.message}` }] };
  }
  const body = { status: "ok", store: store.kind, provider: provider.name } as const;
  return { ok: true, body: warnings.length > 0 ? { ...body, warnings } : body };
}
