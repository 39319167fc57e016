import type { z } from "zod";
import { readExactJson } from "../exact-json";
import type { PayoutName } from "../payout";
import type { ProviderCall, ProviderFailure, ProviderResult, ProviderTools } from "../provider";
import { isRedirect, observed, printable, sendRequest } from "../send-request";
import { dateHeader, depositSignature, payloadSignature } from "./signing";
import { LABEL, refusalSchema, type Scheme } from "./wire";

type CallOptions = ProviderTools & { readonly baseUrl: string; readonly fetch?: typeof fetch };

export type DepositOptions = CallOptions & {
  readonly login: string;
  readonly secret: string;
  readonly scheme: Scheme;
  readonly now?: () => number;
};

/** Credentials of their own, which OneKey keeps apart from those of deposits (§3.1). */
export type CashoutCredentials = Readonly<Record<"login" | "passphrase" | "secret", string>>;
export type CashoutOptions = CallOptions & { readonly cashouts: CashoutCredentials };

type Named = Pick<ProviderCall, "operation" | "paymentId" | "orderId" | "reference">;
type Call<Data> = Named & { readonly path: string; readonly body?: string; readonly schema: z.ZodType<Data> };
type Answer<Data> = Promise<ProviderResult<{ data: Data }>>;

/** One call of the deposits API (§3.4), with its answer read by a schema. */
export async function callDeposits<Data>(options: DepositOptions, call: Call<Data>): Answer<Data> {
  const { login, secret, scheme, now = Date.now } = options;
  const { body = "" } = call;
  const date = dateHeader(now());
  const signature = await depositSignature(secret, { date, login, body });
  const headers = { "X-Login": login, "X-Date": date, Authorization: `${scheme} ${signature}` };
  const method = body === "" ? "GET" : "POST";
  return send(options, call, { api: DEPOSITS, method, headers, secrets: [secret, login] });
}

type CashoutCall<Data> = Omit<Call<Data>, "body"> & {
  readonly method: "POST" | "PUT" | "DELETE";
  /** Without the credentials, which this adds. */
  readonly body: (credentials: { readonly login: string; readonly pass: string }) => string;
  /** Details that must not come back in a reason, which is logged. */
  readonly receiver: PayoutName["receiver"];
};

/** One call of the cashouts API (§3.1, §3.2). */
export async function callCashouts<Data>(options: CashoutOptions, call: CashoutCall<Data>): Answer<Data> {
  const { login, passphrase: pass, secret } = options.cashouts;
  const body = call.body({ login, pass });
  const headers = { "Payload-Signature": await payloadSignature(secret, body) };
  const { method, receiver = {} } = call;
  // One of a few letters could not be told from other words.
  const secrets = [secret, pass, login, ...Object.values(receiver).filter(({ length }) => length > 3)];
  return send(options, { ...call, body }, { api: CASHOUTS, method, headers, secrets });
}

type Api = Readonly<{ noun: string; credentials: RegExp; missing: RegExp; todo: string }>;
const DEPOSITS: Api = {
  noun: "deposit",
  // About headers and signatures (§3.4).
  credentials: /^10[0-3]$/,
  missing: /^$/,
  todo: "compare login, secret, scheme word and clock, and ask whether this server's address is allow-listed",
};
const CASHOUTS: Api = {
  noun: "cashout",
  // Wrong signature, credentials, address, credentials (§3.2).
  credentials: /^(302|401|402|524)$/,
  missing: /^509$/,
  todo: "compare login, passphrase and secret of cashouts, and ask whether this server's address is allow-listed for them",
};

type Sending = Readonly<{ api: Api; method: string; headers: Record<string, string>; secrets: readonly string[] }>;

function send<Data>(options: CallOptions, call: Call<Data>, sending: Sending): Answer<Data> {
  return observed(options.onCall, call, () => exchange(options, call, sending));
}

type Exchanged<Data> = { readonly httpStatus: number | null; readonly result: ProviderResult<{ data: Data }> };

async function exchange<Data>(options: CallOptions, call: Call<Data>, sending: Sending): Promise<Exchanged<Data>> {
  const { path, body = "", schema, operation } = call;
  const { api, method, secrets } = sending;
  const usual = { Accept: "application/json", "Content-Type": "application/json", "User-Agent": "payment-page/1.0" };
  const init = { method, headers: { ...usual, ...sending.headers }, ...(body !== "" && { body }) };
  const sent = await sendRequest(new URL(options.baseUrl + path), init, { ...options, label: LABEL });
  if (!sent.ok) return { httpStatus: null, result: sent };
  const { status } = sent.answer;
  const fail = (failure: ProviderFailure) => ({ httpStatus: status, result: { ok: false, failure } as const });
  if (isRedirect(sent.answer)) return fail({ ...badAnswer("redirect"), maybeAccepted: false });
  const json = readExactJson(sent.answer.body);
  if (status < 200 || status >= 300) {
    return fail(failureOf(api, { status, json, secrets }));
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return fail(badAnswer(`answer of ${operation}`));
  return { httpStatus: status, result: { ok: true, data: parsed.data } };
}

/** OneKey's own words go to the log alone. */
function failureOf(
  api: Api,
  { status, json, secrets }: { status: number; json: unknown; secrets: readonly string[] },
): ProviderFailure {
  const said = refusalSchema.safeParse(json).data;
  const { code } = said ?? {};
  const words = said && [said.type, said.description ?? said.message, said.reason].filter(Boolean).join(" ");
  // The longest first, as one can be part of another; and before the reason is cut, which could leave the start of one.
  const hidden = secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, "[hidden]"), words ?? "");
  const reason = printable(`http_${status}${hidden ? `: ${hidden}` : ""}`);
  const known = { reason, ...(code !== undefined && { code }) };
  const isOf = (codes: RegExp) => code !== undefined && codes.test(code);
  const refusal = (kind: ProviderFailure["kind"], message: string) => ({
    kind,
    message,
    maybeAccepted: false,
    ...known,
  });
  if (status === 401 || isOf(api.credentials)) {
    return refusal("unauthorized", `OneKey refused our credentials: ${api.todo}.`);
  }
  if (status === 403) return refusal("forbidden", "OneKey does not allow this request; is our address allow-listed?");
  if (status === 404 || isOf(api.missing)) return refusal("not_found", `OneKey does not know this ${api.noun}.`);
  if (status === 429) return refusal("rate_limited", "OneKey receives too many requests from this merchant.");
  if (status >= 500) {
    const message = "OneKey is temporarily unavailable.";
    return { kind: "provider_error", message, maybeAccepted: true, ...known };
  }
  return refusal("refused", "OneKey refused the request.");
}

export function badAnswer(reason: string): ProviderFailure {
  const message = "OneKey gave an answer that we cannot understand.";
  return { kind: "bad_answer", message, maybeAccepted: true, reason };
}
