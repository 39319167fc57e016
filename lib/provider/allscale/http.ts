import type { ProviderFailure } from "../provider";
import { badAnswer, failureOfHttp } from "./answers";

/** The largest answer of the protocol is a few kilobytes. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };
type HttpResult =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: ProviderFailure };

/** One request with a time limit over all of it, the body of the answer included. Never throws for what a network does. */
export async function sendRequest(input: {
  readonly fetch: typeof fetch;
  readonly url: URL;
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  /** Sent as it is; empty means that there is none. */
  readonly body: Uint8Array;
  readonly timeoutMs: number;
}): Promise<HttpResult> {
  const { fetch, url, method, headers, body, timeoutMs } = input;
  // A timer of our own: on Node 20 the signal of AbortSignal.timeout can be garbage collected before it fires.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body.byteLength > 0 && { body: new Uint8Array(body) }),
      // Signed headers go to the address they were signed for and nowhere else.
      redirect: "manual",
      cache: "no-store",
      signal: controller.signal,
    });
    return await readBody(response);
  } catch (error) {
    if (!controller.signal.aborted) return { ok: false, failure: unreachable(error) };
    const message = "AllScale did not answer in time.";
    const reason = `no answer within ${timeoutMs} ms`;
    return { ok: false, failure: { kind: "timeout", message, maybeAccepted: true, reason } };
  } finally {
    clearTimeout(timer);
  }
}

async function readBody(response: Response): Promise<HttpResult> {
  const { status, headers } = response;
  // A browser-like runtime hides a redirect behind status 0, Node shows it as it is.
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    return { ok: false, failure: { ...failureOfHttp({ status, headers, reason: "redirect" }), maybeAccepted: false } };
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > LARGEST_ANSWER_BYTES) {
      await reader?.cancel();
      return { ok: false, failure: badAnswer("body_too_large") };
    }
    chunks.push(part.value);
  }
  const body = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return { ok: true, answer: { status, headers, body } };
}

/** Errors from before the connection stood: nothing of the request can have arrived. Any other may come after it did. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function unreachable(error: unknown): ProviderFailure {
  const reason = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined) ?? "connection_lost";
  const message = "AllScale cannot be reached.";
  return { kind: "unreachable", message, maybeAccepted: !NEVER_SENT.has(reason), reason };
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
