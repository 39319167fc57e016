import { type Fault, preventedWith, spoilReply } from "../core/faults";
import { type Host, newRequestId } from "../core/host";
import { header, jsonText, type RawRequest, type Reply } from "../core/http";
import { readJson } from "../core/json";
import type { Answered } from "../core/provider";
import type { Store } from "./account";
import { authenticate } from "./authenticate";
import { cancelClaimLink, createClaimLink } from "./claim-links";
import { createIntent } from "./create-intent";
import { type ApiError, codes, errorEnvelope, httpStatusOf, invalid, successEnvelope } from "./errors";
import { errorOfFault, spoilPayload } from "./faults";
import type { Intent } from "./intent";
import { createPayload, detailPayload, statusPayload } from "./payloads";
import { startScenarioOf } from "./scenarios";
import { signResponse } from "./signing";

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

export const groups = { test: ["ping", "fail", "post"], get: ["detail"] };

export interface Outcome {
  readonly payloadJson?: string;
  readonly error?: ApiError;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly note?: string | null;
}

interface Handled extends Outcome {
  readonly op: string;
  readonly store: Store | null;
  readonly fault?: Fault | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expectedCanonical?: string;
}

/** Answers a request to /v1. The route comes first, so that a wrong path is not reported as a bad signature. */
export function handleApi(host: Host<Store>, request: RawRequest): Answered<Store> {
  const store = host.accounts.get(header(request, "x-api-key")) ?? null;
  const route = matchRoute(request);
  if ("error" in route) return finish(host, request, { store, ...route });
  const { op, id } = route;
  const auth = authenticate(host, request);
  if (!auth.ok) return finish(host, request, { op, ...auth });
  const memberOf = Object.entries(groups).flatMap(([group, members]) => (members.includes(op) ? [group] : []));
  const fault = auth.store.faults.strike([op, ...memberOf, "any"]);
  if (fault?.kind === "error") return finish(host, request, { op, store, fault, error: errorOfFault(fault) });
  if (preventedWith(fault) !== null) return finish(host, request, { op, store, fault });
  return finish(host, request, { op, store, fault, ...perform(host, auth.store, { op, id, body: request.body }) });
}

type RouteMatch = Readonly<{ op: Operation; id: string }> | (Omit<Handled, "store"> & { error: ApiError });

function matchRoute({ method, path }: RawRequest): RouteMatch {
  for (const [op, route] of Object.entries(operations) as [Operation, (typeof operations)[Operation]][]) {
    const match = route.path.exec(path);
    if (match === null) continue;
    if (route.method === method) return { op, id: match[1] ?? "" };
    const error = { ...invalid("method", "method_not_allowed", `${path} does not take ${method}.`), http: 405 };
    return { op, error, headers: { Allow: route.method } };
  }
  const hint = path === "/v1/checkout_intents" ? " Creating an intent needs the trailing slash." : "";
  return { op: "unknown", error: { ...invalid("path", "route_not_found", `There is no ${path}.${hint}`), http: 404 } };
}

type ToPerform = Readonly<{ op: Operation; id: string; body: Uint8Array }>;

function perform(host: Host<Store>, store: Store, { op, id, body }: ToPerform): Outcome {
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
  const created = createIntent(store, body);
  if (!created.ok) return { error: created.error };
  const { value: intent } = created;
  const note = startScenarioOf(store, intent);
  const tags = { intentId: intent.id, orderId: intent.order.orderId };
  return { payloadJson: JSON.stringify(createPayload(store, intent, host.publicUrl)), tags, note };
}

/** Another account's intent answers as if it did not exist (§10). */
function lookUp(store: Store, id: string, payload: (intent: Intent) => unknown): Outcome {
  const intent = store.intent(id);
  const tags = { intentId: id, orderId: intent?.order.orderId ?? null };
  if (intent !== undefined) return { payloadJson: JSON.stringify(payload(intent)), tags };
  const details = { reason: "intent_not_found" };
  return { error: { code: codes.intentNotFound, message: "The intent was not found.", details }, tags };
}

function finish(host: Host<Store>, request: RawRequest, handled: Handled): Answered<Store> {
  const { op, store, error, fault = null, headers = {}, note = null, expectedCanonical = null } = handled;
  const { settings } = store ?? host.firstAccount;
  const requestId = newRequestId();
  const plain =
    error === undefined
      ? jsonText(200, successEnvelope(payloadOf(handled), requestId))
      : jsonText(httpStatusOf(error), errorEnvelope(error, requestId, settings.errorShape));
  const reply = spoilReply({ ...plain, headers: { ...plain.headers, ...headers } }, fault);
  // What a proxy answers instead of the provider cannot be signed.
  const isSigned = settings.signedResponse && fault?.kind !== "html" && fault?.kind !== "empty_body";
  const signing = { request, reply, requestId, fault: fault?.kind ?? null };
  const isAnswered = reply.ending === undefined;
  const reason = error?.details.reason;
  return {
    account: store,
    reply: isSigned && store !== null ? signResponse({ store, ...signing }) : reply,
    tags: { intentId: null, orderId: null, claimLinkId: null, ...handled.tags },
    entry: {
      ...{ op, requestId, expectedCanonical, note, fault: fault?.kind ?? null, message: error?.message ?? null },
      httpStatus: isAnswered ? reply.status : null,
      code: isAnswered ? (error?.code ?? 0) : null,
      reason: typeof reason === "string" ? reason : null,
    },
  };
}

function payloadOf({ payloadJson = "null", fault = null }: Handled): string {
  const spoilt = fault === null ? undefined : spoilPayload(JSON.parse(payloadJson), fault);
  return spoilt === undefined ? payloadJson : JSON.stringify(spoilt);
}

/** Refuses what could not be read as a request, in the documented envelope. */
export function refuseUnreadable(status: number, message: string, requestId: string): Reply {
  const reason = status === 413 ? "too_large" : "unreadable";
  return jsonText(status, errorEnvelope(invalid("body", reason, message), requestId, "documented"));
}
