import { reconcile } from "@/lib/checkout/reconcile";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { hasBearer } from "@/lib/http/bearer";
import { problemResponse } from "@/lib/http/problem";
import { log } from "@/lib/log";
import { getServices } from "@/lib/services";

/** Seconds that a host with a time limit should give it; the walk itself stops earlier. */
export const maxDuration = 60;
const BOUNDS = { maxOrders: 500, deadlineMs: 45_000, asksDuringWaits: true };

const run = apiRoute(async (request, { requestId }) => {
  const { settings, store, provider, now } = getServices();
  if (settings.cronSecret === null) {
    return problemResponse({ code: "not_found", detail: "There is no such route." }, requestId);
  }
  if (!hasBearer(request.headers, settings.cronSecret)) {
    const detail = "Send the header Authorization: Bearer with the CRON_SECRET.";
    return problemResponse({ code: "unauthenticated", detail }, requestId);
  }
  if (store === null || provider === null) {
    return problemResponse({ code: "not_configured", detail: "This deployment is not set up." }, requestId);
  }
  const result = await reconcile({ store, provider, now }, BOUNDS);
  log.info("reconciled", { trigger: "cron", requestId, ...result });
  return Response.json(result);
});

const refuseMethod = methodNotAllowed("GET", "POST");

export {
  refuseMethod as DELETE,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as PUT,
  run as GET,
  run as POST,
};
