import type { Reply } from "../http/reply";
import { type ApiError, codes, defaultHttpStatus } from "../protocol/api-error";
import { formatUnits, parseDecimal } from "../protocol/decimal";
import { successEnvelope } from "../protocol/envelope";
import type { Fault } from "../state/fault";
import { isPlainObject } from "./read-json";

/** The code that most likely comes with an HTTP status, where a fault names only the status (§3). */
const codeByHttpStatus: Readonly<Record<number, number>> = {
  400: codes.validation,
  401: codes.authInvalid,
  403: codes.forbidden,
  404: codes.intentNotFound,
  422: codes.validation,
  429: codes.rateLimited,
};

const reasonByCode: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  [codes.authMissing]: { reason: "missing_headers" },
  [codes.authInvalid]: { reason: "signature_mismatch" },
  [codes.forbidden]: { reason: "ip_not_allowed" },
  [codes.rateLimited]: { retry_after: 1 },
};

/** The error that an `error` fault answers: whatever it does not name follows from what it does. */
export function errorOfFault(fault: Fault): ApiError {
  const code = fault.code ?? codeByHttpStatus[fault.http ?? 500] ?? codes.internal;
  return {
    code,
    http: fault.http ?? defaultHttpStatus(code),
    message: "A fault was set on this operation.",
    details: fault.details ?? reasonByCode[code] ?? {},
  };
}

/** Spoils an answer. What delays, hangs or drops is left to whoever writes it. */
export function applyFault(reply: Reply, fault: Fault | null, requestId: string): Reply {
  if (fault === null) return reply;
  const withDelay = fault.delayMs > 0 ? { ...reply, delayMs: fault.delayMs } : reply;
  switch (fault.kind) {
    case "drop":
    case "drop_after_accept":
      return { ...withDelay, ending: "drop" };
    case "hang":
    case "timeout_after_accept":
      return { ...withDelay, ending: "hang" };
    case "bad_json":
      return { ...withDelay, body: reply.body.slice(0, Math.ceil(reply.body.length / 2)) };
    case "empty_body":
      return { ...withDelay, body: "" };
    case "html":
      return {
        ...withDelay,
        status: fault.http ?? 502,
        headers: { "Content-Type": "text/html" },
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
      };
    default:
      return { ...withDelay, body: respoil(reply.body, fault, requestId) };
  }
}

/** Changes the payload of a good answer; errors stay as they are. */
function respoil(body: string, fault: Fault, requestId: string): string {
  const envelope: unknown = JSON.parse(body);
  if (!isPlainObject(envelope) || envelope.code !== 0) return body;
  const spoilt = spoilPayload(envelope.payload, fault);
  return spoilt === undefined ? body : successEnvelope(JSON.stringify(spoilt), requestId);
}

function spoilPayload(payload: unknown, fault: Fault): unknown {
  switch (fault.kind) {
    case "wrong_shape":
      return isPlainObject(payload) ? Object.keys(payload) : { status: String(payload) };
    case "unknown_status":
      return isPlainObject(payload) ? { ...payload, status: fault.status } : fault.status;
    case "evil_url":
      if (!isPlainObject(payload) || typeof payload.checkout_url !== "string") return undefined;
      return { ...payload, checkout_url: fault.url ?? evilUrl(payload.checkout_url) };
    case "amount_x100":
      if (!isPlainObject(payload) || typeof payload.amount_coins !== "string") return undefined;
      return { ...payload, amount_coins: timesHundred(payload.amount_coins) };
    default:
      return undefined;
  }
}

/** A host that looks right to a check that only searches for the name. */
function evilUrl(checkoutUrl: string): string {
  return `https://checkout.allscale.io.evil.example${new URL(checkoutUrl).pathname}`;
}

export function timesHundred(amount: string): string {
  const parsed = parseDecimal(amount);
  return parsed === null ? amount : formatUnits(parsed.units * 100n, parsed.scale);
}
