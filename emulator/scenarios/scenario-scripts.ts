import type { StatusValue } from "../protocol/statuses";
import type { WebhookVariant } from "../webhooks/webhook-variants";
import type { ScenarioName } from "./scenario-names";

/** What happens at one point of a scenario. */
export type ScenarioAct =
  | { readonly kind: "status"; readonly status: StatusValue; readonly sendsWebhook?: boolean; readonly paidFifths?: 3 }
  | { readonly kind: "second_payment" }
  | { readonly kind: "repeat_webhooks" }
  | { readonly kind: "forge"; readonly variants: readonly WebhookVariant[] };

/** One step: so many steps of the account's `scenarioStepMs` after the step before, plus so many minutes. */
export interface ScenarioStep {
  readonly steps: number;
  readonly minutes: number;
  readonly act: ScenarioAct;
}

const next = (act: ScenarioAct): ScenarioStep => ({ steps: 1, minutes: 0, act });
const afterMinutes = (minutes: number, act: ScenarioAct): ScenarioStep => ({ steps: 0, minutes, act });
const to = (status: StatusValue): ScenarioAct => ({ kind: "status", status });

const paying = next(to(2));
const received = next(to(3));
const onChain = next(to(10));

/** The scripts of the catalogue, on the emulated clock. */
export const scenarioScripts: Readonly<Record<ScenarioName, readonly ScenarioStep[]>> = {
  happy: [paying, received, onChain, next(to(20))],
  slow: [paying, afterMinutes(2, to(3)), afterMinutes(4, to(10)), afterMinutes(6, to(20))],
  underpaid: [paying, received, next({ kind: "status", status: -3, paidFifths: 3 })],
  late: [paying, next(to(-5)), afterMinutes(15, to(20))],
  double: [paying, next(to(20)), next({ kind: "second_payment" })],
  lost_webhook: [paying, onChain, next({ kind: "status", status: 20, sendsWebhook: false })],
  duplicate_webhooks: [paying, onChain, next({ kind: "repeat_webhooks" })],
  forged_webhook: [
    paying,
    next({ kind: "forge", variants: ["unsigned", "wrong_secret", "changed_byte", "hour_old", "short_signature"] }),
  ],
  kyt_rejected: [paying, received, next(to(-2))],
  manual_review: [paying, received, next(to(4)), afterMinutes(10, to(20))],
  send_back: [paying, received, next(to(5)), afterMinutes(10, to(-1))],
  canceled: [paying, next(to(-4))],
  timeout: [next(to(-5))],
  failed: [paying, onChain, next(to(-1))],
};
