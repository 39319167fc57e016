import { useCallback, useEffect, useRef, useState } from "react";
import useSWR from "swr";
import type { OrderView } from "@/lib/web/contract";
import { fetchOrder, NoAnswer, newer, pollIntervalMs, retryDelayMs } from "./polling";

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
