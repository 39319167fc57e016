import type { ProviderFailure } from "../provider";
import { errorCode, printable, readEnvelope } from "./envelope";
import { badAnswer, failureOfEnvelope, failureOfHttp } from "./errors";
import { type HttpAnswer, sendRequest } from "./http";
import { verifyResponse } from "./response-signing";
import { signedHeaders } from "./signing";

export type ExchangeOptions = {
  /** Without a query; a path in front of `/v1` is kept and signed. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** True refuses every success that carries no valid `X-Response-Signature` (§9). */
  readonly signedResponses: boolean;
  /** For the whole of one call. */
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** A new one for each call. */
  readonly nonce?: (() => string) | undefined;
};

export type ExchangeRequest = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

export type Exchanged =
  | { readonly ok: true; readonly payload: unknown; readonly httpStatus: number; readonly requestId: string | null }
  | { readonly ok: false; readonly failure: ProviderFailure; readonly httpStatus: number | null };

/** One signed call (§2) and what its answer says (§3, §9). The payload of a success is still to be checked. */
export async function exchange(options: ExchangeOptions, request: ExchangeRequest): Promise<Exchanged> {
  if (!/^[!-~]+$/.test(options.apiKey)) {
    const message = "The AllScale API key holds characters that no key has.";
    return { ok: false, failure: { kind: "unauthorized", message, maybeAccepted: false }, httpStatus: null };
  }
  const { method, signal } = request;
  const url = new URL(options.baseUrl.replace(/\/+$/, "") + request.path);
  const body = request.body === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(request.body));
  const nonce = options.nonce?.() ?? crypto.randomUUID();
  const now = options.now ?? Date.now;
  const { apiKey, apiSecret, timeoutMs } = options;
  // The parsed path, because that is what fetch sends.
  const signed = { method, path: url.pathname, query: url.search.slice(1), body, nonce, apiKey, apiSecret };
  const headers = {
    Accept: "application/json",
    ...(body.byteLength === 0 ? {} : { "Content-Type": "application/json" }),
    ...(await signedHeaders({ ...signed, nowMs: now() })),
  };
  const sent = await sendRequest({ fetch: options.fetch ?? fetch, url, method, headers, body, timeoutMs, signal });
  if (!sent.ok) return { ok: false, failure: withoutEffect(method, sent.failure), httpStatus: null };
  const { answer } = sent;
  const read = readAnswer(answer);
  if (options.signedResponses) {
    const { status, headers: answerHeaders, body: answerBody } = answer;
    const verification = await verifyResponse({
      status,
      headers: answerHeaders,
      body: answerBody,
      path: url.pathname,
      requestNonce: nonce,
      requestBody: body,
      apiSecret,
      nowMs: now(),
    });
    if (!verification.verified && !(mayBeUnsigned(read) && !verification.signed)) {
      const failure = untrusted(verification.diagnosis);
      return { ok: false, failure: withoutEffect(method, failure), httpStatus: status };
    }
  }
  if (read.ok) return read;
  return { ...read, failure: withoutEffect(method, withoutCredentials(read.failure, options)) };
}

function readAnswer({ status, headers, body }: HttpAnswer): Exchanged {
  const envelope = readEnvelope(body);
  if (envelope === null) {
    return { ok: false, failure: failureOfHttp({ status, headers, reason: "not_an_envelope" }), httpStatus: status };
  }
  const said = envelope.request_id ?? headers.get("X-Request-Id");
  const requestId = said ? printable(said) : null;
  if (errorCode(envelope) !== 0) {
    const failure = failureOfEnvelope(envelope, headers);
    const named = requestId === null ? failure : { ...failure, providerRequestId: requestId };
    return { ok: false, failure: named, httpStatus: status };
  }
  if (status >= 200 && status < 300) return { ok: true, payload: envelope.payload, httpStatus: status, requestId };
  // Code 0 under an HTTP error contradicts itself, so it is neither a success nor a clean refusal.
  return { ok: false, failure: badAnswer(`code 0 with http_${status}`), httpStatus: status };
}

/**
 * An error about our credentials cannot be signed with them, and a gateway in front of AllScale has no key. Those say
 * nothing about a payment, so they may be believed. A success, or "this payment does not exist", may not.
 */
function mayBeUnsigned(read: Exchanged): boolean {
  if (read.ok) return false;
  return ["unauthorized", "forbidden", "rate_limited", "provider_error"].includes(read.failure.kind);
}

function untrusted(reason: string): ProviderFailure {
  const message = "The answer does not carry AllScale's signature.";
  return { kind: "bad_response_signature", message, maybeAccepted: true, reason };
}

/** Reading has no effect, however it ends. */
function withoutEffect(method: "GET" | "POST", failure: ProviderFailure): ProviderFailure {
  return method === "GET" ? { ...failure, maybeAccepted: false } : failure;
}

/** AllScale's words go to our log, and a service may repeat what it was given. */
function withoutCredentials(failure: ProviderFailure, options: ExchangeOptions): ProviderFailure {
  if (failure.reason === undefined) return failure;
  const reason = failure.reason.replaceAll(options.apiSecret, "[secret]").replaceAll(options.apiKey, "[key]");
  return { ...failure, reason };
}
