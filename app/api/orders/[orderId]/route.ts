import { orderView } from "@/lib/checkout/order-view";
import { loadOrder } from "@/lib/checkout/read-order";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { clientAddress } from "@/lib/http/client-address";
import { problemResponse } from "@/lib/http/problem";
import { getServices } from "@/lib/services";

export const GET = apiRoute<{ orderId: string }>(async (request, { requestId, params }) => {
  const services = getServices();
  const address = clientAddress(request.headers, services.settings.trustedProxyHops);
  const taken = await services.limiter.take({ policy: "status", address });
  if (!taken.allowed) {
    const { retryAfterSeconds } = taken;
    const detail = `This order was asked for too often. Try again in ${retryAfterSeconds} s.`;
    return problemResponse({ code: "rate_limited", detail, retryAfterSeconds }, requestId);
  }
  const result = await loadOrder(services, params.orderId);
  if (result.outcome === "not_found") {
    return problemResponse({ code: "not_found", detail: "There is no such order." }, requestId);
  }
  return Response.json(orderView(result.order, result));
});

const refuseMethod = methodNotAllowed("GET");

export {
  refuseMethod as DELETE,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as POST,
  refuseMethod as PUT,
};
