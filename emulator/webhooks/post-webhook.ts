import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ReceivedAnswer, SentRequest } from "./delivery";

/** How much of an answer is kept for the log. */
const keptAnswerBytes = 65_536;

export interface PostOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type PostResult =
  | { readonly ok: true; readonly answer: ReceivedAnswer; readonly durationMs: number }
  | { readonly ok: false; readonly error: string; readonly durationMs: number };

/**
 * Sends a webhook over a connection of its own and follows no redirect. Not `fetch`: that may refuse ports, follow
 * redirects and reuse a connection that the receiver is just closing.
 */
export function postWebhook(sent: SentRequest, { timeoutMs, signal }: PostOptions): Promise<PostResult> {
  const startedAtMs = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAtMs);
  return new Promise((resolve) => {
    const fail = (error: string): void => resolve({ ok: false, error, durationMs: elapsed() });
    const url = new URL(sent.url);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const limit = AbortSignal.timeout(timeoutMs);
    const outgoing = send(url, {
      method: sent.method,
      headers: sent.headers,
      agent: false,
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const explain = (error: Error): string => {
      if (limit.aborted) return `There was no answer within ${timeoutMs} ms.`;
      if (signal?.aborted) return "The emulator was reset or stopped before an answer came.";
      return `The request failed: ${describe(error)}.`;
    };
    outgoing.on("error", (error) => fail(explain(error)));
    outgoing.on("response", (incoming) => {
      incoming.on("error", (error) => fail(explain(error)));
      readAnswer(incoming, (answer) => resolve({ ok: true, answer, durationMs: elapsed() }));
    });
    outgoing.end(sent.body);
  });
}

/** Connection errors to several addresses come as one error without a message of its own. */
function describe(error: Error): string {
  if (error.message !== "") return error.message;
  const inner = error instanceof AggregateError ? error.errors : [];
  return inner.map((one) => (one instanceof Error ? one.message : String(one))).join(", ");
}

function readAnswer(incoming: IncomingMessage, done: (answer: ReceivedAnswer) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on("data", (chunk: Buffer) => {
    if (length < keptAnswerBytes) chunks.push(chunk);
    length += chunk.length;
  });
  incoming.on("end", () => {
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
    const body = Buffer.concat(chunks).subarray(0, keptAnswerBytes).toString("utf8");
    done({ status: incoming.statusCode ?? 0, headers: Object.fromEntries(headers), body });
  });
}
