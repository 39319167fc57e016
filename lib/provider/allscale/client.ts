import type { z } from "zod";
import type { PaymentId } from "@/lib/orders/order";
import type { ProviderCall, ProviderFailure, ProviderTools } from "../provider";
import { isRedirect, sendRequest } from "../send-request";
import { type Answer, badAnswer, failureOfHttp, readAnswer } from "./answers";
import { signedHeaders, verifyResponse } from "./signing";
import {
  createdIntentSchema,
  describeIssues,
  detailSchema,
  LABEL,
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
  const sent = await sendRequest(url, init, { ...options, label: LABEL });
  if (!sent.ok) return { httpStatus: null, answer: sent };
  const httpStatus = sent.answer.status;
  if (isRedirect(sent.answer)) {
    const failure = { ...failureOfHttp(sent.answer, "redirect"), maybeAccepted: false };
    return { httpStatus, answer: { ok: false, failure } as const };
  }
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
