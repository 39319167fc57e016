import { z } from "zod";
import type { PaymentId } from "@/lib/orders/order";
import { describeIssues, printable, readJson } from "../parsing";
import type { ProviderFailure, ProviderResult, ProviderTools } from "../provider";
import {
  badAnswer,
  type CallNames,
  type HttpAnswer,
  isRedirect,
  isSuccess,
  observed,
  sendRequest,
} from "../send-request";
import { failureOfEnvelope, failureOfHttp } from "./failures";
import { canceledPayoutSchema, payoutSchema } from "./payout-wire";
import { signedHeaders, verifyResponse } from "./signing";
import {
  createdIntentSchema,
  detailSchema,
  envelopeSchema,
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

/** The fields of a claim link that we send (§12). */
type CreatePayoutBody = {
  readonly amount: string;
  readonly stable_coin: number;
  readonly chain: number;
  readonly reference_id: string;
  readonly sender_message?: string;
};

type Answer<Payload = unknown> = ProviderResult<{ payload: Payload; providerRequestId: string | null }>;

export type AllScaleClient = ReturnType<typeof createAllScaleClient>;

/** A payout is funded on its chain before it is answered, which takes up to about 90 s (§12). */
const PAYOUT_TIMEOUT_MS = 110_000;
const PAYOUTS_PATH = "/v1/claim_link_auto_payouts";

/** The calls of §4 to §7 and §12. Refusals and network trouble are results; a throw is a bug. */
export function createAllScaleClient(options: ClientOptions) {
  return {
    ping: () => call(options, { operation: "ping", path: "/v1/test/ping", schema: pingSchema }),
    /** §4: always answers an error. */
    fail: () => call(options, { operation: "fail", path: "/v1/test/fail", schema: z.unknown() }),
    /** §4: answers the body that it got. */
    post: (body: Call<unknown>["body"]) =>
      call(options, { operation: "post", path: "/v1/test/post", body, schema: z.unknown() }),
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
    /** §12, without a slash at the end. Idempotent by the reference. */
    createPayout(body: CreatePayoutBody) {
      const about = { operation: "payout", reference: body.reference_id };
      const patient = { ...options, timeoutMs: Math.max(options.timeoutMs, PAYOUT_TIMEOUT_MS) };
      return call(patient, { ...about, path: PAYOUTS_PATH, body, schema: payoutSchema });
    },
    cancelPayout({ payoutId, reference }: { payoutId: string; reference: string }) {
      const path = `${PAYOUTS_PATH}/${segment(payoutId)}/cancel`;
      return call(options, {
        operation: "payout_cancel",
        reference,
        path,
        method: "POST",
        schema: canceledPayoutSchema,
      });
    },
  };
}

const intentPath = (id: PaymentId) => `/v1/checkout_intents/${segment(id)}`;

function segment(id: string): string {
  // A URL parser would resolve dot segments, and the call would be another one.
  if (/^\.*$/.test(id)) throw new RangeError("Not an id of AllScale's.");
  return encodeURIComponent(id);
}

/** A POST of the body, without one a GET unless it says otherwise. */
type Call<Payload> = CallNames & {
  readonly path: string;
  readonly method?: "POST";
  readonly body?: object | undefined;
  readonly schema: z.ZodType<Payload>;
};

function call<Payload>(options: ClientOptions, request: Call<Payload>): Promise<Answer<Payload>> {
  return observed(options.onCall, request, async () => {
    const { httpStatus, answer } = await exchange(options, request);
    const result = withoutCredentials(readPayload(request, answer), options);
    const { providerRequestId } = result.ok ? result : result.failure;
    return { httpStatus, providerRequestId, result };
  });
}

/** One signed request (§2), and its answer, verified where the settings ask for that (§9). */
async function exchange(options: ClientOptions, request: Call<unknown>) {
  const { path, body: fields } = request;
  const { apiKey, apiSecret, now = Date.now } = options;
  const url = new URL(options.baseUrl + path);
  const method = methodOf(request);
  const body = new TextEncoder().encode(fields === undefined ? "" : JSON.stringify(fields));
  const nonce = options.nonce?.() ?? crypto.randomUUID();
  // The parsed path, because that is what fetch sends.
  const signed = { method, path: url.pathname, query: "", body, nonce, nowMs: now(), apiKey, apiSecret };
  const headers = {
    Accept: "application/json",
    ...(method === "POST" && { "Content-Type": "application/json" }),
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
  const asked = { path: url.pathname, requestNonce: nonce, requestBody: body };
  const verified = await verifyResponse({ ...sent.answer, ...asked, apiSecret, nowMs: now() });
  if (verified.ok || (!verified.signed && mayBeUnsigned(answer))) return { httpStatus, answer };
  const message = "The answer does not carry AllScale's signature.";
  const failure = { kind: "bad_response_signature", message, maybeAccepted: true, reason: verified.diagnosis } as const;
  return { httpStatus, answer: { ok: false, failure } as const };
}

/** What an answer says (§3): its code decides, not its HTTP status. The payload of a success is still to be checked. */
function readAnswer(answer: HttpAnswer): Answer {
  const { status, headers, body } = answer;
  const envelope = envelopeSchema.safeParse(readJson(body)).data;
  const code = envelope?.code ?? envelope?.error_code ?? envelope?.error?.code;
  if (envelope === undefined || code === undefined) {
    return { ok: false, failure: failureOfHttp(answer, "not_an_envelope") };
  }
  const requestId = envelope.request_id ?? headers.get("X-Request-Id");
  const providerRequestId = requestId ? printable(requestId) : null;
  if (code !== 0) {
    const failure = failureOfEnvelope(code, envelope, headers);
    return { ok: false, failure: { ...failure, ...(providerRequestId && { providerRequestId }) } };
  }
  // Code 0 under an HTTP error contradicts itself, so it is neither a success nor a clean refusal.
  if (!isSuccess(status)) return { ok: false, failure: badAnswer(LABEL, `code 0 with http_${status}`) };
  return { ok: true, payload: envelope.payload, providerRequestId };
}

/** AllScale cannot sign errors about our credentials, nor a gateway its own. They say nothing about a payment. */
function mayBeUnsigned(answer: Answer): boolean {
  return !answer.ok && ["unauthorized", "forbidden", "rate_limited", "provider_error"].includes(answer.failure.kind);
}

const methodOf = ({ method, body }: Call<unknown>) => method ?? (body === undefined ? "GET" : "POST");

function readPayload<Payload>(request: Call<Payload>, answer: Answer): Answer<Payload> {
  const { operation, schema } = request;
  // Reading has no effect, however it ends.
  const hasEffect = methodOf(request) === "POST";
  const fail = ({ maybeAccepted, ...failure }: ProviderFailure) =>
    ({ ok: false, failure: { ...failure, maybeAccepted: hasEffect && maybeAccepted } }) as const;
  if (!answer.ok) return fail(answer.failure);
  const { payload, providerRequestId } = answer;
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { ok: true, payload: parsed.data, providerRequestId };
  const failure = badAnswer(LABEL, `payload of ${operation}: ${describeIssues(parsed.error)}`);
  return fail({ ...failure, ...(providerRequestId !== null && { providerRequestId }) });
}

/** AllScale's words go to our log, and a service may repeat what it was given. */
function withoutCredentials<Payload>(answer: Answer<Payload>, { apiKey, apiSecret }: ClientOptions): Answer<Payload> {
  if (answer.ok || answer.failure.reason === undefined) return answer;
  const reason = answer.failure.reason.replaceAll(apiSecret, "[secret]").replaceAll(apiKey, "[key]");
  return { ok: false, failure: { ...answer.failure, reason } };
}
