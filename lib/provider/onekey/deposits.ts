import type { z } from "zod";
import { readExactJson } from "../exact-json";
import type { ProviderCall, ProviderFailure, ProviderResult, ProviderTools } from "../provider";
import { isRedirect, observed, printable, sendRequest } from "../send-request";
import { dateHeader, depositSignature } from "./signing";
import { LABEL, refusalSchema, type Scheme } from "./wire";

export type DepositOptions = ProviderTools & {
  readonly baseUrl: string;
  readonly login: string;
  readonly secret: string;
  readonly scheme: Scheme;
  readonly now?: () => number;
};

type Request<Data> = Pick<ProviderCall, "operation" | "paymentId" | "orderId"> & {
  readonly path: string;
  readonly body?: string;
  readonly schema: z.ZodType<Data>;
};

/** One call of the deposits API (§3.4), with its answer read by a schema. */
export function callDeposits<Data>(
  options: DepositOptions,
  request: Request<Data>,
): Promise<ProviderResult<{ data: Data }>> {
  return observed(options.onCall, request, () => exchange(options, request));
}

type Exchanged<Data> = { readonly httpStatus: number | null; readonly result: ProviderResult<{ data: Data }> };

async function exchange<Data>(options: DepositOptions, request: Request<Data>): Promise<Exchanged<Data>> {
  const { baseUrl, login, secret, scheme, now = Date.now } = options;
  const { path, body = "", schema } = request;
  const date = dateHeader(now());
  const headers = {
    Accept: "application/json",
    "Content-Type": "application/json",
    "User-Agent": "payment-page/1.0",
    "X-Login": login,
    "X-Date": date,
    Authorization: `${scheme} ${await depositSignature(secret, { date, login, body })}`,
  };
  const init = body === "" ? { method: "GET", headers } : { method: "POST", headers, body };
  const sent = await sendRequest(new URL(baseUrl + path), init, { ...options, label: LABEL });
  if (!sent.ok) return { httpStatus: null, result: sent };
  const { status } = sent.answer;
  const fail = (failure: ProviderFailure) => ({ httpStatus: status, result: { ok: false, failure } as const });
  if (isRedirect(sent.answer)) return fail({ ...badAnswer("redirect"), maybeAccepted: false });
  const json = readExactJson(sent.answer.body);
  if (status < 200 || status >= 300) {
    const failure = failureOf(status, json);
    const { reason = "" } = failure;
    return fail({ ...failure, reason: reason.replaceAll(secret, "[secret]").replaceAll(login, "[login]") });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return fail(badAnswer(`answer of ${request.operation}`));
  return { httpStatus: status, result: { ok: true, data: parsed.data } };
}

/** Codes about headers and signatures (§3.4): 100 to 103. */
const CREDENTIALS = /^10[0-3]$/;

/** OneKey's own words go to the log alone. */
function failureOf(status: number, json: unknown): ProviderFailure {
  const said = refusalSchema.safeParse(json).data;
  const { code } = said ?? {};
  const words = said && [said.type, said.description ?? said.message].filter(Boolean).join(" ");
  const reason = printable(`http_${status}${words ? `: ${words}` : ""}`);
  const known = { reason, ...(code !== undefined && { code }) };
  const refusal = (kind: ProviderFailure["kind"], message: string) => ({
    kind,
    message,
    maybeAccepted: false,
    ...known,
  });
  if (status === 401 || (code !== undefined && CREDENTIALS.test(code))) {
    const todo = "compare login, secret, scheme word and clock, and ask whether this server's address is allow-listed";
    return refusal("unauthorized", `OneKey refused our credentials: ${todo}.`);
  }
  if (status === 403) return refusal("forbidden", "OneKey does not allow this request; is our address allow-listed?");
  if (status === 404) return refusal("not_found", "OneKey does not know this deposit.");
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
