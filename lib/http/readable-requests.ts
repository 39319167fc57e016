import type { IncomingMessage } from "node:http";

/**
 * Next answers some requests with 500 before any code of ours sees them: a path that does not decode ("/orders/%"), a
 * target that is no path ("*"), and TRACE. They are the sender's mistakes, so each is turned into its nearest neighbour
 * that has a proper refusal. Node publishes a request here before the server's own listener gets it.
 */
export function makeRequestsReadable(): void {
  // Not imported, because Next also builds the code that runs at the start for runtimes that have no such module.
  process.getBuiltinModule?.("node:diagnostics_channel").subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.url = readableTarget(request.url ?? "/");
    // The one method that reaches a server and that web requests cannot have. DELETE is refused by every route of ours.
    if (request.method === "TRACE") request.method = "DELETE";
  });
}

/** The target as it is, if it can be read; otherwise as the text that it is, which names nothing. */
export function readableTarget(target: string): string {
  const [path = "", ...query] = target.split("?");
  const search = query.length === 0 ? "" : `?${query.join("?")}`;
  if (!path.startsWith("/") && !URL.canParse(path)) return `/${encodeURIComponent(path)}${search}`;
  try {
    decodeURIComponent(path);
    return target;
  } catch {
    return `${path.replaceAll("%", "%25")}${search}`;
  }
}
