import { z } from "zod";

/** The rows of `/setup` and the lines of `npm run doctor`, in their order, with their names for people. */
export const CHECKS = {
  provider_address: "Provider's address",
  provider_access: "Credentials",
  provider_clock: "Clock",
  provider_calls: "Test calls",
  currency: "Currency",
  amounts: "Amounts",
  fee: "After the fee",
  store: "Order store",
  eviction: "Eviction",
  public_url: "Public address",
  public_health: "Seen from outside",
  webhook_url: "Webhook address",
  webhook_test: "Test webhook",
  webhook_seen: "Last webhook",
  test_payment: "Test payment",
  admin: "Admin pages",
  cron: "Scheduler",
  notifications: "Notifications",
  other_settings: "Other settings",
  version: "Version",
} as const;

export type CheckId = keyof typeof CHECKS;
const CHECK_IDS = Object.keys(CHECKS) as [CheckId, ...CheckId[]];

const CHECK_STATES = ["ok", "warning", "failed", "unknown"] as const;

const checkSchema = z.strictObject({
  id: z.enum(CHECK_IDS),
  state: z.enum(CHECK_STATES),
  sentence: z.string().min(1),
  /** What to do about it. */
  todo: z.string().min(1).optional(),
});
export type Check = z.infer<typeof checkSchema>;
export type CheckState = Check["state"];

/** What `npm run doctor -- --json` prints. `ok` is false when a check failed, and the exit code is then 1. */
export const setupReportSchema = z.strictObject({ ok: z.boolean(), checks: z.array(checkSchema) });
export type SetupReport = z.infer<typeof setupReportSchema>;

export function reportOf(checks: readonly Check[]): SetupReport {
  const order = (check: Check) => CHECK_IDS.indexOf(check.id);
  const sorted = checks.toSorted((a, b) => order(a) - order(b));
  return { ok: checks.every(({ state }) => state !== "failed"), checks: sorted };
}

export const ok = (id: CheckId, sentence: string): Check => ({ id, state: "ok", sentence });
export const warning = (id: CheckId, sentence: string, todo: string): Check => ({
  id,
  state: "warning",
  sentence,
  todo,
});
export const failed = (id: CheckId, sentence: string, todo: string): Check => ({ id, state: "failed", sentence, todo });
/** Not known now: it could not be looked at, or waits for something else. */
export const unknown = (id: CheckId, sentence: string, todo?: string): Check => ({
  id,
  state: "unknown",
  sentence,
  ...(todo !== undefined && { todo }),
});
