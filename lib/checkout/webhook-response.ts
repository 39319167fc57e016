import "server-only";
import { assertNever } from "@/lib/assert-never";
import { problemResponse } from "@/lib/http/problem";
import { log } from "@/lib/log";
import type { ReceiveWebhookResult } from "./receive-webhook";

const AGAIN_SECONDS = 5;

/**
 * The status answers one question: should it be sent again? 200 ends it, 503 asks for it again, 401 and 400 are for
 * senders we do not believe or understand. Why a delivery is not believed goes to the log alone.
 */
export function webhookResponse(result: ReceiveWebhookResult, requestId: string): Response {
  switch (result.outcome) {
    case "accepted": {
      const { deliveryId, order } = result;
      log.info("webhook_accepted", { requestId, result: result.result, deliveryId, orderId: order.id });
      return Response.json({ result: result.result });
    }
    case "unauthenticated":
      log.warn("webhook_refused", { requestId, diagnosis: result.diagnosis });
      return problemResponse({ code: "unauthenticated", detail: "The delivery is not authenticated." }, requestId);
    case "unreadable":
      log.warn("webhook_unreadable", { requestId, diagnosis: result.diagnosis });
      return problemResponse({ code: "unreadable", detail: "The body of the delivery cannot be read." }, requestId);
    case "unknown_payment": {
      log.warn("webhook_unknown_payment", { requestId, paymentId: result.paymentId });
      const detail = "The payment is not known here yet. Send the delivery again later.";
      return problemResponse({ code: "unknown_payment", detail, retryAfterSeconds: AGAIN_SECONDS }, requestId);
    }
    case "try_again": {
      log.warn("webhook_not_settled", { requestId, reason: result.reason });
      const detail = "The payment could not be looked up. Send the delivery again later.";
      return problemResponse({ code: "provider_unavailable", detail, retryAfterSeconds: AGAIN_SECONDS }, requestId);
    }
    default:
      return assertNever(result);
  }
}
