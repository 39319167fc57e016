import type { z } from "zod";
import { callJson, type JsonAnswer } from "../call-json";
import { printable } from "../parsing";
import type { PayoutName } from "../payout";
import type { ProviderFailure, ProviderFailureKind, ProviderTools } from "../provider";
import { type CallNames, failureOfStatus, isSuccess } from "../send-request";
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

type Call<Data> = CallNames & { readonly path: string; readonly body?: string; readonly schema: z.ZodType<Data> };

/** One call of the deposits API (§3.4), with its answer read by a schema. */
export async function callDeposits<Data>(options: DepositOptions, call: Call<Data>): JsonAnswer<Data> {
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
export async function callCashouts<Data>(options: CashoutOptions, call: CashoutCall<Data>): JsonAnswer<Data> {
  const { login, passphrase: pass, secret } = options.cashouts;
  const body = call.body({ login, pass });
  const headers = { "Payload-Signature": await payloadSignature(secret, body) };
  const { method, receiver = {} } = call;
  // One of a few letters could not be told from other words.
  const secrets = [secret, pass, login, ...Object.values(receiver).filter(({ length }) => length > 3)];
  return send(options, { ...call, body }, { api: CASHOUTS, method, headers, secrets });
}

type Api = Readonly<{ credentials: RegExp; missing?: RegExp; words: Partial<Record<ProviderFailureKind, string>> }>;
const words = (noun: string, todo: string) => ({
  unauthorized: `OneKey refused our credentials: ${todo}.`,
  forbidden: "OneKey does not allow this request; is our address allow-listed?",
  not_found: `OneKey does not know this ${noun}.`,
});
const DEPOSITS: Api = {
  // About headers and signatures (§3.4).
  credentials: /^10[0-3]$/,
  words: words(
    "deposit",
    "compare login, secret, scheme word and clock, and ask whether this server's address is allow-listed",
  ),
};
const CASHOUTS: Api = {
  // Wrong signature, credentials, address, credentials (§3.2).
  credentials: /^(302|401|402|524)$/,
  missing: /^509$/,
  words: words(
    "cashout",
    "compare login, passphrase and secret of cashouts, and ask whether this server's address is allow-listed for them",
  ),
};

type Sending = Readonly<{ api: Api; method: string; headers: Record<string, string>; secrets: readonly string[] }>;

function send<Data>(options: CallOptions, call: Call<Data>, sending: Sending): JsonAnswer<Data> {
  const { path, body = "" } = call;
  const { api, method, headers, secrets } = sending;
  const usual = { Accept: "application/json", "Content-Type": "application/json", "User-Agent": "payment-page/1.0" };
  return callJson(
    { ...options, label: LABEL },
    {
      ...call,
      url: options.baseUrl + path,
      init: { method, headers: { ...usual, ...headers }, ...(body !== "" && { body }) },
      failureOf: (status, json) => (isSuccess(status) ? null : failureOf(status, { api, json, secrets })),
    },
  );
}

type Refused = Pick<Sending, "api" | "secrets"> & { readonly json: unknown };

/** OneKey's own words go to the log alone. */
function failureOf(status: number, { api, json, secrets }: Refused): ProviderFailure {
  const said = refusalSchema.safeParse(json).data;
  const { code = "" } = said ?? {};
  const theirs = said && [said.type, said.description ?? said.message, said.reason].filter(Boolean).join(" ");
  const reason = printable(`http_${status}${theirs ? `: ${theirs}` : ""}`, secrets);
  // "Not found" ends a payout for good, so no code makes that of refused credentials, which are tried again.
  const isMissing = status !== 401 && status !== 403 && api.missing?.test(code);
  const meaning = api.credentials.test(code) ? 401 : isMissing ? 404 : status;
  const failure = failureOfStatus(meaning, LABEL, reason);
  return { ...failure, message: api.words[failure.kind] ?? failure.message, ...(said && { code }) };
}
