import type { z } from "zod";
import { readExactJson } from "../exact-json";
import type { ProviderCall, ProviderFailure, ProviderResult, ProviderTools } from "../provider";
import { type HttpAnswer, isRedirect, observed, printable, sendRequest } from "../send-request";
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
type Call<Answer> = About & { readonly path: string; readonly payload: object; readonly schema: z.ZodType<Answer> };

/** The calls of §2.3 to §2.5. Every call is a POST, also one that only reads. */
export function createCalypsoClient(options: ClientOptions) {
  const invoice = { path: "/invoice", schema: invoiceSchema };
  const reads = { ...options, changes: false };
  const changes = { ...options, changes: true };
  return {
    createInvoice: (about: About, payload: object) =>
      call(changes, { ...about, path: "/invoice/single-fiat/create", payload, schema: invoiceSchema }),
    createWidget: (about: About, payload: object) =>
      call(changes, { ...about, path: "/payment-widget/single-fiat/create", payload, schema: widgetSchema }),
    findInvoice: (about: About, payload: { id: string } | { idempotencyKey: string }) =>
      call(reads, { ...about, ...invoice, payload }),
    findWidget: (about: About, requestId: string) =>
      call(reads, { ...about, path: "/payment-widget/single-fiat/find", payload: { requestId }, schema: widgetSchema }),
    /** Checks the key, the signature, the clock and the account. */
    listSubscriptions: () =>
      call(reads, { operation: "ping", path: "/subscription/webhook", payload: {}, schema: subscriptionsSchema }),
  };
}
export type CalypsoClient = ReturnType<typeof createCalypsoClient>;

type Options = ClientOptions & { readonly changes: boolean };

function call<Answer>(options: Options, request: Call<Answer>): Promise<ProviderResult<{ answer: Answer }>> {
  return observed(options.onCall, request, () => exchange(options, request));
}

async function exchange<Answer>(options: Options, { path, payload, schema }: Call<Answer>) {
  const { now = Date.now, secretKey, publicKey, changes } = options;
  const body = envelope(options.account, now(), payload);
  const headers = { "Content-Type": "application/json", Key: publicKey, Sign: await sign(body, secretKey) };
  const url = new URL(`${options.baseUrl}/api/v1${path}`);
  const sent = await sendRequest(url, { method: "POST", headers, body }, { ...options, label: LABEL });
  const httpStatus = sent.ok ? sent.answer.status : null;
  const read = sent.ok ? readAnswer(sent.answer, { schema, secretKey }) : sent;
  if (read.ok) return { httpStatus, result: read };
  // Reading has no effect, however it ends.
  const failure = { ...read.failure, maybeAccepted: changes && read.failure.maybeAccepted };
  return { httpStatus, result: { ok: false, failure } as const };
}

function readAnswer<Answer>(
  answer: HttpAnswer,
  { schema, secretKey }: { schema: z.ZodType<Answer>; secretKey: string },
): ProviderResult<{ answer: Answer }> {
  const { status, body } = answer;
  if (isRedirect(answer)) return { ok: false, failure: { ...badAnswer("redirect"), maybeAccepted: false } };
  const json = readExactJson(body);
  const error = errorSchema.safeParse(json).data;
  if (status < 200 || status >= 300 || error !== undefined) {
    const failure = failureOf(status, error);
    const reason = failure.reason?.replaceAll(secretKey, "[secret]");
    return { ok: false, failure: { ...failure, ...(reason !== undefined && { reason }) } };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, answer: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => path.join(".") || "(all)").join(", ");
  return { ok: false, failure: badAnswer(`answer: ${fields}`) };
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

function failureOf(status: number, error: z.infer<typeof errorSchema> | undefined): ProviderFailure {
  const said = error === undefined ? "" : `: ${error.errorCode} ${error.message}`;
  const reason = printable(`http_${status}${said}`);
  const known = FAILURES.get(error?.errorCode ?? "");
  const code = error !== undefined && { code: error.errorCode };
  if (known !== undefined) return { ...known, reason, ...code };
  if (status === 401) return { ...refusal("unauthorized", "Calypso Pay refused our credentials."), reason, ...code };
  if (status === 403) return { ...refusal("forbidden", "Calypso Pay does not allow this request."), reason, ...code };
  if (status === 429) return { ...refusal("rate_limited", "Calypso Pay receives too many requests."), reason, ...code };
  if (status >= 500) {
    const message = "Calypso Pay is temporarily unavailable.";
    return { kind: "provider_error", message, maybeAccepted: true, reason, ...code };
  }
  return { ...badAnswer(reason), maybeAccepted: status < 300, ...code };
}

export function badAnswer(reason: string): ProviderFailure {
  const message = "Calypso Pay gave an answer that we cannot understand.";
  return { kind: "bad_answer", message, maybeAccepted: true, reason };
}
