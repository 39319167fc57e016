import { getServices } from "@/lib/services";
import { apiRoute, refuseMethodsExcept } from "@/lib/web/api-route";
import { checkHealth } from "@/lib/web/health";

export const GET = apiRoute(async () => {
  const health = await checkHealth(getServices());
  return health.ok ? Response.json(health.body) : health;
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = refuseMethodsExcept("GET");
