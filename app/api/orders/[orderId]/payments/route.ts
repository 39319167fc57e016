import { payAgain } from "@/lib/checkout/pay-again";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress } from "@/lib/web/arrival";
import type { CheckoutResponse } from "@/lib/web/contract";
import { acceptsHtml, endForm, isForeignScript } from "@/lib/web/form";
import { startLimit } from "@/lib/web/rate-limit";
import { notConfigured, type RefusalResult, refuse } from "@/lib/web/refusals";

/** "Try again" on an order that ended without money. The body is not read: the path says it all. */
export const POST = apiRoute<{ orderId: string }>(async (request, params) => {
  const { settings, limiter, flow, shop } = getServices();
  const page = `/orders/${encodeURIComponent(params.orderId)}`;
  /** A browser goes back to the page, which says why. */
  const end = (result: RefusalResult) =>
    acceptsHtml(request) ? endForm(`${page}?error=${result.refusal.code}`) : result;

  if (isForeignScript(request)) {
    return end(refuse({ code: "cross_site", detail: "Another site's script cannot do this." }));
  }
  if (flow === null || shop === null) return notConfigured(settings.problems);
  const payerAddress = clientAddress(request.headers, settings.trustedProxyHops);
  const limit = startLimit(limiter, payerAddress);
  const result = await payAgain(flow, shop, { orderId: params.orderId, limit, payerAddress });
  if (!result.ok) return end(result);
  const { order, checkoutUrl, orderUrl } = result;
  if (acceptsHtml(request)) return endForm(checkoutUrl);
  const answer = { orderId: order.id, orderUrl, checkoutUrl, status: order.status } satisfies CheckoutResponse;
  return Response.json(answer, { status: 201 });
});

export const { DELETE, GET, OPTIONS, PATCH, PUT } = refuseMethodsExcept("POST");
