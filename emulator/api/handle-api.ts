import { randomUUID } from "node:crypto";
import { header, type RawRequest } from "../http/raw-request";
import { jsonText, type Reply } from "../http/reply";
import { type ApiError, defaultHttpStatus } from "../protocol/api-error";
import { errorEnvelope, successEnvelope } from "../protocol/envelope";
import type { Account } from "../state/account";
import type { EmulatorState } from "../state/emulator-state";
import type { Fault } from "../state/fault";
import { matchRoute, type RouteMatch } from "./api-routes";
import { authenticate } from "./authenticate";
import { applyFault, errorOfFault } from "./faults";
import { noRoute } from "./no-route";
import { type OperationRequest, type Outcome, perform } from "./operations";
import { refuseAddress, refuseRate } from "./refusals";
import { signResponse } from "./sign-response";

/** What became of a request, for its log entry. */
export interface ApiTrace extends Outcome {
  readonly op: string;
  readonly account: Account | null;
  readonly requestId: string;
  readonly fault: Fault | null;
  readonly expectedCanonical?: string | null;
}

export interface ApiResult {
  readonly reply: Reply;
  readonly trace: ApiTrace;
}

interface Answer extends Omit<ApiTrace, "requestId" | "fault"> {
  readonly fault?: Fault | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one request to /v1. The route comes first, so that a wrong path says so and not that its signature is bad. */
export function handleApi(state: EmulatorState, request: RawRequest): ApiResult {
  const named = state.accounts.get(header(request, "x-api-key")) ?? null;
  const route = leniently(state, request, matchRoute(request.method, request.path));
  if (route.kind !== "found") {
    const { missingSlash } = (named ?? state.defaultAccount).settings;
    const op = route.kind === "missing_slash" ? "create" : "unknown";
    return finish(state, request, { op, account: named, ...noRoute(route, request, missingSlash) });
  }
  const { op } = route;
  const blocked = refuseAddress(named, request);
  if (blocked !== null) return finish(state, request, { op, account: named, error: blocked });
  const auth = authenticate(state, request);
  if (!auth.ok) {
    const { account, error, expectedCanonical } = auth;
    return finish(state, request, { op, account, error, expectedCanonical });
  }
  const { account } = auth;
  const limited = refuseRate(account, op);
  if (limited !== null) return finish(state, request, { op, account, ...limited });
  const fault = account.faults.strike(op);
  const outcome = struckOutcome(fault, () => perform(state, account, toPerform(route, request)));
  return finish(state, request, { op, account, fault, ...outcome });
}

type FoundRoute = Extract<RouteMatch, { kind: "found" }>;

function toPerform(route: FoundRoute, request: RawRequest): OperationRequest {
  return { op: route.op, intentId: route.intentId, body: request.body };
}

/** The routes of a server that is not strict about them, for the mutation tests. */
function leniently(state: EmulatorState, request: RawRequest, route: RouteMatch): RouteMatch {
  if (route.kind === "missing_slash" && !state.enforces("trailing_slash")) {
    return { kind: "found", op: "create", intentId: null };
  }
  if (route.kind === "wrong_method" && !state.enforces("method")) return matchRoute(route.allow, request.path);
  return route;
}

/** What a fault leaves of an operation: some keep it from being carried out at all. */
function struckOutcome(fault: Fault | null, carryOut: () => Outcome): Outcome {
  switch (fault?.kind) {
    case "error":
      return { error: errorOfFault(fault) };
    case "drop":
    case "hang":
      return {};
    default:
      return carryOut();
  }
}

function finish(state: EmulatorState, request: RawRequest, answer: Answer): ApiResult {
  const { headers, fault = null, ...outcome } = answer;
  const { account, error } = outcome;
  const { settings } = account ?? state.defaultAccount;
  const requestId = `req_${randomUUID().replaceAll("-", "")}`;
  const body =
    error === undefined
      ? successEnvelope(outcome.payloadJson ?? "null", requestId)
      : errorEnvelope(error, requestId, settings.errorShape);
  const plain = jsonText(error === undefined ? 200 : httpStatus(error, settings.httpStatuses), body);
  const reply = applyFault({ ...plain, headers: { ...plain.headers, ...headers } }, fault, requestId);
  // What a proxy answers instead of the provider cannot be signed.
  const isOurs = fault?.kind !== "html" && fault?.kind !== "empty_body";
  const isSigned = isOurs && settings.signedResponse && (error === undefined || settings.signErrorResponses);
  const signed =
    account !== null && isSigned
      ? signResponse({ account, request, reply, requestId, fault: fault?.kind ?? null })
      : reply;
  return { reply: signed, trace: { ...outcome, requestId, fault } };
}

function httpStatus(error: ApiError, overrides: Readonly<Record<string, number>>): number {
  return error.http ?? overrides[String(error.code)] ?? defaultHttpStatus(error.code);
}
