import type { IncomingMessage } from "node:http";

/** A request as it came in. Path, query and body are the bytes as sent, because that is what was signed (§2). */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  readonly remoteAddress: string;
}

export interface Target {
  readonly path: string;
  readonly query: string;
}

/**
 * Splits a request target without decoding or normalising anything. The absolute form that proxies use loses its
 * origin, and a fragment, which no client may send, stays where it is.
 */
export function splitTarget(target: string): Target {
  const originForm = target.replace(/^https?:\/\/[^/?]*/i, "");
  const mark = originForm.indexOf("?");
  if (mark === -1) return { path: originForm === "" ? "/" : originForm, query: "" };
  return { path: originForm.slice(0, mark) || "/", query: originForm.slice(mark + 1) };
}

/**
 * Reads one header as text. Node decodes header bytes as Latin-1, so bytes above 127 are read again as UTF-8: that is
 * how the other side signed them. Missing and empty are the same.
 */
export function header(request: Pick<RawRequest, "headers">, name: string): string {
  const value = request.headers[name.toLowerCase()];
  const joined = Array.isArray(value) ? value.join(", ") : (value ?? "");
  return Buffer.from(joined, "latin1").toString("utf8");
}

/** Reads the body, or null when it is longer than `capBytes`. The rest is still drained, so that an answer can be read. */
export async function readBody(message: IncomingMessage, capBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length <= capBytes) chunks.push(bytes);
  }
  return length > capBytes ? null : Buffer.concat(chunks);
}
