import { readOrder } from "@/lib/checkout/read";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress } from "@/lib/web/arrival";
import { notConfiguredRefusal, problemResponse } from "@/lib/web/refusals";

export const GET = apiRoute<{ orderId: string }>(async (request, { requestId, params }) => {
  const { settings, limiter, flow, viewOf } = getServices();
  const address = clientAddress(request.headers, settings.trustedProxyHops);
  const taken = await limiter.take({ policy: "status", address });
  if (!taken.ok) {
    const { retryAfterSeconds } = taken;
    const detail = `Payments were looked up too often from this address. Try again in ${retryAfterSeconds} s.`;
    return problemResponse({ code: "rate_limited", detail, retryAfterSeconds }, requestId);
  }
  if (flow === null) return problemResponse(notConfiguredRefusal(settings.problems), requestId);
  const read = await readOrder(flow, params.orderId, { mayAsk: true });
  if (!read.ok) return problemResponse({ code: "not_found", detail: "There is no such order." }, requestId);
  return Response.json(viewOf(read.order, read));
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = refuseMethodsExcept("GET");
