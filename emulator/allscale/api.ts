import type { Fault } from "../core/faults";
import { spoilReply } from "../core/faults";
import { type Host, newRequestId } from "../core/host";
import { header, jsonText, type RawRequest, type Reply } from "../core/http";
import { readJson } from "../core/json";
import type { Answered } from "../core/provider";
import type { Store } from "./account";
import { authenticate } from "./authenticate";
import { cancelClaimLink, createClaimLink } from "./claim-links";
import { createIntent, type Result } from "./create-intent";
import { type ApiError, codes, errorEnvelope, httpStatusOf, invalid, successEnvelope } from "./errors";
import { errorOfFault, spoilPayload } from "./faults";
import type { Intent } from "./intent";
import { createPayload, detailPayload, statusPayload } from "./payloads";
import { startScenarioOf } from "./scenarios";
import { signResponse } from "./sign-response";

/** The operations of the API with their routes (§4 to §7, §12). The slash at the end of create is part of its path. */
export const operations = {
  ping: { method: "GET", path: /^\/v1\/test\/ping$/ },
  fail: { method: "GET", path: /^\/v1\/test\/fail$/ },
  post: { method: "POST", path: /^\/v1\/test\/post$/ },
  create: { method: "POST", path: /^\/v1\/checkout_intents\/$/ },
  detail: { method: "GET", path: /^\/v1\/checkout_intents\/([^/]+)$/ },
  status: { method: "GET", path: /^\/v1\/checkout_intents\/([^/]+)\/status$/ },
  payout: { method: "POST", path: /^\/v1\/claim_link_auto_payouts$/ },
  payout_cancel: { method: "POST", path: /^\/v1\/claim_link_auto_payouts\/([^/]+)\/cancel$/ },
} as const;
type Operation = keyof typeof operations;

/** Groups of operations that a fault can name. */
export const groups = { test: ["ping", "fail", "post"], get: ["detail"] };

/** Either a payload or an error, with what it was about. */
export interface Outcome {
  readonly payloadJson?: string;
  readonly error?: ApiError;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly note?: string | null;
}

type Exchange = Readonly<{ host: Host<Store>; request: RawRequest; op: string; store: Store | null }>;

/** Answers a request to /v1. The route comes first, so that a wrong path is not reported as a bad signature. */
export function handleApi(host: Host<Store>, request: RawRequest): Answered<Store> {
  const named = host.accounts.get(header(request, "x-api-key")) ?? null;
  const route = matchRoute(request);
  if ("error" in route) {
    const { op, error, headers } = route;
    return finish({ host, request, op, store: named }, { error }, { headers });
  }
  const { op, id } = route;
  const auth = authenticate(host, request);
  if (!auth.ok) {
    const { error, store, expectedCanonical } = auth;
    return finish({ host, request, op, store }, { error }, { expectedCanonical });
  }
  const { store } = auth;
  const memberOf = Object.entries(groups).flatMap(([group, members]) => (members.includes(op) ? [group] : []));
  const fault = store.faults.strike([op, ...memberOf, "any"]);
  const outcome = isDone(fault) ? perform(host, store, { op, id, body: request.body }) : errorOrNothing(fault);
  return finish({ host, request, op, store }, outcome, { fault });
}

type RouteMatch =
  | Readonly<{ op: Operation; id: string }>
  | Readonly<{ op: string; error: ApiError; headers: Readonly<Record<string, string>> }>;

function matchRoute({ method, path }: RawRequest): RouteMatch {
  const entries = Object.entries(operations) as [Operation, (typeof operations)[Operation]][];
  for (const [op, route] of entries) {
    const match = route.path.exec(path);
    if (match === null) continue;
    if (route.method === method) return { op, id: match[1] ?? "" };
    const error = { ...invalid("method", "method_not_allowed", `${path} does not take ${method}.`), http: 405 };
    return { op, error, headers: { Allow: route.method } };
  }
  const hint = path === "/v1/checkout_intents" ? " Creating an intent needs the trailing slash." : "";
  const error = { ...invalid("path", "route_not_found", `There is no ${path}.${hint}`), http: 404 };
  return { op: hint === "" ? "unknown" : "create", error, headers: {} };
}

/** Some faults keep an operation from being carried out. */
function isDone(fault: Fault | null): boolean {
  return fault === null || !["error", "drop", "hang"].includes(fault.kind);
}

function errorOrNothing(fault: Fault | null): Outcome {
  return fault?.kind === "error" ? { error: errorOfFault(fault) } : {};
}

type Performed = Readonly<{ op: Operation; id: string; body: Uint8Array }>;

