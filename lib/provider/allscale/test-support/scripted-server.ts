import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { startHttpServer } from "@/test/http-server";

export type SeenRequest = {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

export type Answer = (request: SeenRequest, response: ServerResponse, raw: IncomingMessage) => unknown;

/** A real socket: the newest answer that was set is given to every request. */
export async function startScriptedServer() {
  let answer: Answer = (_request, response) => response.end();
  const seen: SeenRequest[] = [];
  const server = await startHttpServer(async (raw, response) => {
    const request = { method: raw.method ?? "", target: raw.url ?? "", headers: raw.headers, body: await text(raw) };
    seen.push(request);
    answer(request, response, raw);
  });
  return {
    ...server,
    seen,
    answerWith(next: Answer) {
      seen.length = 0;
      answer = next;
    },
  };
}

/** The signature computed by another library, over what really came over the wire. */
export function expectedSignature(seen: SeenRequest | undefined, secret: string): string {
  if (seen === undefined) throw new Error("No request arrived.");
  const [path, query = ""] = seen.target.split("?");
  const hash = createHash("sha256").update(seen.body).digest("hex");
  const lines = [seen.method, path, query, seen.headers["x-timestamp"], seen.headers["x-nonce"], hash];
  return `v1=${createHmac("sha256", secret).update(lines.join("\n")).digest("base64")}`;
}

type AnswerOptions = { status?: number; headers?: Record<string, string> };

export function json(body: unknown, options: AnswerOptions = {}): Answer {
  return raw(JSON.stringify(body), { ...options, type: "application/json" });
}

export function success(payload: unknown): Answer {
  return json({ code: 0, payload, error: null, request_id: "req_0001" });
}

export function raw(text: string, options: AnswerOptions & { type?: string } = {}): Answer {
  const { status = 200, type = "text/html", headers = {} } = options;
  return (_request, response) => {
    response.writeHead(status, { "Content-Type": type, ...headers });
    response.end(text);
  };
}
