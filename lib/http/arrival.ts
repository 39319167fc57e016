import { randomUUID } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

type HeaderNames = { readonly address: string; readonly target: string };

/** Shared by the bundles of one process. Drawn at start, so that no client can know which headers to forge. */
const shared = globalThis as { arrivalHeaders?: HeaderNames };

/**
 * Notes on each request what Next does not hand on: the address its connection came from, and its target as it was sent
 * (Next spells a query anew: `?a` as `?a=`). Node publishes a request here before the server's own listener gets it.
 * Where requests do not come through a server of Node's, nothing is noted.
 */
export function noteArrivals(): void {
  const names = { address: `x-arrival-${randomUUID()}`, target: `x-arrival-${randomUUID()}` };
  shared.arrivalHeaders = names;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers[names.address] = request.socket.remoteAddress ?? "";
    request.headers[names.target] = request.url ?? "";
  });
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

function noted(headers: Headers, what: keyof HeaderNames): string | null {
  const name = shared.arrivalHeaders?.[what];
  return name === undefined ? null : headers.get(name);
}
