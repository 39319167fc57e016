export type Operation = "ping" | "fail" | "post" | "create" | "detail" | "status";

export type RouteMatch =
  | { readonly kind: "found"; readonly op: Operation; readonly intentId: string | null }
  | { readonly kind: "missing_slash" }
  | { readonly kind: "wrong_method"; readonly allow: string }
  | { readonly kind: "unknown" };

const fixedRoutes: Readonly<Record<string, { method: string; op: Operation }>> = {
  "/v1/test/ping": { method: "GET", op: "ping" },
  "/v1/test/fail": { method: "GET", op: "fail" },
  "/v1/test/post": { method: "POST", op: "post" },
  "/v1/checkout_intents/": { method: "POST", op: "create" },
};

/** Matches the raw path against the routes of §4 to §7. The trailing slash of create is part of its path (§5). */
export function matchRoute(method: string, path: string): RouteMatch {
  const fixed = Object.hasOwn(fixedRoutes, path) ? fixedRoutes[path] : undefined;
  if (fixed !== undefined) {
    return fixed.method === method
      ? { kind: "found", op: fixed.op, intentId: null }
      : { kind: "wrong_method", allow: fixed.method };
  }
  if (path === "/v1/checkout_intents") return { kind: "missing_slash" };
  const byId = /^\/v1\/checkout_intents\/([^/]+)(\/status)?$/.exec(path);
  if (byId === null) return { kind: "unknown" };
  if (method !== "GET") return { kind: "wrong_method", allow: "GET" };
  return { kind: "found", op: byId[2] === undefined ? "detail" : "status", intentId: byId[1] ?? null };
}
