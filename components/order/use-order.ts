import { useCallback, useEffect, useRef, useState } from "react";
import useSWR from "swr";
import { type PaymentStatus, STATUSES } from "@/lib/orders/status";
import type { OrderView } from "@/lib/web/contract";

/** For this long an answer to another tab is as good as one to this tab: the server asks no more often either. */
const SHARED_FOR_MS = 4_000;

/**
 * Follows an order, starting from what the server rendered. Asks while the page is visible, at once when it is shown
 * again, and keeps the last known state through every failure. Tabs that show the same order share their answers. Waits are
 * measured on a clock that cannot be set: with the wall clock set back an hour, a page would fall silent for as long.
 */
export function useOrder(initial: OrderView) {
  const [openedAt] = useState(() => performance.now());
  const retry = useRef<ReturnType<typeof setTimeout>>(undefined);
  const paid = useRef(initial.paid);
  const channel = useRef<BroadcastChannel>(undefined);
  const heard = useRef({ order: initial, at: Number.NEGATIVE_INFINITY });
  const url = `/api/orders/${initial.orderId}`;

  const ask = useCallback(async () => {
    if (performance.now() - heard.current.at < SHARED_FOR_MS) return heard.current.order;
    const latest = newer(await fetchOrder(url), heard.current.order);
    heard.current.order = latest;
    channel.current?.postMessage(latest);
    return latest;
  }, [url]);

  // SWR restarts its timer when this function changes, so it must not change from one rendering to the next.
  const refreshInterval = useCallback(
    (latest?: OrderView) => pollIntervalMs((latest ?? initial).status, performance.now() - openedAt),
    [initial, openedAt],
  );
  const { data, error, mutate } = useSWR(url, ask, {
    fallbackData: initial,
    // The server has just looked; asking again on arrival would only double the load.
    revalidateOnMount: false,
    refreshInterval,
    // Try even when the browser believes that it is offline, so that the page can say so.
    isOnline: () => true,
    focusThrottleInterval: 1_000,
    // Paid is final, so not even coming back to the page is a reason to ask.
    isPaused: () => paid.current,
    onSuccess: (latest) => {
      paid.current = latest.paid;
    },
    onErrorRetry: (failure, _key, _config, revalidate, { retryCount, dedupe }) => {
      const wantedMs = failure instanceof NoAnswer ? failure.retryAfterMs : 0;
      // The newest failure decides when to ask again, not one from before the server asked for patience.
      clearTimeout(retry.current);
      retry.current = setTimeout(() => revalidate({ retryCount, dedupe }), retryDelayMs(retryCount, wantedMs));
    },
  });

  useEffect(() => {
    // Without it every tab asks for itself, as the server allows.
    if (typeof BroadcastChannel === "undefined") return;
    const tabs = new BroadcastChannel(url);
    channel.current = tabs;
    tabs.onmessage = ({ data }: MessageEvent<OrderView>) => {
      const order = newer(data, heard.current.order);
      heard.current = { order, at: performance.now() };
      paid.current = order.paid;
      mutate(order, { revalidate: false });
    };
    // A tab that comes back from the checkout tells the one that was left behind.
    if (paid.current) tabs.postMessage(heard.current.order);
    return () => tabs.close();
  }, [url, mutate]);

  return { order: data ?? initial, unreachable: error !== undefined, ask: mutate };
}

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
class NoAnswer extends Error {
  constructor(readonly retryAfterMs: number) {
    super("no answer");
  }
}

/** Asks our server for the order; throws when anything but an order comes back, such as a hotel's log-in page. */
async function fetchOrder(url: string): Promise<OrderView> {
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
