import { checkHealth } from "@/lib/checkout/check-health";
import { apiRoute, methodNotAllowed } from "@/lib/http/api-route";
import { problemResponse } from "@/lib/http/problem";
import { getServices } from "@/lib/services";

export const GET = apiRoute(async (_request, { requestId }) => {
  const health = await checkHealth(getServices());
  if (health.ok) return Response.json(health.body);
  const errors = health.problems.map(({ name, problem }) => ({ field: name, message: problem }));
  const detail = errors.map(({ field, message }) => `${field} ${message}.`).join(" ");
  return problemResponse({ code: health.code, detail, errors }, requestId);
});

const refuseMethod = methodNotAllowed("GET");

export {
  refuseMethod as DELETE,
  refuseMethod as OPTIONS,
  refuseMethod as PATCH,
  refuseMethod as POST,
  refuseMethod as PUT,
};
