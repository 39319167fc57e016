import type { WebhookFaultKind } from "../state/fault";
import type { WebhookVariant } from "./webhook-variants";

/** The faults of a webhook that change what is sent, with the way it is sent then. */
const variantByFault: Readonly<Partial<Record<WebhookFaultKind, WebhookVariant>>> = {
  bad_json: "bad_json",
  wrong_shape: "wrong_shape",
  amount_x100: "amount_x100",
  bad_signature: "wrong_secret",
  missing_signature: "unsigned",
  stale_timestamp: "hour_old",
};

export function variantOfFault(kind: string | undefined): WebhookVariant {
  return variantByFault[kind as WebhookFaultKind] ?? "good";
}
