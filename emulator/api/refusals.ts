import type { RawRequest } from "../http/raw-request";
import { type ApiError, codes } from "../protocol/api-error";
import type { Account } from "../state/account";
import type { Operation } from "./api-routes";

/** §1 and §3, 30001: the IP allowlist of a store, when it has one. */
export function refuseAddress(account: Account | null, request: RawRequest): ApiError | null {
  if (account === null || !account.enforces("ip_allowlist")) return null;
  const { ipAllowlist } = account.settings;
  const address = request.remoteAddress.replace(/^::ffff:/, "");
  if (ipAllowlist.length === 0 || ipAllowlist.includes(address)) return null;
  const details = { reason: "ip_not_allowed" };
  return { code: codes.forbidden, message: `${address} is not on the IP allowlist.`, details };
}

export interface RateRefusal {
  readonly error: ApiError;
  readonly headers: Readonly<Record<string, string>>;
}

/** §3, 40001: the account's limits, if it was given any. Unit and place of `retry_after` are settings (§13). */
export function refuseRate(account: Account, op: Operation): RateRefusal | null {
  const { rateLimits } = account.settings;
  const group = op === "ping" || op === "fail" || op === "post" ? "test" : op;
  for (const name of new Set([op, group, "any"])) {
    const limit = rateLimits[name];
    const waitMs = limit === undefined ? null : account.rateLimiter.take(name, limit, account.clock.now());
    if (waitMs !== null && account.enforces("rate_limit")) return rateLimited(account, waitMs);
  }
  return null;
}

function rateLimited(account: Account, waitMs: number): RateRefusal {
  const { retryAfterUnit, retryAfterPlace } = account.settings;
  const retryAfter = retryAfterUnit === "seconds" ? Math.ceil(waitMs / 1000) : waitMs;
  const inDetails = retryAfterPlace === "details" || retryAfterPlace === "both";
  const inHeader = retryAfterPlace === "header" || retryAfterPlace === "both";
  return {
    error: {
      code: codes.rateLimited,
      message: "Too many requests.",
      details: inDetails ? { retry_after: retryAfter } : {},
    },
    headers: inHeader ? { "Retry-After": String(retryAfter) } : {},
  };
}
