import type { z } from "zod";
import type { PaymentId } from "@/lib/orders/order";
import type { ProviderCall, ProviderFailure, ProviderTools } from "../provider";
import { type Answer, badAnswer, readAnswer } from "./answers";
import { sendRequest } from "./http";
import { signedHeaders, verifyResponse } from "./signing";
import {
  createdIntentSchema,
  describeIssues,
  intentDetailSchema,
  pingPayloadSchema,
  statusPayloadSchema,
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
  /** A new one for each call. */
  readonly nonce?: () => string;
};

/** The fields of create that we send (§5). Exactly one of `currency` and `stable_coin`. */
export type CreateIntentBody = {
  readonly currency?: number;
  readonly stable_coin?: number;
  readonly amount_cents: number;
  readonly accepted_stable_coins?: readonly number[];
  readonly order_id: string;
  readonly order_description: string;
  readonly redirect_url: string;
};

export type CallResult<Payload> =
  | { readonly ok: true; readonly payload: Payload; readonly providerRequestId: string | null }
  | { readonly ok: false; readonly failure: ProviderFailure };

export type AllScaleClient = ReturnType<typeof createAllScaleClient>;

/** The calls of §4 to §7. Refusals and network trouble are results; a throw is a bug. */
export function createAllScaleClient(options: ClientOptions) {
  return {
    ping: () => call(options, { operation: "ping", method: "GET", path: "/v1/test/ping", schema: pingPayloadSchema }),

    /** §5, with its slash. Each call opens another intent. */
    createIntent: (body: CreateIntentBody) => {
      const request = { operation: "create", method: "POST", path: "/v1/checkout_intents/", body } as const;
      return call(options, { ...request, schema: createdIntentSchema, orderId: body.order_id });
    },

    /** §7, without a slash at the end. */
    getIntent: (paymentId: PaymentId) =>
      call(options, {
        operation: "detail",
        method: "GET",
        path: intentPath(paymentId),
        schema: intentDetailSchema,
        paymentId,
      }),

    /** §6: the number as it is, known or not. */
    getStatus: (paymentId: PaymentId) =>
      call(options, {
        operation: "status",
        method: "GET",
        path: `${intentPath(paymentId)}/status`,
        schema: statusPayloadSchema,
        paymentId,
      }),
  };
}

function intentPath(id: PaymentId): string {
  // A URL parser would resolve dot segments, and the call would be another one.
  if (/^\.*$/.test(id)) throw new RangeError("Not an id of a checkout intent.");
  return `/v1/checkout_intents/${encodeURIComponent(id)}`;
}

type Call<Payload> = Pick<ProviderCall, "operation" | "paymentId" | "orderId"> & {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: CreateIntentBody;
  readonly schema: z.ZodType<Payload>;
};

async function call<Payload>(options: ClientOptions, request: Call<Payload>): Promise<CallResult<Payload>> {
  const { operation, paymentId, orderId } = request;
  const startedAt = performance.now();
  const { httpStatus, answer } = await exchange(options, request);
  const checked = checkPayload(request, answer);
  const result = checked.ok ? checked : { ok: false as const, failure: withoutCredentials(checked.failure, options) };
  options.onCall?.({
    operation,
    durationMs: Math.round(performance.now() - startedAt),
    httpStatus,
    providerRequestId: result.ok ? result.providerRequestId : (result.failure.providerRequestId ?? null),
    ...(paymentId !== undefined && { paymentId }),
    ...(orderId !== undefined && { orderId }),
    failure: result.ok ? null : result.failure,
  });
  return result;
}

/** One signed request (§2), and its answer, verified where the settings ask for that (§9). */
async function exchange(
  options: ClientOptions,
  { method, path, body: fields }: Call<unknown>,
): Promise<{ readonly httpStatus: number | null; readonly answer: Answer }> {
  const { apiKey, apiSecret, timeoutMs, now = Date.now } = options;
  const url = new URL(options.baseUrl + path);
  const body = new TextEncoder().encode(fields === undefined ? "" : JSON.stringify(fields));
  const nonce = options.nonce?.() ?? crypto.randomUUID();
  // The parsed path, because that is what fetch sends.
  const signed = { method, path: url.pathname, query: "", body, nonce, nowMs: now(), apiKey, apiSecret };
  const headers = {
    Accept: "application/json",
    ...(body.byteLength > 0 && { "Content-Type": "application/json" }),
    ...(await signedHeaders(signed)),
  };
  const sent = await sendRequest({ fetch: options.fetch ?? fetch, url, method, headers, body, timeoutMs });
  if (!sent.ok) return { httpStatus: null, answer: sent };
  const httpStatus = sent.answer.status;
  const answer = readAnswer(sent.answer);
  if (!options.signedResponses) return { httpStatus, answer };
  const request = { path: url.pathname, requestNonce: nonce, requestBody: body };
  const verified = await verifyResponse({ ...sent.answer, ...request, apiSecret, nowMs: now() });
  if (verified.ok || (!verified.signed && mayBeUnsigned(answer))) return { httpStatus, answer };
  const message = "The answer does not carry AllScale's signature.";
  const failure = { kind: "bad_response_signature", message, maybeAccepted: true, reason: verified.diagnosis } as const;
  return { httpStatus, answer: { ok: false, failure } };
}

/**
 * An error about our credentials cannot be signed with them, and a gateway in front of AllScale has no key. Those say
 * nothing about a payment, so they may be believed. A success, or "this payment does not exist", may not.
 */
function mayBeUnsigned(answer: Answer): boolean {
  return !answer.ok && ["unauthorized", "forbidden", "rate_limited", "provider_error"].includes(answer.failure.kind);
}

function checkPayload<Payload>({ operation, method, schema }: Call<Payload>, answer: Answer): CallResult<Payload> {
  // Reading has no effect, however it ends.
  const withEffect = (failure: ProviderFailure) => ({
    ...failure,
    maybeAccepted: method === "POST" && failure.maybeAccepted,
  });
  if (!answer.ok) return { ok: false, failure: withEffect(answer.failure) };
  const { providerRequestId } = answer;
  const parsed = schema.safeParse(answer.payload);
  if (parsed.success) return { ok: true, payload: parsed.data, providerRequestId };
  const failure = badAnswer(`payload of ${operation}: ${describeIssues(parsed.error)}`);
  return { ok: false, failure: withEffect({ ...failure, ...(providerRequestId !== null && { providerRequestId }) }) };
}

/** AllScale's words go to our log, and a service may repeat what it was given. */
function withoutCredentials(failure: ProviderFailure, { apiKey, apiSecret }: ClientOptions): ProviderFailure {
  const reason = failure.reason?.replaceAll(apiSecret, "[secret]").replaceAll(apiKey, "[key]");
  return { ...failure, ...(reason !== undefined && { reason }) };
}
