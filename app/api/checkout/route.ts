import { startPayment } from "@/lib/checkout/start";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress, readBody } from "@/lib/web/arrival";
import { bodyType, checkoutKey, parseCheckout } from "@/lib/web/checkout-request";
import type { CheckoutResponse } from "@/lib/web/contract";
import { acceptsHtml, endForm, formErrorRedirect, isForeignScript, retryCookie } from "@/lib/web/form";
import { startLimit } from "@/lib/web/rate-limit";
import { notConfigured, type RefusalResult, refuse } from "@/lib/web/refusals";

const BODY_CAP_BYTES = 8 * 1024;

export const POST = apiRoute(async (request) => {
  const type = bodyType(request.headers.get("content-type"));
  if (type === null) {
    const detail = "Send application/json or application/x-www-form-urlencoded.";
    return refuse({ code: "unsupported_type", detail });
  }
  if (isForeignScript(request)) {
    const detail = "Another site's script cannot start a payment; a form or link that the payer follows can.";
    return refuse({ code: "cross_site", detail });
  }
  const body = await readBody(request, BODY_CAP_BYTES);
  if (!body.ok) return body;

  const fromPage = type === "form" && acceptsHtml(request);
  /** A browser goes back to the form, which says why. */
  const end = (result: RefusalResult) => (fromPage ? formErrorRedirect(body.bytes, result.refusal) : result);

  const { settings, limiter, flow, shop } = getServices();
  const parsed = parseCheckout(body.bytes, { type, currency: settings.pricing?.currency });
  if (!parsed.ok) return end(parsed);
  const key = checkoutKey(request.headers, { type, formKey: parsed.formKey });
  if (!key.ok) return end(key);
  if (flow === null || shop === null) return end(notConfigured(settings.problems));
  const payerAddress = clientAddress(request.headers, settings.trustedProxyHops);
  const result = await startPayment(flow, shop, {
    fields: parsed.fields,
    idempotencyKey: key.key,
    limit: startLimit(limiter, payerAddress),
    payerAddress,
  });
  if (!result.ok) return end(result);
  if (type === "form") return endForm(result.checkoutUrl);
  const { order, checkoutUrl, orderUrl } = result;
  // As it was made, so that the same request has the same answer whatever became of the order since.
  const answer = { orderId: order.id, orderUrl, checkoutUrl, status: "pending" } satisfies CheckoutResponse;
  return Response.json(answer, { status: 201, headers: { "Set-Cookie": retryCookie(null) } });
});

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
