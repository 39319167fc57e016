import "server-only";
import { log, withLogFields } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { requestIdOf } from "./arrival";
import { problemResponse } from "./refusals";

type Context<Params> = { readonly params: Promise<Params> };
type Handler<Params> = (request: Request, context: { requestId: string; params: Params }) => Promise<Response>;

/**
 * Makes a route handler: the answer and every log line about it carry the request's id, answers stay out of caches, and
 * what is thrown becomes a problem document. A store that failed is a 503, because nothing was lost and
 * asking again helps; anything else is a bug and a 500 that says nothing about itself.
 */
export function apiRoute<Params = object>(handler: Handler<Params>) {
  return async (request: Request, context: Context<Params>): Promise<Response> => {
    const requestId = requestIdOf(request.headers);
    const response = await withLogFields({ requestId }, async () =>
      handler(request, { requestId, params: await context.params }).catch((error: unknown) =>
        failureResponse(error, { request, requestId }),
      ),
    );
    response.headers.set("X-Request-Id", requestId);
    response.headers.set("Cache-Control", "no-store");
    return response;
  };
}

const METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"] as const;
type Method = (typeof METHODS)[number];

/**
 * Handlers for the methods that a route does not take: Next's own answer has neither body nor request id, and its answer
 * to OPTIONS would list them as allowed. The detail does not name the method, because DELETE may stand for another (see
 * `noteArrival`).
 */
export function refuseMethodsExcept(...allowed: readonly Method[]) {
  const refuse = apiRoute(async (request, { requestId }) => {
    const headers = { Allow: allowed.join(", ") };
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers });
    const detail = `This method is not possible here; use ${allowed.join(" or ")}.`;
    const response = problemResponse({ code: "method_not_allowed", detail }, requestId);
    response.headers.set("Allow", headers.Allow);
    return response;
  });
  return Object.fromEntries(METHODS.map((method) => [method, refuse])) as Record<Method, typeof refuse>;
}

function failureResponse(error: unknown, { request, requestId }: { request: Request; requestId: string }): Response {
  const path = new URL(request.url).pathname;
  if (error instanceof StoreUnavailableError) {
    log.error("store_unavailable", error, { path });
    const detail = "The order store cannot be reached just now. Nothing was lost; try again in a moment.";
    return problemResponse({ code: "store_unavailable", detail, retryAfterSeconds: 5 }, requestId);
  }
  log.error("unexpected_error", error, { path });
  const detail = "An unexpected error happened. It is in the log under this request id.";
  return problemResponse({ code: "internal_error", detail }, requestId);
}
