import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiTrace, handleApi } from "../api/handle-api";
import { handleCheckout } from "../checkout/handle-checkout";
import { handleControl } from "../control/handle-control";
import { invalid } from "../protocol/api-error";
import { errorEnvelope } from "../protocol/envelope";
import type { EmulatorState } from "../state/emulator-state";
import type { RequestEntry } from "../state/request-entry";
import { type RawRequest, readBody, splitTarget } from "./raw-request";
import { html, json, jsonText, type Reply, seeOther } from "./reply";
import { writeReply } from "./write-reply";

/** More than any create body, less than what would hurt. */
const bodyCapBytes = 1_048_576;
/** How much of a body the requests log keeps. */
const loggedBodyLength = 4_096;

export interface Exchange {
  readonly state: EmulatorState;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly onRequest: ((entry: RequestEntry) => void) | undefined;
}

/** Reads one request, finds who answers it, and writes the answer. It never rejects: nobody awaits it. */
export async function handleRequest(exchange: Exchange): Promise<void> {
  const { state, message, response } = exchange;
  try {
    const body = await readBody(message, state.enforces("body_cap") ? bodyCapBytes : Number.POSITIVE_INFINITY);
    if (body === null) {
      await writeReply(response, tooLarge(state));
      return;
    }
    const request = {
      method: message.method ?? "GET",
      ...splitTarget(message.url ?? "/"),
      headers: message.headers,
      body,
      remoteAddress: message.socket.remoteAddress ?? "",
    };
    await writeReply(response, await answer(exchange, request));
  } catch (error) {
    // A connection that broke while it was read has nobody left to answer.
    if (message.destroyed && !message.complete) return;
    const detail = error instanceof Error ? error.message : String(error);
    await writeReply(response, json(500, { error: `The emulator failed: ${detail}` }));
  }
}

async function answer(exchange: Exchange, request: RawRequest): Promise<Reply> {
  const { state } = exchange;
  const { path } = request;
  if (path.startsWith("/v1/") || path === "/v1") return answerApi(exchange, request);
  if (path.startsWith("/checkout/") || path.startsWith("/pay/checkout/")) return handleCheckout(state, request);
  if (path.startsWith("/_emulator/")) return handleControl(state, request);
  if (path === "/_emulator" || path === "/") return seeOther("/_emulator/");
  return html(404, "<!doctype html><title>Not found</title><p>There is nothing here. The API is under /v1/.");
}

function answerApi({ state, onRequest }: Exchange, request: RawRequest): Reply {
  const startedAtMs = performance.now();
  const { reply, trace } = handleApi(state, request);
  const entry = logEntry(request, { reply, trace, durationMs: Math.round(performance.now() - startedAtMs) });
  (trace.account?.requests ?? state.unattributed).add(entry);
  onRequest?.(entry);
  const { clockSkewMs } = (trace.account ?? state.defaultAccount).settings;
  if (clockSkewMs === 0) return reply;
  return { ...reply, headers: { ...reply.headers, Date: new Date(Date.now() + clockSkewMs).toUTCString() } };
}

interface Answered {
  readonly reply: Reply;
  readonly trace: ApiTrace;
  readonly durationMs: number;
}

function logEntry(request: RawRequest, { reply, trace, durationMs }: Answered): RequestEntry {
  const reason = trace.error?.details.reason;
  return {
    id: trace.requestId,
    at: new Date().toISOString(),
    op: trace.op,
    method: request.method,
    path: request.path,
    query: request.query,
    httpStatus: reply.ending === undefined ? reply.status : null,
    code: reply.ending === undefined ? (trace.error?.code ?? 0) : null,
    reason: typeof reason === "string" ? reason : null,
    message: trace.error?.message ?? null,
    intentId: trace.intentId ?? null,
    orderId: trace.orderId ?? null,
    requestId: trace.requestId,
    durationMs,
    body: request.body.toString("utf8").slice(0, loggedBodyLength),
    expectedCanonical: trace.expectedCanonical ?? null,
    fault: trace.fault === null ? null : trace.fault.kind,
  };
}

function tooLarge(state: EmulatorState): Reply {
  const error = invalid("body", "too_large", `The body is longer than ${bodyCapBytes} bytes.`);
  return jsonText(413, errorEnvelope(error, "req_too_large", state.defaultAccount.settings.errorShape));
}
