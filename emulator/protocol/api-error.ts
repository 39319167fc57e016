/** The error codes of §3 that belong to checkout. */
export const codes = {
  validation: 10001,
  authMissing: 20001,
  authInvalid: 20002,
  forbidden: 30001,
  rateLimited: 40001,
  intentNotFound: 50001,
  createFailed: 50002,
  internal: 90000,
  unknown: 99999,
} as const;

/** The HTTP status each code comes with by default: documented ones, then the protocol's assumptions (§3, §13). */
const defaultHttpStatuses: Readonly<Record<number, number>> = {
  10001: 400,
  20001: 401,
  20002: 401,
  30001: 403,
  30002: 403,
  40001: 429,
  50001: 404,
  50002: 400,
  90000: 500,
  99999: 500,
};

/** A refusal, before it is written in one of the error shapes. */
export interface ApiError {
  readonly code: number;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Set where the HTTP status does not follow from the code. */
  readonly http?: number;
}

export function defaultHttpStatus(code: number): number {
  return defaultHttpStatuses[code] ?? 400;
}

/** A validation refusal (§3, 10001). The field and reason are the emulator's: the protocol leaves details free. */
export function invalid(field: string, reason: string, message: string): ApiError {
  return { code: codes.validation, message, details: { field, reason } };
}

/** An authentication refusal (§3, 20001 and 20002) with one of the reasons production gives. */
export function unauthenticated(code: number, reason: string, message: string): ApiError {
  return { code, message, details: { reason } };
}
