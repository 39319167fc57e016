import type { ProviderCall, ProviderFailure, ProviderResult, ProviderTools } from "./provider";

/** An answer as it arrived, with nothing believed yet. */
export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array };

/** The largest answer of a provider is a few kilobytes. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

export type SendOptions = Pick<ProviderTools, "timeoutMs"> & {
  /** The provider's name for people, for the sentences of failures. */
  readonly label: string;
  readonly fetch?: typeof fetch;
};

/**
 * One request with a time limit over all of it, the body of the answer included. Redirects are answers like any other:
 * what is signed goes to the address that it was signed for and nowhere else. Never throws for what a network does.
 */
export async function sendRequest(
  url: URL,
  init: RequestInit,
  { fetch = globalThis.fetch, timeoutMs, label }: SendOptions,
): Promise<ProviderResult<{ answer: HttpAnswer }>> {
  // A timer of our own: on Node 20 the signal of AbortSignal.timeout can be garbage collected before it fires.
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const rules = { redirect: "manual", cache: "no-store", signal: controller.signal } as const;
    const response = await fetch(url, { ...init, ...rules });
    const { headers } = response;
    // A browser-like runtime hides a redirect, whose status is then 0 by the standard; Node shows it as it is.
    const status = response.type === "opaqueredirect" ? 0 : response.status;
    const body = await readBody(response, status);
    if (body !== null) return { ok: true, answer: { status, headers, body } };
    return { ok: false, failure: badAnswer(label, "body_too_large") };
  } catch (error) {
    if (!controller.signal.aborted) return { ok: false, failure: unreachable(error, label) };
    const message = `${label} did not answer in time.`;
    const reason = `no answer within ${timeoutMs} ms`;
    return { ok: false, failure: { kind: "timeout", message, maybeAccepted: true, reason } };
  } finally {
    clearTimeout(timer);
  }
}

/** What the log says of a call. */
export type CallNames = Pick<ProviderCall, "operation" | "paymentId" | "orderId" | "reference">;

type Exchanged<Success> = {
  readonly httpStatus: number | null;
  readonly providerRequestId?: string | null | undefined;
  readonly result: ProviderResult<Success>;
};

/** Makes a call of a provider, and tells the log how it went. */
export async function observed<Success>(
  onCall: ProviderTools["onCall"],
  { operation, paymentId, orderId, reference }: CallNames,
  call: () => Promise<Exchanged<Success>>,
): Promise<ProviderResult<Success>> {
  const startedAt = performance.now();
  const { httpStatus, providerRequestId = null, result } = await call();
  onCall?.({
    operation,
    ...(paymentId !== undefined && { paymentId }),
    ...(orderId !== undefined && { orderId }),
    ...(reference !== undefined && { reference }),
    durationMs: Math.round(performance.now() - startedAt),
    httpStatus,
    providerRequestId,
    failure: result.ok ? null : result.failure,
  });
  return result;
}

/** A failure that certainly had no effect. */
export const refuse = (kind: ProviderFailure["kind"], message: string, reason: string) =>
  ({ ok: false, failure: { kind, message, reason, maybeAccepted: false } }) as const;

/** The failure of an answer that arrived whole and makes no sense. It may have had its effect all the same. */
export function badAnswer(label: string, reason: string): ProviderFailure {
  const message = `${label} gave an answer that we cannot understand.`;
  return { kind: "bad_answer", message, maybeAccepted: true, reason };
}

/** The failure of an answer of which nothing but its HTTP status is understood. */
export function failureOfStatus(status: number, label: string, reason: string): ProviderFailure {
  const failure = (kind: ProviderFailure["kind"], message: string, maybeAccepted = false) => ({
    kind,
    message: `${label} ${message}`,
    maybeAccepted,
    reason,
  });
  if (status === 401) return failure("unauthorized", "refused our credentials.");
  if (status === 403) return failure("forbidden", "does not allow this request for these credentials.");
  if (status === 404) return failure("not_found", "does not know this payment.");
  if (status === 429) return failure("rate_limited", "receives too many requests from us.");
  if (status >= 500) return failure("provider_error", "is temporarily unavailable.", true);
  return status >= 400 ? failure("refused", "refused the request.") : badAnswer(label, reason);
}

export const isSuccess = (status: number) => status >= 200 && status < 300;

export function isRedirect({ status }: Pick<HttpAnswer, "status">): boolean {
  return status === 0 || (status >= 300 && status < 400);
}

/** Null for a body that is too large. That of a redirect is not read. */
async function readBody(response: Response, status: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  if (isRedirect({ status })) {
    await response.body?.cancel();
    return new Uint8Array();
  }
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > LARGEST_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Errors from before the connection was open: nothing of the request can have arrived. Any other may come after. */
const NO_ROUTE = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];
const NO_TRUST = [
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
];

function unreachable(error: unknown, label: string): ProviderFailure {
  const reason = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined) ?? "connection_lost";
  const maybeAccepted = hadConnected(error) || ![...NO_ROUTE, ...NO_TRUST].includes(reason);
  return { kind: "unreachable", message: `${label} cannot be reached.`, maybeAccepted, reason };
}

/** A route can be lost under a request that was sent already. */
function hadConnected(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const isCall = typeof cause === "object" && cause !== null && "syscall" in cause;
  return isCall && (cause.syscall === "read" || cause.syscall === "write");
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
