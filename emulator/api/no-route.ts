import type { RawRequest } from "../http/raw-request";
import { type ApiError, invalid } from "../protocol/api-error";
import type { Settings } from "../state/settings";
import type { RouteMatch } from "./api-routes";

export interface NoRoute {
  readonly error: ApiError;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer to a path or method that the protocol does not have (§5, §13). */
export function noRoute(
  route: Exclude<RouteMatch, { kind: "found" }>,
  request: RawRequest,
  missingSlash: Settings["missingSlash"],
): NoRoute {
  switch (route.kind) {
    case "missing_slash": {
      const message = "There is no such route. Creating an intent needs the trailing slash: /v1/checkout_intents/";
      const isMoved = missingSlash === "307" || missingSlash === "308";
      const location = `${request.path}/${request.query === "" ? "" : `?${request.query}`}`;
      return {
        error: { ...invalid("path", "route_not_found", message), http: Number(missingSlash) },
        headers: isMoved ? { Location: location } : {},
      };
    }
    case "wrong_method": {
      const message = `${request.path} does not take ${request.method}.`;
      return {
        error: { ...invalid("method", "method_not_allowed", message), http: 405 },
        headers: { Allow: route.allow },
      };
    }
    case "unknown":
      return {
        error: { ...invalid("path", "route_not_found", `There is no ${request.path}.`), http: 404 },
        headers: {},
      };
  }
}
