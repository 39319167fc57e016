import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "./reply";

/** Writes a reply, late or not at all if a fault says so. Nothing is waited for once the client has gone. */
export async function writeReply(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs !== undefined) await sleepUnlessClosed(response, reply.delayMs);
  switch (reply.ending) {
    case "drop":
      response.destroy();
      return;
    case "hang":
      return;
    case undefined:
      if (response.destroyed) return;
      response.writeHead(reply.status, { ...reply.headers, "Content-Length": Buffer.byteLength(reply.body) });
      response.end(reply.body);
  }
}

async function sleepUnlessClosed(response: ServerResponse, delayMs: number): Promise<void> {
  const gone = new AbortController();
  const giveUp = (): void => gone.abort();
  response.once("close", giveUp);
  // An aborted sleep rejects, which here only means that nobody is waiting any more.
  await sleep(delayMs, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off("close", giveUp);
}
