import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { SettingProblem } from "@/lib/settings";

type HeaderNames = { readonly address: string; readonly target: string; readonly requestId: string };

/** Shared by the bundles of one process. The names are drawn once, so that no client can know which headers to forge. */
const shared = globalThis as { arrivalHeaders?: HeaderNames; proxyWarning?: SettingProblem };

const drawName = () => `x-arrival-${randomUUID()}`;

/** What proxies write the client's address into. Next adds the first one itself, so only an arrival shows who sent it. */
const FORWARDING_HEADERS = ["x-forwarded-for", "forwarded", "x-real-ip"];

/** What the web's `Request` can have, less `CONNECT` and `TRACE`. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Notes on a request what Next does not hand on: the address its connection came from, and its target as it was sent (Next
 * rewrites a query: `?a` becomes `?a=`), and the id that its answer and its log lines get. Then changes what Next answers
 * with a 500 or a redirect before our code runs.
 */
export function noteArrival(request: IncomingMessage): { readonly requestId: string } {
  shared.arrivalHeaders ??= { address: drawName(), target: drawName(), requestId: drawName() };
  const names = shared.arrivalHeaders;
  const requestId = randomUUID();
  request.headers[names.address] = request.socket.remoteAddress ?? "";
  request.headers[names.target] = request.url ?? "";
  request.headers[names.requestId] = requestId;
  request.url = routableTarget(request.url ?? "/");
  // Every route refuses DELETE, and none of the methods that it stands for here.
  if (!METHODS.includes(request.method ?? "")) request.method = "DELETE";
  // Only the client router sends it, to be sent less of a page. With any other value Next answers 500.
  delete request.headers["next-router-state-tree"];
  return { requestId };
}

/**
 * For deployments that trust no proxy: the warning that one seems to be in front, when this request is the first to show
 * it. The header may be the client's own, so all that follows is a warning for the operator.
 */
export function newProxyWarning(request: IncomingMessage): SettingProblem | null {
  if (shared.proxyWarning || !FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined)) return null;
  const problem =
    "is 0, but requests carry X-Forwarded-For. If a proxy is in front, set it to the number of proxies: now all visitors share one rate limit";
  shared.proxyWarning = { name: "TRUSTED_PROXY_HOPS", problem };
  return shared.proxyWarning;
}

/** A warning for health, once a request has shown that it is due. */
export function proxyWarning(): SettingProblem | null {
  return shared.proxyWarning ?? null;
}

/** The id of a request: the one it got on arrival, or a new one where there was none. */
export function requestIdOf(headers: Headers): string {
  return noted(headers, "requestId") ?? randomUUID();
}

/** The address that a request's connection came from: a proxy's, where one is in front. Null when it was not noted. */
export function connectionAddress(headers: Headers): string | null {
  return noted(headers, "address");
}

/** Path and query of a request as they were sent, or as Next spells them where they were not noted. */
export function requestTarget(request: Request): { readonly path: string; readonly query: string } {
  const { pathname, search } = new URL(request.url);
  const target = noted(request.headers, "target");
  if (!target?.startsWith("/")) return { path: pathname, query: search.slice(1) };
  const [path = "", ...query] = target.split("?");
  return { path, query: query.join("?") };
}

/**
 * The target in the one spelling that names a route: an origin-form path without doubled slashes, dot segments or escapes
 * that need none. What does not decode becomes the text that it is, which names nothing. The query stays as it is.
 */
export function routableTarget(target: string): string {
  const [path = "", ...query] = target.replace(/^https?:\/\/[^/?#]*/i, "").split("?");
  const search = query.length === 0 ? "" : `?${query.join("?")}`;
  return `${routablePath(path)}${search}`;
}

function routablePath(path: string): string {
  if (!path.startsWith("/")) return `/${encodeURIComponent(path.toWellFormed())}`;
  const decodable = decodes(path) ? path : path.replaceAll("%", "%25");
  return new URL(`http://localhost${decodable}`).pathname
    .replace(/\/{2,}/g, "/")
    .replace(/%(2d|2e|3\d|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|7e)/gi, decodeURIComponent);
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function noted(headers: Headers, what: keyof HeaderNames): string | null {
  const name = shared.arrivalHeaders?.[what];
  return name === undefined ? null : headers.get(name);
}
