/**
 * `tsx bench/upstream.ts PORT`: the provider's API as fast as a server can be that remembers what it was asked for: no
 * signature is checked or made. `POST /_delay` sets how long each answer takes, in milliseconds.
 */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { AllScaleModel } from "@/test/faults/allscale-model";

const port = Number(process.argv[2]);
const model = new AllScaleModel(`http://127.0.0.1:${port}`);
const calls: Record<string, number> = {};
let delayMs = 0;

const server = createServer(async (request, response) => {
  const { method = "", url: path = "" } = request;
  const body = await text(request);
  if (path === "/_delay") delayMs = Number(body);
  else if (path !== "/_calls") calls[path] = (calls[path] ?? 0) + 1;
  const answer = path.startsWith("/_") ? { http: 200, body: calls } : model.handle({ method, path, body });
  if (delayMs > 0) await sleep(delayMs);
  response.writeHead(answer.http, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
});
// Connections stay while the other side has its turn: on a busy machine closing one can cross a request.
server.keepAliveTimeout = 600_000;
server.listen(port, "127.0.0.1");
