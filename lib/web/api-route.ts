import "server-only";
import { log, withLogFields } from "@/lib/log";
import { StoreUnavailableError } from "@/lib/orders/order-store";
import { requestIdOf } from "./arrival";
import { problemResponse, type RefusalResult, refuse } from "./refusals";

type Context<Params> = { readonly params: Promise<Params> };
type Handler<Params> = (request: Request, params: Params) => Promise<Response | RefusalResult>;

/**
 * Makes a route handler: the answer and every log line about it carry the request's id, answers stay out of caches, and a
 * refusal becomes a problem document. So does what is thrown: a store that failed is a 503, because nothing was lost
 * and asking again helps; anything else is a bug and a 500 that says nothing about itself.
 */
export function apiRoute<Params = object>(handler: Handler<Params>) {
  return async (request: Request, context: Context<Params>): Promise<Response> => {
    const requestId = requestIdOf(request.headers);
    const answer = await withLogFields({ requestId }, async () =>
      handler(request, await context.params).catch((error: unknown) => refuseFailure(error, request)),
    );
    const response = answer instanceof Response ? answer : problemResponse(answer.refusal, requestId);
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
  const route = apiRoute(async (request) => {
    const allow = allowed.join(", ");
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
    const detail = `This method is not possible here; use ${allowed.join(" or ")}.`;
    return refuse({ code: "method_not_allowed", detail, allow });
  });
  return Object.fromEntries(METHODS.map((method) => [method, route])) as Record<Method, typeof route>;
}

function refuseFailure(error: unknown, request: Request): RefusalResult {
  const path = new URL(request.url).pathname;
  if (error instanceof StoreUnavailableError) {
    log.error("store_unavailable", error, { path });
    const detail = "The order store cannot be reached just now. Nothing was lost; try again in a moment.";
    return refuse({ code: "store_unavailable", detail, retryAfterSeconds: 5 });
  }
  log.error("unexpected_error", error, { path });
  const detail = "An unexpected error happened. It is in the log under this request id.";
  return refuse({ code: "internal_error", detail });
}
