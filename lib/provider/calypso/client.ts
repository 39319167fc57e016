import type { z } from "zod";
import { callJson, type JsonAnswer } from "../call-json";
import { printable } from "../parsing";
import type { ProviderCall, ProviderFailure, ProviderTools } from "../provider";
import { badAnswer, failureOfStatus, isSuccess } from "../send-request";
import { sign } from "./signing";
import { envelope, errorSchema, invoiceSchema, LABEL, subscriptionsSchema, widgetSchema } from "./wire";

export type ClientOptions = ProviderTools & {
  readonly baseUrl: string;
  readonly account: string;
  readonly publicKey: string;
  readonly secretKey: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
};

type About = Pick<ProviderCall, "operation" | "paymentId" | "orderId">;
type Call<Data> = About & { readonly path: string; readonly payload: object; readonly schema: z.ZodType<Data> };

/** The calls of §2.3 to §2.5. Every call is a POST, also one that only reads. */
export function createCalypsoClient(options: ClientOptions) {
  return {
    createInvoice: (about: About, payload: object) =>
      call(options, { ...about, path: "/invoice/single-fiat/create", payload, schema: invoiceSchema }),
    createWidget: (about: About, payload: object) =>
      call(options, { ...about, path: "/payment-widget/single-fiat/create", payload, schema: widgetSchema }),
    findInvoice: (about: About, payload: { id: string } | { idempotencyKey: string }) =>
      call(options, { ...about, path: "/invoice", payload, schema: invoiceSchema }),
    findWidget: (about: About, requestId: string) =>
      call(options, {
        ...about,
        path: "/payment-widget/single-fiat/find",
        payload: { requestId },
        schema: widgetSchema,
      }),
    /** Checks the key, the signature, the clock and the account. */
    listSubscriptions: () =>
      call(options, { operation: "ping", path: "/subscription/webhook", payload: {}, schema: subscriptionsSchema }),
  };
}
export type CalypsoClient = ReturnType<typeof createCalypsoClient>;

async function call<Data>(options: ClientOptions, { path, payload, ...call }: Call<Data>): JsonAnswer<Data> {
  const { baseUrl, now = Date.now, secretKey, publicKey, account } = options;
  const body = envelope(account, now(), payload);
  const headers = { "Content-Type": "application/json", Key: publicKey, Sign: await sign(body, secretKey) };
  return callJson(
    { ...options, label: LABEL },
    {
      ...call,
      url: `${baseUrl}/api/v1${path}`,
      init: { method: "POST", headers, body },
      failureOf: (status, json) => failureOf(status, { json, secretKey }),
    },
  );
}

const refusal = (kind: ProviderFailure["kind"], message: string) => ({ kind, message, maybeAccepted: false });

/** §2.2. The table of the documents is cut off, so a code that is not here says nothing about what was done. */
const FAILURES = new Map<string, ProviderFailure>([
  ["000", { ...refusal("provider_error", "Calypso Pay had an internal error."), maybeAccepted: true }],
  ["001", refusal("refused", "Calypso Pay refused the request as invalid.")],
  ["002", refusal("unauthorized", "Calypso Pay does not know this API key.")],
  ["003", refusal("unauthorized", "Calypso Pay refused our signature: the secret does not belong to the key.")],
  ["004", refusal("not_found", "Calypso Pay does not know this payment.")],
  ["006", refusal("refused", "Calypso Pay cannot do this with an invoice in its state.")],
  ["011", refusal("unauthorized", "Calypso Pay refused our timestamp: the clock of this server is wrong.")],
  ["016", { ...refusal("refused", "Calypso Pay has this payment already."), maybeAccepted: true }],
]);

function failureOf(status: number, { json, secretKey }: { json: unknown; secretKey: string }): ProviderFailure | null {
  const error = errorSchema.safeParse(json).data;
  if (isSuccess(status) && error === undefined) return null;
  const said = error === undefined ? "" : `: ${error.errorCode} ${error.message}`;
  const reason = printable(`http_${status}${said}`, [secretKey]);
  const isPlain = [401, 403, 429].includes(status) || status >= 500;
  const unknown = { ...badAnswer(LABEL, reason), maybeAccepted: status < 300 };
  const failure = FAILURES.get(error?.errorCode ?? "") ?? (isPlain ? failureOfStatus(status, LABEL, reason) : unknown);
  return { ...failure, reason, ...(error !== undefined && { code: error.errorCode }) };
}
