import { startPayment } from "@/lib/checkout/start";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress, readBody } from "@/lib/web/arrival";
import { bodyType, checkoutKey, parseCheckout } from "@/lib/web/checkout-request";
import type { CheckoutResponse } from "@/lib/web/contract";
import { acceptsHtml, endForm, formErrorRedirect, isForeignScript, retryCookie } from "@/lib/web/form";
import { startLimit } from "@/lib/web/rate-limit";
import { notConfiguredRefusal, problemResponse, type Refusal } from "@/lib/web/refusals";

const BODY_CAP_BYTES = 8 * 1024;

export const POST = apiRoute(async (request, { requestId }) => {
  const type = bodyType(request.headers.get("content-type"));
  if (type === null) {
    const detail = "Send application/json or application/x-www-form-urlencoded.";
    return problemResponse({ code: "unsupported_type", detail }, requestId);
  }
  if (isForeignScript(request)) {
    const detail = "Another site's script cannot start a payment; a form or link that the payer follows can.";
    return problemResponse({ code: "cross_site", detail }, requestId);
  }
  const body = await readBody(request, BODY_CAP_BYTES);
  if (!body.ok) return problemResponse(body.refusal, requestId);

  const fromPage = type === "form" && acceptsHtml(request);
  const refuse = (refusal: Refusal) =>
    fromPage ? formErrorRedirect(body.bytes, refusal) : problemResponse(refusal, requestId);

  const { settings, limiter, flow, shop } = getServices();
  const parsed = parseCheckout(body.bytes, { type, pricing: settings.pricing });
  if (!parsed.ok) return refuse(parsed.refusal);
  const key = checkoutKey(request.headers, { type, formKey: parsed.formKey });
  if (!key.ok) return refuse(key.refusal);
  if (flow === null || shop === null) return refuse(notConfiguredRefusal(settings.problems));
  const payerAddress = clientAddress(request.headers, settings.trustedProxyHops);
  const result = await startPayment(flow, shop, {
    fields: parsed.fields,
    idempotencyKey: key.key,
    limit: startLimit(limiter, payerAddress),
    payerAddress,
  });
  if (!result.ok) return refuse(result.refusal);
  if (type === "form") return endForm(result.checkoutUrl);
  const { order, checkoutUrl, orderUrl } = result;
  // As it was made, so that the same request has the same answer whatever became of the order since.
  const answer = { orderId: order.id, orderUrl, checkoutUrl, status: "pending" } satisfies CheckoutResponse;
  return Response.json(answer, { status: 201, headers: { "Set-Cookie": retryCookie(null) } });
});

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
