import type { Refusal } from "./refusals";

/** Routes that Next serves by itself and nothing here uses: one resizes pictures, the other is an error page. */
const OFF = /^\/(_next\/image|_global-error|_error)(\/|$)/;

/** What the forms of the merchant's pages post to; each of these routes refuses for itself, as those under /api do. */
const POSTED_TO = /^\/(admin\/(sign-in|sign-out|orders\/[\w-]{22,64}\/[a-z-]+)|setup\/test-[a-z]+)$/;

/**
 * What is refused before anything is spent on it, by the guard in front of Next and, where there is none, by proxy.ts.
 * Routes under /api refuse for themselves, as each takes other methods.
 */
export function refuseEarly({ method, path }: { method: string; path: string }): Refusal | null {
  if (path === "/api" || path.startsWith("/api/")) return null;
  if (OFF.test(path)) return { code: "not_found", detail: "There is no such page." };
  if (method === "GET" || method === "HEAD") return null;
  if (method === "POST" && POSTED_TO.test(path)) return null;
  const detail = "This method is not possible here; use GET or HEAD.";
  return { code: "method_not_allowed", detail, allow: "GET, HEAD" };
}
