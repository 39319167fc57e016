import { type PaymentStatus, STATUSES } from "@/lib/orders/status";
import type { OrderView } from "@/lib/web/contract";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TIMEOUT_MS = 20 * SECOND;

/** After this the page says that it can be closed. */
export const LONG_WAIT_MS = 10 * MINUTE;

/**
 * How long to wait before asking again; 0 for never. Nothing but `paid` ends the watch: after any other end a late
 * confirmation still counts.
 */
export function pollIntervalMs(status: PaymentStatus, watchedMs: number): number {
  const { pollMs } = STATUSES[status];
  if (pollMs === 0 || watchedMs < LONG_WAIT_MS) return pollMs;
  return watchedMs < 60 * MINUTE ? 15 * SECOND : MINUTE;
}

/** After `failures` failed questions in a row: longer each time up to a minute, and never before the server wants it. */
export function retryDelayMs(failures: number, retryAfterMs: number): number {
  const backoff = Math.min(MINUTE, 5 * SECOND * 2 ** Math.min(failures - 1, 10));
  return Math.max(backoff, retryAfterMs);
}

/** Not an answer about the order. It says nothing about the payment, only when to ask again. */
export class NoAnswer extends Error {
  constructor(readonly retryAfterMs: number) {
    super("no answer");
  }
}

/** Asks our server for the order; throws when anything but an order comes back, such as a hotel's log-in page. */
export async function fetchOrder(url: string): Promise<OrderView> {
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new NoAnswer(retryAfterMs(response.headers.get("Retry-After")));
  const view = (await response.json()) as OrderView;
  if (!Object.hasOwn(STATUSES, view.status)) throw new NoAnswer(0);
  return view;
}

/** Our server sends seconds. A date, which a proxy might send, counts as unknown. */
function retryAfterMs(header: string | null): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * SECOND : 0;
}

/** An answer that was long on its way may be older than what is known, and paid is never taken back. */
export function newer(order: OrderView, known: OrderView): OrderView {
  return known.paid || order.updatedAt < known.updatedAt ? known : order;
}
