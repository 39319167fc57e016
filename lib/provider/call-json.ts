import type { z } from "zod";
import { readExactJson } from "./exact-json";
import { describeIssues } from "./parsing";
import type { ProviderFailure, ProviderResult, ProviderTools } from "./provider";
import { badAnswer, type CallNames, isRedirect, observed, type SendOptions, sendRequest } from "./send-request";

export type JsonAnswer<Data> = Promise<ProviderResult<{ data: Data }>>;

type JsonCall<Data> = CallNames & {
  readonly url: string;
  readonly init: RequestInit;
  readonly schema: z.ZodType<Data>;
  /** Null for a success. */
  failureOf(httpStatus: number, json: unknown): ProviderFailure | null;
};

/** One call of an API that answers in JSON. Its answer is read by a schema, and the log learns how it went. */
export function callJson<Data>(options: SendOptions & ProviderTools, call: JsonCall<Data>): JsonAnswer<Data> {
  return observed(options.onCall, call, async () => {
    const sent = await sendRequest(new URL(call.url), call.init, options);
    if (!sent.ok) return { httpStatus: null, result: sent };
    const { status: httpStatus, body } = sent.answer;
    const fail = (failure: ProviderFailure) => ({ httpStatus, result: { ok: false, failure } as const });
    if (isRedirect(sent.answer)) return fail({ ...badAnswer(options.label, "redirect"), maybeAccepted: false });
    const json = readExactJson(body);
    const failure = call.failureOf(httpStatus, json);
    if (failure !== null) return fail(failure);
    const { success, data, error } = call.schema.safeParse(json);
    if (!success) return fail(badAnswer(options.label, `answer: ${describeIssues(error)}`));
    return { httpStatus, result: { ok: true, data } };
  });
}
