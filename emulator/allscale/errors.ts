import type { Settings } from "./settings";

/** The error codes of §3 and the HTTP status that each comes with: documented ones, then the assumed ones. */
export const codes = {
  validation: 10001,
  authMissing: 20001,
  authInvalid: 20002,
  forbidden: 30001,
  rateLimited: 40001,
  intentNotFound: 50001,
  createFailed: 50002,
  referenceReused: 50106,
  claimLinkNotFound: 50107,
  notCancellable: 50108,
  internal: 90000,
} as const;

const codesByHttpStatus = {
  401: [20001, 20002],
  403: [30001, 30002, 50104],
  404: [50001, 50107],
  409: [50105, 50106, 50108],
  429: [40001],
  500: [90000, 99999],
};

export interface ApiError {
  readonly code: number;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Set where the HTTP status does not follow from the code. */
  readonly http?: number;
}

export function httpStatusOf({ code, http }: Pick<ApiError, "code" | "http">): number {
  const [status = 400] = Object.entries(codesByHttpStatus).find(([, list]) => list.includes(code)) ?? [];
  return http ?? Number(status);
}

/** §3 leaves the details of a validation error open; field and reason are the emulator's. */
export function invalid(field: string, reason: string, message: string): ApiError {
  return { code: codes.validation, message, details: { field, reason } };
}

/** The success envelope of §3. The payload is JSON text, so that the test route can echo what it was sent. */
export function successEnvelope(payloadJson: string, requestId: string): string {
  return `{"code":0,"payload":${payloadJson},"error":null,"request_id":${JSON.stringify(requestId)}}`;
}

/** The error envelope of §3: documented, as observed on production, or the flat one that the plugin also reads. */
export function errorEnvelope(error: ApiError, requestId: string, shape: Settings["errorShape"]): string {
  const { code, message, details } = error;
  const isAuth = code === codes.authMissing || code === codes.authInvalid;
  const wanted = shape === "auto" ? (isAuth ? "observed" : "documented") : shape;
  if (wanted === "observed") return JSON.stringify({ code, error: { details }, payload: null });
  if (wanted === "flat") return JSON.stringify({ code, error_code: code, error_message: message, payload: null });
  return JSON.stringify({ code, payload: null, error: { message, details }, request_id: requestId });
}
