import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { checkHealth } from "@/lib/web/health";
import { problemResponse } from "@/lib/web/refusals";

export const GET = apiRoute(async (_request, { requestId }) => {
  const health = await checkHealth(getServices());
  return health.ok ? Response.json(health.body) : problemResponse(health.refusal, requestId);
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = refuseMethodsExcept("GET");
