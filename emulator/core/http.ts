import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as it arrived. Path, query and body are the bytes as sent, because signatures cover them. */
export type RawRequest = Readonly<Record<"method" | "path" | "query", string>> &
  Readonly<{ headers: IncomingMessage["headers"]; body: Buffer }>;

/** Splits a request target without decoding anything. The absolute form that proxies use loses its origin. */
export function splitTarget(target: string): Readonly<{ path: string; query: string }> {
  const originForm = target.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = originForm.indexOf("?");
  if (mark === -1) return { path: originForm || "/", query: "" };
  return { path: originForm.slice(0, mark) || "/", query: originForm.slice(mark + 1) };
}

/** Missing and empty are the same. Node reads header bytes as Latin-1, but the sender signed them as UTF-8. */
export function header(request: Pick<RawRequest, "headers">, name: string): string {
  const value = request.headers[name.toLowerCase()];
  const joined = Array.isArray(value) ? value.join(", ") : (value ?? "");
  return Buffer.from(joined, "latin1").toString("utf8");
}

/** Compares in constant time. The lengths come first, because `timingSafeEqual` throws when they differ. */
export function equalText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The body, or null when it is longer than `maxBytes`. The rest is drained, so that the client reads the answer. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length <= maxBytes) chunks.push(bytes);
  }
  return length > maxBytes ? null : Buffer.concat(chunks);
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly delayMs?: number;
  /** `drop` closes the connection instead of answering; `hang` leaves it open and never answers. */
  readonly ending?: "drop" | "hang";
}

export function json(status: number, value: unknown): Reply {
  return jsonText(status, JSON.stringify(value));
}

export function jsonText(status: number, body: string): Reply {
  return { status, headers: { "Content-Type": "application/json" }, body };
}

export function html(status: number, body: string): Reply {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" };
  return { status, headers, body };
}

/** 303 turns a form POST into a GET in every browser. */
export function seeOther(location: string): Reply {
  return { status: 303, headers: { Location: location, "Cache-Control": "no-store" }, body: "" };
}

/** Writes a reply, late or not at all if a fault says so. A client that has left is not waited for. */
export async function writeReply(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs !== undefined) {
    const left = once(response, "close").catch(() => undefined);
    await Promise.race([sleep(reply.delayMs, undefined, { ref: false }), left]);
  }
  if (reply.ending === "drop") response.destroy();
  if (reply.ending !== undefined || response.destroyed) return;
  // As bytes: a text body would have Node encode the headers as UTF-8 too.
  const body = Buffer.from(reply.body, "utf8");
  response.writeHead(reply.status, { ...reply.headers, "Content-Length": body.length });
  response.end(body);
}
