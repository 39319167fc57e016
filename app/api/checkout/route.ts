import { bodyRefusal, type CheckoutRefusal, refusalOf } from "@/lib/checkout/checkout-refusal";
import type { CheckoutResponse } from "@/lib/checkout/contract";
import { bodyType, parseCheckout } from "@/lib/checkout/parse-checkout";
import { startCheckout } from "@/lib/checkout/start-checkout";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { clientAddress } from "@/lib/http/client-address";
import { acceptsHtml, formErrorRedirect, seeOther } from "@/lib/http/form-answer";
import { problemResponse } from "@/lib/http/problem";
import { bodyProblem, readBody } from "@/lib/http/read-body";
import { getServices } from "@/lib/services";

const BODY_CAP_BYTES = 8 * 1024;

export const POST = apiRoute(async (request, { requestId }) => {
  const type = bodyType(request.headers.get("content-type"));
  if (type === null) {
    const detail = "Send application/json or application/x-www-form-urlencoded.";
    return problemResponse({ code: "unsupported_type", detail }, requestId);
  }
  const body = await readBody(request, BODY_CAP_BYTES);
  if (!body.ok) return problemResponse(bodyProblem(body.reason), requestId);

  const fromPage = type === "form" && acceptsHtml(request);
  const refuse = (refusal: CheckoutRefusal) =>
    fromPage ? formErrorRedirect(body.bytes, refusal.pageError) : problemResponse(refusal, requestId);

  const services = getServices();
  const parsed = parseCheckout(body.bytes, { type, pricing: services.settings.pricing });
  if (!parsed.ok) return refuse(bodyRefusal(parsed));
  const result = await startCheckout(services, {
    fields: parsed.fields,
    idempotencyKey: parsed.idempotencyKey || request.headers.get("idempotency-key") || null,
    address: clientAddress(request.headers, services.settings.trustedProxyHops),
    requestId,
  });
  if (result.outcome !== "created") return refuse(refusalOf(result));
  if (type === "form") return seeOther(result.checkoutUrl);
  const { order, checkoutUrl, orderUrl } = result;
  // As it was made, so that the same request has the same answer whatever became of the order since.
  const answer = { orderId: order.id, orderUrl, checkoutUrl, status: "pending" } satisfies CheckoutResponse;
  return Response.json(answer, { status: 201 });
});

const refuseMethod = methodNotAllowed("POST");

export {
  refuseMethod as DELETE,
  refuseMethod as GET,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as PUT,
};
