import { randomUUID } from "node:crypto";
import { header, type RawRequest } from "../http/raw-request";
import { jsonText, type Reply } from "../http/reply";
import { type ApiError, codes, defaultHttpStatus, invalid } from "../protocol/api-error";
import { errorEnvelope, successEnvelope } from "../protocol/envelope";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import { matchRoute, type RouteMatch } from "./api-routes";
import { authenticate } from "./authenticate";
import { perform } from "./operations";
import { signResponse } from "./sign-response";

/** What became of a request, for its log entry. */
export interface ApiTrace {
  readonly op: string;
  readonly account: Account | null;
  readonly requestId: string;
  readonly code: number | null;
  readonly error: ApiError | null;
  readonly intentId: string | null;
  readonly orderId: string | null;
  readonly expectedCanonical: string | null;
}

export interface ApiResult {
  readonly reply: Reply;
  readonly trace: ApiTrace;
}

interface Answer {
  readonly account: Account | null;
  readonly op: string;
  readonly error?: ApiError;
  readonly payloadJson?: string;
  readonly intentId?: string | null;
  readonly orderId?: string | null;
  readonly expectedCanonical?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one request to /v1. The route comes first, so that a wrong path says so and not that its signature is bad. */
export function handleApi(state: EmulatorState, request: RawRequest): ApiResult {
  const route = matchRoute(request.method, request.path);
  const named = state.accounts.get(header(request, "x-api-key")) ?? null;
  if (route.kind !== "found") return finish(state, request, noRoute(state, route, request, named));
  const blocked = refuseAddress(state, request, named);
  if (blocked !== null) return finish(state, request, { op: route.op, account: named, error: blocked });
  const auth = authenticate(state, request);
  if (!auth.ok) {
    const { account, error, expectedCanonical } = auth;
    return finish(state, request, { op: route.op, account, error, expectedCanonical });
  }
  const outcome = perform(state, auth.account, { op: route.op, intentId: route.intentId, body: request.body });
  return finish(state, request, { op: route.op, account: auth.account, ...outcome });
}

function noRoute(
  state: EmulatorState,
  route: Exclude<RouteMatch, { kind: "found" }>,
  request: RawRequest,
  account: Account | null,
): Answer {
  const error = (http: number, reason: string, message: string): ApiError => ({
    ...invalid("path", reason, message),
    http,
  });
  const { missingSlash } = (account ?? state.defaultAccount).settings;
  switch (route.kind) {
    case "missing_slash": {
      const message = "There is no such route. Creating an intent needs the trailing slash: /v1/checkout_intents/";
      const moved = missingSlash === "307" || missingSlash === "308";
      const headers = moved ? { Location: `${request.path}/${request.query === "" ? "" : `?${request.query}`}` } : {};
      const http = state.enforces("trailing_slash") ? Number(missingSlash) : 200;
      return { account, op: "create", error: error(http, "route_not_found", message), headers };
    }
    case "wrong_method":
      return {
        account,
        op: "unknown",
        error: error(405, "method_not_allowed", `${request.path} does not take ${request.method}.`),
        headers: { Allow: route.allow },
      };
    case "unknown":
      return { account, op: "unknown", error: error(404, "route_not_found", `There is no ${request.path}.`) };
  }
}

function refuseAddress(state: EmulatorState, request: RawRequest, account: Account | null): ApiError | null {
  const allowlist = account?.settings.ipAllowlist ?? [];
  const address = request.remoteAddress.replace(/^::ffff:/, "");
  if (allowlist.length === 0 || allowlist.includes(address) || !state.enforces("ip_allowlist")) return null;
  const details = { reason: "ip_not_allowed" };
  return { code: codes.forbidden, message: `${address} is not on the IP allowlist.`, details };
}

function finish(state: EmulatorState, request: RawRequest, answer: Answer): ApiResult {
  const { account, error } = answer;
  const { settings } = account ?? state.defaultAccount;
  const requestId = `req_${randomUUID().replaceAll("-", "")}`;
  const body =
    error === undefined
      ? successEnvelope(answer.payloadJson ?? "null", requestId)
      : errorEnvelope(error, requestId, settings.errorShape);
  const status = error === undefined ? 200 : httpStatus(error, settings.httpStatuses);
  const plain = jsonText(status, body);
  const reply = { ...plain, headers: { ...plain.headers, ...answer.headers } };
  const isSigned = account?.settings.signedResponse && (error === undefined || account.settings.signErrorResponses);
  return {
    reply: account !== null && isSigned ? signResponse({ account, request, reply, requestId }) : reply,
    trace: {
      op: answer.op,
      account,
      requestId,
      code: error?.code ?? 0,
      error: error ?? null,
      intentId: answer.intentId ?? null,
      orderId: answer.orderId ?? null,
      expectedCanonical: answer.expectedCanonical ?? null,
    },
  };
}

function httpStatus(error: ApiError, overrides: Readonly<Record<string, number>>): number {
  return error.http ?? overrides[String(error.code)] ?? defaultHttpStatus(error.code);
}
