import { apiRoute } from "@/lib/web/api-route";
import { refuse } from "@/lib/web/refusals";

/** Everything else under /api, so that it too gets a problem document and a request id. */
const route = apiRoute(async () => refuse({ code: "not_found", detail: "There is no such route." }));

export { route as DELETE, route as GET, route as OPTIONS, route as PATCH, route as POST, route as PUT };
