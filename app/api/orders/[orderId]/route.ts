import { readOrder } from "@/lib/checkout/read";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { clientAddress } from "@/lib/web/arrival";
import { notConfigured, refuse } from "@/lib/web/refusals";

export const GET = apiRoute<{ orderId: string }>(async (request, params) => {
  const { settings, limiter, flow, viewOf } = getServices();
  const caller = { policy: "status", address: clientAddress(request.headers, settings.trustedProxyHops) } as const;
  // The limit and the order cost one round trip together. A flood of refused requests reads nothing.
  const recent = limiter.recentRefusal(caller);
  const taking = recent === null ? limiter.take(caller) : Promise.resolve(recent);
  const mayAsk = taking.then(({ ok }) => ok);
  const reading = flow === null || recent !== null ? null : readOrder(flow, params.orderId, { mayAsk });
  reading?.catch(() => undefined);
  const taken = await taking;
  if (!taken.ok) {
    const { retryAfterSeconds } = taken;
    const detail = `Payments were looked up too often from this address. Try again in ${retryAfterSeconds} s.`;
    return refuse({ code: "rate_limited", detail, retryAfterSeconds });
  }
  const read = await reading;
  if (read === null) return notConfigured(settings.problems);
  if (!read.ok) return refuse({ code: "not_found", detail: "There is no such order." });
  return Response.json(viewOf(read.order, read));
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = refuseMethodsExcept("GET");
