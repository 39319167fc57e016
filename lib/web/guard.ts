import "server-only";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { withLogFields } from "@/lib/log";
import type { SettingProblem } from "@/lib/settings";
import { newProxyWarning, noteArrival } from "./arrival";
import { refuseEarly } from "./early-refusals";
import { problemResponse } from "./refusals";

/** As large as the largest body that a route takes (a webhook). The rest of a larger one is not read. */
const BODY_CAP_BYTES = 64 * 1024;
/** A second later than `readBody` gives up, whose answer says why. */
const BODY_DEADLINE_MS = 11_000;
/** Long enough for a sender who has not finished to read the answer; then the connection is closed. */
const LINGER_MS = 1_000;

type Options = {
  readonly development: boolean;
  readonly trustedProxyHops: number;
  readonly onProxyWarning: (warning: SettingProblem) => void;
};

/**
 * Stands before Next on every HTTP server of this process. Next buffers up to 10 MB of a body that nothing reads, for as
 * long as its sender likes, and renders a page for any method. Node publishes a request here before any listener gets it.
 */
export function guardRequests(options: Options): void {
  const guarded = new WeakSet<Server>();
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (guarded.has(server)) return;
    guarded.add(server);
    standBefore(server, options);
  });
}

/** Takes the place of the server's listeners, and calls them for the requests that are not refused. */
function standBefore(server: Server, { development, trustedProxyHops, onProxyWarning }: Options): void {
  const listeners = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const warning = trustedProxyHops === 0 ? newProxyWarning(request) : null;
    if (warning !== null) onProxyWarning(warning);
    const { requestId } = noteArrival(request);
    boundBody(request, response);
    const path = request.url?.split("?")[0] ?? "";
    // Next's development tools post to paths of their own.
    const refused = development ? null : refuseEarly({ method: request.method ?? "", path });
    if (refused !== null) return void send(response, problemResponse(refused, requestId), requestId);
    withLogFields({ requestId }, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
  // Nothing here speaks another protocol but the tools of development. Next would keep such a connection open for good;
  // without a listener, Node takes it for an ordinary request.
  if (!development) server.removeAllListeners("upgrade");
}

async function send(response: ServerResponse, answer: Response, requestId: string): Promise<void> {
  const own = { "X-Request-Id": requestId, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" };
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...own });
  response.end(await answer.text());
}

/** A body takes no more memory, time and work than the routes give it, whether or not anything reads it. */
function boundBody(request: IncomingMessage, response: ServerResponse): void {
  // Taken now: a request that is given up loses its socket while that is still open.
  const { headers, socket } = request;
  const length = headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : null;
  if (length === 0) return;
  const isLarge = length === null || !(length <= BODY_CAP_BYTES);
  if (isLarge) endWithAnswer(request, response);
  const close = () => {
    if (!request.complete) socket.destroy();
  };
  const deadline = setTimeout(close, BODY_DEADLINE_MS).unref();
  response.once("close", () => {
    clearTimeout(deadline);
    if (request.complete) return;
    if (isLarge) stopReading(socket);
    setTimeout(close, LINGER_MS).unref();
  });
  let received = 0;
  const push = request.push.bind(request);
  request.push = (chunk: Buffer | null, encoding) => {
    // One chunk goes over the cap, so that whatever reads the body sees that it is too large.
    const isOver = received > BODY_CAP_BYTES;
    received += chunk?.length ?? 0;
    if (!isOver || chunk === null) return push(chunk, encoding);
    stopReading(socket);
    return true;
  };
}

/**
 * Takes no other request on this connection: after a body that is not read it would never be answered, and behind a proxy
 * it is another visitor's. Closing at once would reset the connection before the answer is read.
 */
function endWithAnswer(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  response.shouldKeepAlive = false;
  socket.destroySoon = () => (request.complete ? destroySoon() : void socket.end());
}

/** Leaves the rest with its sender. A listener makes Node take the socket back from its parser, which does not pause. */
function stopReading(socket: Socket): void {
  if (socket.isPaused()) return;
  socket.on("data", () => {});
  socket.pause();
}
