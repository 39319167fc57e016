import { reconcile } from "@/lib/checkout/reconcile";
import { log } from "@/lib/log";
import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { refuse } from "@/lib/web/refusals";
import { hasBearer } from "@/lib/web/same-secret";

/** Seconds that a host with a time limit should give it; the run itself ends earlier. */
export const maxDuration = 60;
const BOUNDS = { maxOrders: 500, deadlineMs: 45_000, asksDuringWaits: true };

const run = apiRoute(async (request) => {
  const { settings, flow } = getServices();
  if (settings.cronSecret === null) {
    return refuse({ code: "not_found", detail: "There is no such route." });
  }
  if (!hasBearer(request.headers, settings.cronSecret)) {
    const detail = "Send the header Authorization: Bearer with the CRON_SECRET.";
    return refuse({ code: "unauthenticated", detail });
  }
  if (flow === null || flow.providers.size === 0) {
    return refuse({ code: "not_configured", detail: "This deployment is not set up." });
  }
  const result = await reconcile(flow, BOUNDS);
  log.info("reconciled", { trigger: "cron", ...result });
  return Response.json(result);
});

export { run as GET, run as POST };
export const { DELETE, OPTIONS, PATCH, PUT } = refuseMethodsExcept("GET", "POST");
