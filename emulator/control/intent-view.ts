import { checkoutUrl, detailPayload } from "../api/payloads";
import { statusOf } from "../protocol/statuses";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import type { Intent } from "../state/intent";

/** An intent as the control API shows it: more than the merchant sees, with the detail payload (§7) inside. */
export function intentView(state: EmulatorState, account: Account, intent: Intent): Readonly<Record<string, unknown>> {
  const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    id: intent.id,
    checkoutUrl: checkoutUrl(account, intent, state.publicUrl),
    status: intent.status,
    statusName: statusOf(intent.status).name,
    createdAt: isoTime(intent.createdAtMs),
    expiresAt: isoTime(intent.expiresAtMs),
    order: intent.order,
    payment: intent.payment,
    scenario: intent.scenario,
    detail: detailPayload(account, intent),
    history: intent.history.map(({ status, atMs, by }) => ({ status, at: isoTime(atMs), by })),
  };
}