function perform(host: Host<Store>, store: Store, { op, id, body }: Performed): Outcome {
  switch (op) {
    case "ping":
      return { payloadJson: '{"pong":"ok"}' };
    case "fail":
      return { error: { code: codes.internal, message: "This route always fails.", details: { reason: "test_fail" } } };
    case "post":
      return withJson(body, (_value, text) => ({ payloadJson: text.trim() }));
    case "create":
      return withJson(body, (value) => create(host, store, value));
    case "detail":
      return lookUp(store, id, (intent) => detailPayload(store, intent));
    case "status":
      return lookUp(store, id, (intent) => statusPayload(store, intent));
    case "payout":
      return withJson(body, (value) => createClaimLink(host, store, value));
    case "payout_cancel":
      return cancelClaimLink(store, id);
  }
}

function withJson(body: Uint8Array, act: (value: unknown, text: string) => Outcome): Outcome {
  const read = readJson(body);
  if (read.ok) return act(read.value, read.text);
  const message = read.reason === "too_deep" ? "The body is nested too deeply." : "The body is not JSON in UTF-8.";
  return { error: invalid("body", read.reason, message) };
}

function create(host: Host<Store>, store: Store, body: unknown): Outcome {
  const created: Result<Intent> = createIntent(store, body);
  if (!created.ok) return { error: created.error };
  const { value: intent } = created;
  const note = startScenarioOf(store, intent);
  const tags = { intentId: intent.id, orderId: intent.order.orderId };
  return { payloadJson: JSON.stringify(createPayload(store, intent, host.publicUrl)), tags, note };
}

/** Another account's intent answers as if it did not exist (§10). */
function lookUp(store: Store, id: string, payload: (intent: Intent) => unknown): Outcome {
  const intent = store.intent(id);
  if (intent === undefined) {
    const details = { reason: "intent_not_found" };
    return {
      error: { code: codes.intentNotFound, message: "The intent was not found.", details },
      tags: { intentId: id },
    };
  }
  const tags = { intentId: id, orderId: intent.order.orderId };
  return { payloadJson: JSON.stringify(payload(intent)), tags };
}

interface Extras {
  readonly fault?: Fault | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expectedCanonical?: string | undefined;
}

function finish({ host, request, op, store }: Exchange, outcome: Outcome, extras: Extras): Answered<Store> {
  const { fault = null, headers = {}, expectedCanonical = null } = extras;
  const { error, payloadJson = "null", note = null } = outcome;
  const { settings } = store ?? host.firstAccount;
  const requestId = newRequestId();
  const reply = answerOf({ error, payloadJson, requestId, fault, errorShape: settings.errorShape });
  const whole = spoilReply({ ...reply, headers: { ...reply.headers, ...headers } }, fault);
  // What a proxy answers instead of the provider cannot be signed.
  const isOurs = fault?.kind !== "html" && fault?.kind !== "empty_body";
  const isSigned = isOurs && settings.signedResponse && store !== null;
  const isAnswered = whole.ending === undefined;
  const reason = error?.details.reason;
  return {
    account: store,
    reply: isSigned ? signResponse({ store, request, reply: whole, requestId, fault: fault?.kind ?? null }) : whole,
    tags: { intentId: null, orderId: null, claimLinkId: null, ...outcome.tags },
    entry: {
      op,
      requestId,
      httpStatus: isAnswered ? whole.status : null,
      code: isAnswered ? (error?.code ?? 0) : null,
      reason: typeof reason === "string" ? reason : null,
      message: error?.message ?? null,
      expectedCanonical: expectedCanonical ?? null,
      fault: fault?.kind ?? null,
      note,
    },
  };
}

interface ToAnswer {
  readonly error: ApiError | undefined;
  readonly payloadJson: string;
  readonly requestId: string;
  readonly fault: Fault | null;
  readonly errorShape: Store["settings"]["errorShape"];
}

function answerOf({ error, payloadJson, requestId, fault, errorShape }: ToAnswer): Reply {
  if (error !== undefined) return jsonText(httpStatusOf(error), errorEnvelope(error, requestId, errorShape));
  const spoilt = fault === null ? undefined : spoilPayload(JSON.parse(payloadJson), fault);
  return jsonText(200, successEnvelope(spoilt === undefined ? payloadJson : JSON.stringify(spoilt), requestId));
}

/** Refuses what could not be read as a request, in the documented envelope. */
export function refuseUnreadable(status: number, message: string, requestId: string): Reply {
  const reason = status === 413 ? "too_large" : "unreadable";
  return jsonText(status, errorEnvelope(invalid("body", reason, message), requestId, "documented"));
}
