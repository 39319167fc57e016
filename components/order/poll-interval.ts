import type { PaymentStatus } from "@/lib/orders/status";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * How long to wait before asking again; 0 for never. `watchedMs` is wall-clock time since the page was opened, so that a
 * sleeping laptop does not stretch the fast phase. Nothing but `paid` ends the watch: after any other end a late
 * confirmation still counts.
 */
export function pollIntervalMs(status: PaymentStatus, watchedMs: number): number {
  switch (status) {
    case "paid":
      return 0;
    case "pending":
    case "confirming":
    case "review":
    case "refunding":
      if (watchedMs < LONG_WAIT_MS) return 5 * SECOND;
      break;
    case "underpaid":
    case "rejected":
    case "failed":
    case "canceled":
    case "expired":
      break;
  }
  return watchedMs < 60 * MINUTE ? 15 * SECOND : MINUTE;
}

/** After this the page says that it can be closed. */
export const LONG_WAIT_MS = 10 * MINUTE;

/** After `failures` failed questions in a row: longer each time up to a minute, and never before the server wants it. */
export function retryDelayMs(failures: number, retryAfterMs: number): number {
  const backoff = Math.min(MINUTE, 5 * SECOND * 2 ** Math.min(failures - 1, 10));
  return Math.max(backoff, retryAfterMs);
}
