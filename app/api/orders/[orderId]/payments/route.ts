import { refusalOf } from "@/lib/checkout/checkout-refusal";
import type { CheckoutResponse } from "@/lib/checkout/contract";
import { startAgain } from "@/lib/checkout/start-checkout";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { clientAddress } from "@/lib/http/client-address";
import { acceptsHtml, seeOther } from "@/lib/http/form-answer";
import { problemResponse } from "@/lib/http/problem";
import { getServices } from "@/lib/services";

/** "Try again" on an order that ended without money. The body is not read: the path says it all. */
export const POST = apiRoute<{ orderId: string }>(async (request, { requestId, params }) => {
  const services = getServices();
  const result = await startAgain(services, {
    orderId: params.orderId,
    address: clientAddress(request.headers, services.settings.trustedProxyHops),
    requestId,
  });
  const fromPage = acceptsHtml(request);
  if (result.outcome !== "created") {
    const refusal = refusalOf(result);
    const page = `/orders/${encodeURIComponent(params.orderId)}`;
    return fromPage ? seeOther(`${page}?error=${refusal.pageError}`) : problemResponse(refusal, requestId);
  }
  const { order, checkoutUrl, orderUrl } = result;
  if (fromPage) return seeOther(checkoutUrl);
  return Response.json({ orderId: order.id, orderUrl, checkoutUrl, status: order.status } satisfies CheckoutResponse, {
    status: 201,
  });
});

const refuseMethod = methodNotAllowed("POST");

export {
  refuseMethod as DELETE,
  refuseMethod as GET,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as PUT,
};
