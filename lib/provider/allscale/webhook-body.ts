import type { WebhookContent, WebhookDelivery } from "../provider";
import { reportedMoney, reportedTransaction } from "./observation";
import { ALLSCALE_STATUSES, statusOfNumber, toPaymentStatus } from "./status";
import { describeIssues, webhookBodySchema } from "./wire";

/** Reads a delivery that was authenticated before (§8). A diagnosis names fields and never their values. */
export function parseWebhook(delivery: WebhookDelivery): WebhookContent {
  const json = readJson(delivery.body);
  if (json === undefined) return unreadable("the body is not JSON in UTF-8");
  const parsed = webhookBodySchema.safeParse(json);
  if (!parsed.success) return unreadable(`the body is not a payment: ${describeIssues(parsed.error)}`);
  const body = parsed.data;
  // The signature covers both, but the header is what was checked for replays.
  if (body.webhook_id !== delivery.headers.get("X-Webhook-Id")) {
    return { kind: "contradictory", diagnosis: "webhook_id differs from X-Webhook-Id" };
  }
  // No status is documented: AllScale calls when a payment is confirmed, and only then.
  const number = body.status ?? ALLSCALE_STATUSES.CONFIRMED;
  const status = statusOfNumber(number);
  if (status === null) return unreadable(`unknown_status:${number}`);
  const received = status === "CONFIRMED" ? body.amount_coins : undefined;
  const observation = {
    paymentId: body.all_scale_checkout_intent_id,
    status: toPaymentStatus(status),
    providerStatus: status,
    money: reportedMoney(body),
    transaction: reportedTransaction(body, received),
    ...(body.order_id !== undefined && { orderReference: body.order_id }),
  };
  return { kind: "event", observation, deliveryId: body.webhook_id };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function unreadable(diagnosis: string): WebhookContent {
  return { kind: "unreadable", diagnosis };
}
