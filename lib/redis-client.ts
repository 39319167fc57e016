import "server-only";
import { Redis, type UpstashRequest, type UpstashResponse } from "@upstash/redis";

/** A pipeline has one answer of bounded size, and what is lost with it has to be asked again together. */
const MOST_AT_ONCE = 50;

type RedisAccess = { readonly url: string; readonly token: string; readonly timeoutMs: number };

const clients = new Map<string, Redis>();

/**
 * A client of Upstash Redis whose calls end within `timeoutMs`. All that uses the same database gets the same one, because
 * commands that are given in one go (without waiting in between) travel together, in this order: the limits of a request
 * and its order cost one round trip. Each has its own result or error all the same. Commands of requests that merely
 * happen at the same time stay apart, which was faster under load than the automatic batches of the library.
 *
 * A call that got no answer is repeated once, because a connection that a frozen or idle host kept open is often dead. So
 * everything that is sent must be safe to be done twice: our scripts recognize the second time, and a rate limit is then
 * off by one. (The library repeats once with `retry: false` too, so the number is written out.)
 */
export function openRedisClient({ url, token, timeoutMs }: RedisAccess): Redis {
  const name = JSON.stringify([url, token, timeoutMs]);
  const known = clients.get(name);
  if (known !== undefined) return known;
  const client = new Redis({
    url,
    token,
    retry: { retries: 1, backoff: () => 0 },
    // It must be a function: with one signal for all calls the library reports an abort as a result.
    signal: () => AbortSignal.timeout(timeoutMs),
    // "0012" and "10.00" are texts of ours and must stay what they are.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
  client.use(sendTogether());
  clients.set(name, client);
  return client;
}

type Answer = UpstashResponse<unknown>;
type Send = (request: UpstashRequest) => Promise<Answer>;
type Waiting = {
  readonly command: unknown;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/** Holds each command until the work that gave it waits for something, and sends all that came by then as one pipeline. */
function sendTogether() {
  let waiting: Waiting[] = [];

  async function send(batch: readonly Waiting[], next: Send): Promise<void> {
    try {
      const answers: unknown = await next({ path: ["pipeline"], body: batch.map(({ command }) => command) });
      if (!Array.isArray(answers) || answers.length !== batch.length) throw new Error("Not the answer of a pipeline.");
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  function flush(next: Send): void {
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += MOST_AT_ONCE) {
      const batch = all.slice(start, start + MOST_AT_ONCE);
      const [only] = batch;
      if (batch.length > 1) void send(batch, next);
      else if (only) next({ body: only.command }).then(only.resolve, only.reject);
    }
  }

  return (request: UpstashRequest, next: Send): Promise<Answer> => {
    // A pipeline of the caller's own goes as it is.
    if (request.path !== undefined) return next(request);
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) queueMicrotask(() => flush(next));
      waiting.push({ command: request.body, resolve, reject });
    });
  };
}

const SERVER_CODE = /^(WRONGTYPE|OOM|READONLY|MISCONF|LOADING|NOAUTH|WRONGPASS|NOPERM|NOSCRIPT|BUSY|ERR)\b/;

/**
 * What went wrong, in one word that is safe to log. The library's own messages repeat the command with its arguments, the
 * body of an answer or the URL, so they must never leave the caller.
 */
export function redisFaultKind(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  switch (error.name) {
    case "TimeoutError":
    case "AbortError":
      return "timeout";
    case "UrlError":
      return "bad_url";
    case "UpstashJSONParseError":
      return "not_json";
    case "UpstashError":
      if (/^unauthorized/i.test(error.message)) return "unauthorized";
      if (/^ERR max (daily )?requests? /i.test(error.message)) return "request_quota";
      return SERVER_CODE.exec(error.message)?.[0] ?? "refused";
    default:
      return error.message === "fetch failed" ? (networkCode(error.cause) ?? "unreachable") : "unexpected_answer";
  }
}

function networkCode(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{3,40}$/.test(code) ? code : undefined;
}
