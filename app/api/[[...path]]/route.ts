import { apiRoute } from "@/lib/web/api-route";
import { problemResponse } from "@/lib/web/refusals";

/** Everything else under /api, so that it too gets a problem document and a request id. */
const refuse = apiRoute(async (_request, { requestId }) =>
  problemResponse({ code: "not_found", detail: "There is no such route." }, requestId),
);

export { refuse as DELETE, refuse as GET, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT };
