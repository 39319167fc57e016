import type { z } from "zod";
import type { PaymentId } from "@/lib/orders/order";
import type { ProviderCall, ProviderFailure, ProviderResult, ProviderTools } from "../provider";
import { type Answer, badAnswer, failureOfHttp, type HttpAnswer, readAnswer } from "./answers";
import { signedHeaders, verifyResponse } from "./signing";
import {
  createdIntentSchema,
  describeIssues,
  detailSchema,
  pingSchema,
  type pricingFields,
  statusSchema,
} from "./wire";

export type ClientOptions = ProviderTools & {
  /** Without a query; a path in front of `/v1` is kept and signed. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** True refuses every success without a valid `X-Response-Signature` (§9). */
  readonly signedResponses: boolean;
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly nonce?: () => string;
};

/** The fields of create that we send (§5). */
type CreateIntentBody = NonNullable<ReturnType<typeof pricingFields>> & {
  readonly accepted_stable_coins?: readonly number[];
  readonly order_id: string;
  readonly order_description: string;
  readonly redirect_url: string;
};

export type AllScaleClient = ReturnType<typeof createAllScaleClient>;

/** The calls of §4 to §7. Refusals and network trouble are results; a throw is a bug. */
export function createAllScaleClient(options: ClientOptions) {
  return {
    ping: () => call(options, { operation: "ping", path: "/v1/test/ping", schema: pingSchema }),
    /** §5, with its slash. Each call opens another intent. */
    createIntent(body: CreateIntentBody) {
      const about = { operation: "create", orderId: body.order_id };
      return call(options, { ...about, path: "/v1/checkout_intents/", body, schema: createdIntentSchema });
    },
    /** §7, without a slash at the end. */
    getIntent: (paymentId: PaymentId) =>
      call(options, { operation: "detail", paymentId, path: intentPath(paymentId), schema: detailSchema }),
    /** §6: the number as it is, known or not. */
    getStatus: (paymentId: PaymentId) =>
      call(options, { operation: "status", paymentId, path: `${intentPath(paymentId)}/status`, schema: statusSchema }),
  };
}

function intentPath(id: PaymentId): string {
  // A URL parser would resolve dot segments, and the call would be another one.
  if (/^\.*$/.test(id)) throw new RangeError("Not an id of a checkout intent.");
  return `/v1/checkout_intents/${encodeURIComponent(id)}`;
}

/** A POST of the body, without one a GET. */
type Call<Payload> = Pick<ProviderCall, "operation" | "paymentId" | "orderId"> & {
  readonly path: string;
  readonly body?: CreateIntentBody;
  readonly schema: z.ZodType<Payload>;
};

async function call<Payload>(options: ClientOptions, request: Call<Payload>): Promise<Answer<Payload>> {
  const { path, body, schema, ...about } = request;
  const startedAt = performance.now();
  const { httpStatus, answer } = await exchange(options, request);
  const result = withoutCredentials(readPayload(request, answer), options);
  options.onCall?.({
    ...about,
    durationMs: Math.round(performance.now() - startedAt),
    httpStatus,
    providerRequestId: result.ok ? result.providerRequestId : (result.failure.providerRequestId ?? null),
    failure: result.ok ? null : result.failure,
  });
  return result;
}

/** One signed request (§2), and its answer, verified where the settings ask for that (§9). */
async function exchange(options: ClientOptions, { path, body: fields }: Call<unknown>) {
  const { apiKey, apiSecret, now = Date.now } = options;
  const url = new URL(options.baseUrl + path);
  const method = fields === undefined ? "GET" : "POST";
  const body = new TextEncoder().encode(fields === undefined ? "" : JSON.stringify(fields));
  const nonce = options.nonce?.() ?? crypto.randomUUID();
  // The parsed path, because that is what fetch sends.
  const signed = { method, path: url.pathname, query: "", body, nonce, nowMs: now(), apiKey, apiSecret };
  const headers = {
    Accept: "application/json",
    ...(fields !== undefined && { "Content-Type": "application/json" }),
    ...(await signedHeaders(signed)),
  };
  const init = { method, headers, body: fields === undefined ? null : body };
  const sent = await sendRequest(url, init, options);
  if (!sent.ok) return { httpStatus: null, answer: sent };
  const httpStatus = sent.answer.status;
  const answer = readAnswer(sent.answer);
  if (!options.signedResponses) return { httpStatus, answer };
  const request = { path: url.pathname, requestNonce: nonce, requestBody: body };
  const verified = await verifyResponse({ ...sent.answer, ...request, apiSecret, nowMs: now() });
  if (verified.ok || (!verified.signed && mayBeUnsigned(answer))) return { httpStatus, answer };
  const message = "The answer does not carry AllScale's signature.";
  const failure = { kind: "bad_response_signature", message, maybeAccepted: true, reason: verified.diagnosis } as const;
  return { httpStatus, answer: { ok: false, failure } as const };
}

/** AllScale cannot sign errors about our credentials, nor a gateway its own. They say nothing about a payment. */
function mayBeUnsigned(answer: Answer): boolean {
  return !answer.ok && ["unauthorized", "forbidden", "rate_limited", "provider_error"].includes(answer.failure.kind);
}

function readPayload<Payload>({ operation, body, schema }: Call<Payload>, answer: Answer): Answer<Payload> {
  // Reading has no effect, however it ends.
  const fail = ({ maybeAccepted, ...failure }: ProviderFailure) =>
    ({ ok: false, failure: { ...failure, maybeAccepted: body !== undefined && maybeAccepted } }) as const;
  if (!answer.ok) return fail(answer.failure);
  const { payload, providerRequestId } = answer;
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { ok: true, payload: parsed.data, providerRequestId };
  const failure = badAnswer(`payload of ${operation}: ${describeIssues(parsed.error)}`);
  return fail({ ...failure, ...(providerRequestId !== null && { providerRequestId }) });
}

/** AllScale's words go to our log, and a service may repeat what it was given. */
function withoutCredentials<Payload>(answer: Answer<Payload>, { apiKey, apiSecret }: ClientOptions): Answer<Payload> {
  if (answer.ok || answer.failure.reason === undefined) return answer;
  const reason = answer.failure.reason.replaceAll(apiSecret, "[secret]").replaceAll(apiKey, "[key]");
  return { ok: false, failure: { ...answer.failure, reason } };
}

/** The largest answer of the protocol is a few kilobytes. */
const LARGEST_ANSWER_BYTES = 256 * 1_024;

type HttpResult = ProviderResult<{ answer: HttpAnswer }>;

/** One request with a time limit over all of it, the body of the answer included. Never throws for what a network does. */
async function sendRequest(
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
