import type { ApiError } from "./api-error";
import { codes } from "./api-error";

export type ErrorShape = "auto" | "documented" | "observed" | "flat";

/**
 * The success envelope of §3. The payload comes as JSON text, so that the test route can echo what it was sent digit
 * for digit.
 */
export function successEnvelope(payloadJson: string, requestId: string): string {
  return `{"code":0,"payload":${payloadJson},"error":null,"request_id":${JSON.stringify(requestId)}}`;
}

/** The error envelope of §3, in the documented shape, the one observed on production, or the flat one of the plugin. */
export function errorEnvelope(error: ApiError, requestId: string, shape: ErrorShape): string {
  const { code, message, details } = error;
  const isAuth = code === codes.authMissing || code === codes.authInvalid;
  const wanted = shape === "auto" ? (isAuth ? "observed" : "documented") : shape;
  if (wanted === "observed") return JSON.stringify({ code, error: { details }, payload: null });
  if (wanted === "flat") return JSON.stringify({ code, error_code: code, error_message: message, payload: null });
  return JSON.stringify({ code, payload: null, error: { message, details }, request_id: requestId });
}
