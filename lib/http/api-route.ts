import "server-only";
import { randomUUID } from "node:crypto";
import { log } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { problemResponse } from "./problem";

type Context<Params> = { readonly params: Promise<Params> };
type Handler<Params> = (request: Request, context: { requestId: string; params: Params }) => Promise<Response>;

/**
 * Makes a route handler of ours: gives the request an id that the answer and every log line about it carry, keeps answers
 * out of caches, and turns what is thrown into a problem. A store that failed is a 503, because nothing was lost and
 * asking again helps; anything else is a bug and a 500 that says nothing about itself.
 */
export function apiRoute<Params = object>(handler: Handler<Params>) {
  return async (request: Request, context: Context<Params>): Promise<Response> => {
    const requestId = randomUUID();
    const response = await handler(request, { requestId, params: await context.params }).catch((error: unknown) =>
      failureResponse(error, { request, requestId }),
    );
    response.headers.set("X-Request-Id", requestId);
    response.headers.set("Cache-Control", "no-store");
    return response;
  };
}

/**
 * For the methods that a route does not take: Next's own answer to them has neither body nor request id, and its answer to
 * OPTIONS would name them as allowed. The method is not named, because what arrives here as DELETE may have been sent as
 * TRACE (see `makeRequestsReadable`).
 */
export function methodNotAllowed(...allowed: string[]) {
  return apiRoute(async (request, { requestId }) => {
    if (request.method === "OPTIONS")
      return new Response(null, { status: 204, headers: { Allow: allowed.join(", ") } });
    const detail = `This method is not possible here; use ${allowed.join(" or ")}.`;
    const response = problemResponse({ code: "method_not_allowed", detail }, requestId);
    response.headers.set("Allow", allowed.join(", "));
    return response;
  });
}

function failureResponse(error: unknown, { request, requestId }: { request: Request; requestId: string }): Response {
  const path = new URL(request.url).pathname;
  if (error instanceof StoreUnavailableError) {
    log.error("store_unavailable", error, { requestId, path });
    const detail = "The order store cannot be reached just now. Nothing was lost; try again in a moment.";
    return problemResponse({ code: "store_unavailable", detail, retryAfterSeconds: 5 }, requestId);
  }
  log.error("unexpected_error", error, { requestId, path });
  const detail = "An unexpected error happened. It has been logged under this request id.";
  return problemResponse({ code: "internal_error", detail }, requestId);
}
