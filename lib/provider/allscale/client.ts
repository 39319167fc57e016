import { z } from "zod";
import type { ProviderFailure } from "../provider";
import { badAnswer } from "./errors";
import { type ExchangeOptions, type ExchangeRequest, exchange } from "./exchange";
import {
  createdIntentSchema,
  describeIssues,
  intentDetailSchema,
  pingPayloadSchema,
  statusPayloadSchema,
} from "./wire";

export type AllScaleClientOptions = ExchangeOptions & {
  /** Told about each call, for logs. Holds no secret, signature or body. */
  readonly onCall?: ((call: AllScaleCallReport) => void) | undefined;
};

export type AllScaleCallReport = {
  readonly operation: string;
  readonly durationMs: number;
  readonly httpStatus: number | null;
  readonly requestId: string | null;
  readonly failure: ProviderFailure | null;
};

export type AllScaleResult<Payload> =
  | { readonly ok: true; readonly payload: Payload; readonly requestId: string | null }
  | { readonly ok: false; readonly failure: ProviderFailure };

/** The fields of create that we send (§5). Exactly one of `currency` and `stable_coin`. */
export type CreateIntentBody = {
  readonly currency?: number;
  readonly stable_coin?: number;
  readonly amount_cents: number;
  readonly accepted_stable_coins?: readonly number[];
  readonly order_id?: string;
  readonly order_description?: string;
  readonly redirect_url?: string;
};

export type AllScaleClient = ReturnType<typeof createAllScaleClient>;

/**
 * The calls of protocol §4 to §7. Refusals and network trouble are results; a throw is a bug. Throws at once on settings
 * that could never work: an empty secret, a base URL with a query or credentials.
 */
export function createAllScaleClient(options: AllScaleClientOptions) {
  const base = new URL(options.baseUrl);
  if (base.search || base.hash || base.username || base.password)
    throw new Error("The base URL is more than an address.");
  if (options.apiSecret === "") throw new Error("The API secret is empty.");
  const call = <Payload>(operation: Operation<Payload>) => callAllScale(options, operation);
  return {
    /** `GET /v1/test/ping` (§4). */
    ping: (signal?: AbortSignal) =>
      call({ name: "ping", method: "GET", path: "/v1/test/ping", schema: pingPayloadSchema, signal }),

    /** `GET /v1/test/fail` (§4): always a failure, to see one. */
    fail: (signal?: AbortSignal) =>
      call({ name: "fail", method: "GET", path: "/v1/test/fail", schema: z.unknown(), signal }),

    /** `POST /v1/test/post` (§4): the payload is the body again. */
    post: (body: unknown, signal?: AbortSignal) =>
      call({ name: "post", method: "POST", path: "/v1/test/post", body, schema: z.unknown(), signal }),

    /** `POST /v1/checkout_intents/` (§5), with its slash. Each call opens another intent. */
    createIntent: (body: CreateIntentBody, signal?: AbortSignal) =>
      call({
        name: "create",
        method: "POST",
        path: "/v1/checkout_intents/",
        body,
        schema: createdIntentSchema,
        signal,
      }),

    /** `GET /v1/checkout_intents/{id}` (§7), without a slash at the end. */
    getIntent: (id: string, signal?: AbortSignal) =>
      call({ name: "detail", method: "GET", path: intentPath(id), schema: intentDetailSchema, signal }),

    /** `GET /v1/checkout_intents/{id}/status` (§6): the number as it is, known or not. */
    getStatus: (id: string, signal?: AbortSignal) =>
      call({ name: "status", method: "GET", path: `${intentPath(id)}/status`, schema: statusPayloadSchema, signal }),
  };
}

type Operation<Payload> = ExchangeRequest & { readonly name: string; readonly schema: z.ZodType<Payload> };

async function callAllScale<Payload>(
  options: AllScaleClientOptions,
  operation: Operation<Payload>,
): Promise<AllScaleResult<Payload>> {
  const now = options.now ?? Date.now;
  const startedAt = now();
  const exchanged = await exchange(options, operation);
  const result = exchanged.ok ? checkPayload(operation, exchanged) : { ok: false as const, failure: exchanged.failure };
  options.onCall?.({
    operation: operation.name,
    durationMs: now() - startedAt,
    httpStatus: exchanged.httpStatus,
    requestId: result.ok ? result.requestId : (result.failure.providerRequestId ?? null),
    failure: result.ok ? null : result.failure,
  });
  return result;
}

function checkPayload<Payload>(
  operation: Operation<Payload>,
  exchanged: { readonly payload: unknown; readonly requestId: string | null },
): AllScaleResult<Payload> {
  const { requestId } = exchanged;
  const parsed = operation.schema.safeParse(exchanged.payload);
  if (parsed.success) return { ok: true, payload: parsed.data, requestId };
  const failure = {
    ...badAnswer(`payload of ${operation.name}: ${describeIssues(parsed.error)}`),
    maybeAccepted: operation.method === "POST",
    ...(requestId === null ? {} : { providerRequestId: requestId }),
  };
  return { ok: false, failure };
}

function intentPath(id: string): string {
  // A dot segment would be folded away by the URL parser, and the call would be another one.
  if (id === "" || /^\.+$/.test(id)) throw new RangeError("Not an id of a checkout intent.");
  return `/v1/checkout_intents/${encodeURIComponent(id)}`;
}
