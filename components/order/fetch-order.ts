import type { OrderView } from "@/lib/checkout/contract";
import { PAYMENT_STATUSES } from "@/lib/orders/status";

/** Not an answer about the order. It says nothing about the payment, only when to ask again. */
export class NoAnswer extends Error {
  constructor(readonly retryAfterMs: number) {
    super("no answer");
  }
}

const TIMEOUT_MS = 20_000;

/** Asks our server for the order; throws when anything but an order comes back, such as a hotel's log-in page. */
export async function fetchOrder(url: string): Promise<OrderView> {
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new NoAnswer(retryAfterMs(response.headers.get("Retry-After")));
  const view = (await response.json()) as OrderView;
  if (!PAYMENT_STATUSES.includes(view.status)) throw new NoAnswer(0);
  return view;
}

/** Our server sends seconds. A date, which a proxy might send, counts as unknown. */
function retryAfterMs(header: string | null): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}
