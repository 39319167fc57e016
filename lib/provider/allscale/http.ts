import type { ProviderFailure, ProviderResult } from "../provider";
import { badAnswer, failureOfHttp } from "./answers";
import type { ClientOptions } from "./client";

/** The largest answer of the protocol is a few kilobytes. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };
type HttpResult = ProviderResult<{ answer: HttpAnswer }>;

/** One request with a time limit over all of it, the body of the answer included. Never throws for what a network does. */
export async function sendRequest(
  url: URL,
  init: RequestInit,
  { fetch = globalThis.fetch, timeoutMs }: Pick<ClientOptions, "fetch" | "timeoutMs">,
): Promise<HttpResult> {
  // A timer of our own: on Node 20 the signal of AbortSignal.timeout can be garbage collected before it fires.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    // Signed headers go to the address they were signed for and nowhere else.
    const rules = { redirect: "manual", cache: "no-store", signal: controller.signal } as const;
    return await readBody(await fetch(url, { ...init, ...rules }));
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
    return { ok: false, failure: { ...failureOfHttp(response, "redirect"), maybeAccepted: false } };
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > LARGEST_ANSWER_BYTES) return { ok: false, failure: badAnswer("body_too_large") };
    chunks.push(chunk);
  }
  return { ok: true, answer: { status, headers, body: new Uint8Array(await new Blob(chunks).arrayBuffer()) } };
}

/** Errors from before the connection stood: nothing of the request can have arrived. Any other may come after it did. */
const NO_ROUTE = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];
const NO_TRUST = [
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
];

function unreachable(error: unknown): ProviderFailure {
  const reason = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined) ?? "connection_lost";
  const maybeAccepted = ![...NO_ROUTE, ...NO_TRUST].includes(reason);
  return { kind: "unreachable", message: "AllScale cannot be reached.", maybeAccepted, reason };
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
