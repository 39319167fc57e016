import "server-only";
import { Redis } from "@upstash/redis";

/**
 * A client of Upstash Redis whose calls end within `timeoutMs`. A call that got no answer is repeated once, because a
 * connection that a frozen or idle host kept open is often dead. So everything that is sent must be safe to be done twice:
 * our scripts recognize the second time, and a rate limit is then off by one. (The library repeats once with
 * `retry: false` too, so the number is written out.)
 */
export function openRedisClient(options: { url: string; token: string; timeoutMs: number }): Redis {
  return new Redis({
    url: options.url,
    token: options.token,
    retry: { retries: 1, backoff: () => 0 },
    // It must be a function: with one signal for all calls the library reports an abort as a result.
    signal: () => AbortSignal.timeout(options.timeoutMs),
    // "0012" and "10.00" are texts of ours and must stay what they are.
    automaticDeserialization: false,
    // One command a request keeps failures apart, and was faster under load than the automatic batches.
    enableAutoPipelining: false,
    enableTelemetry: false,
  });
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
