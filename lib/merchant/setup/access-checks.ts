import "server-only";
import type { Settings } from "@/lib/env";
import { type Check, type CheckId, failed, ok, warning } from "./check";

/** The secrets that open pages and routes. Without one these are off, which is enough for a trial only. */
export function accessChecks(settings: Settings): readonly Check[] {
  const { adminSecret, cronSecret, opener } = settings;
  const isTrial = opener?.isLocal === true;
  const todo = (name: string) => `Set ${name} to a random text of at least 16 characters: openssl rand -hex 24.`;
  const check = (id: CheckId, about: { name: string; value: string | null; on: string; off: string }): Check => {
    const { name, value, on, off } = about;
    if (value !== null) return ok(id, on);
    const unusable = settings.warnings.find((each) => each.name === name);
    if (unusable !== undefined) return failed(id, `${name} ${unusable.problem}.`, todo(name));
    return isTrial ? ok(id, `${off} That is enough for a trial.`) : warning(id, off, todo(name));
  };
  return [
    check("admin", {
      name: "ADMIN_SECRET",
      value: adminSecret,
      on: "The admin pages are on, behind ADMIN_SECRET.",
      off: "ADMIN_SECRET is not set, so the admin pages are off.",
    }),
    check("cron", {
      name: "CRON_SECRET",
      value: cronSecret,
      on: "A scheduler may call /api/cron/reconcile with CRON_SECRET.",
      off: "CRON_SECRET is not set, so only visits bring open payments up to date.",
    }),
  ];
}
