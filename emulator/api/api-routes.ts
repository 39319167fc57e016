export type Operation = "ping" | "fail" | "post" | "create" | "detail" | "status";

export type RouteMatch =
  | { readonly kind: "found"; readonly op: Operation; readonly intentId: string | null }
  | { readonly kind: "missing_slash" }
  | { readonly kind: "wrong_method"; readonly allow: string }
  | { readonly kind: "unknown" };

export interface ApiRoute {
  readonly method: "GET" | "POST";
  readonly op: Operation;
}

const fixedRoutes: ReadonlyMap<string, ApiRoute> = new Map([
  ["/v1/test/ping", { method: "GET", op: "ping" }],
  ["/v1/test/fail", { method: "GET", op: "fail" }],
  ["/v1/test/post", { method: "POST", op: "post" }],
  ["/v1/checkout_intents/", { method: "POST", op: "create" }],
]);

const createWithoutSlash = "/v1/checkout_intents";

/** Matches the raw path against the routes of §4 to §7. The trailing slash of create is part of its path (§5). */
export function matchRoute(method: string, path: string): RouteMatch {
  if (path === createWithoutSlash && method === "POST") return { kind: "missing_slash" };
  const byId = /^\/v1\/checkout_intents\/([^/]+)(\/status)?$/.exec(path);
  const intentId = byId?.[1] ?? null;
  const route = fixedRoutes.get(path) ?? (byId === null ? undefined : intentRoute(byId[2] !== undefined));
  if (route === undefined) return { kind: "unknown" };
  return route.method === method
    ? { kind: "found", op: route.op, intentId }
    : { kind: "wrong_method", allow: route.method };
}

function intentRoute(isStatus: boolean): ApiRoute {
  return { method: "GET", op: isStatus ? "status" : "detail" };
}
