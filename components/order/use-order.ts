import { useCallback, useRef, useState } from "react";
import useSWR from "swr";
import type { OrderView } from "@/lib/checkout/contract";
import { fetchOrder, NoAnswer } from "./fetch-order";
import { pollIntervalMs, retryDelayMs } from "./poll-interval";

/**
 * Follows an order, starting from what the server rendered. Asks while the page is visible, at once when it is shown
 * again, and keeps the last known state through every failure.
 */
export function useOrder(initial: OrderView) {
  const [openedAt] = useState(() => Date.now());
  const retry = useRef<ReturnType<typeof setTimeout>>(undefined);
  const paid = useRef(initial.paid);
  // SWR restarts its timer when this function changes, so it must not change from one rendering to the next.
  const refreshInterval = useCallback(
    (latest?: OrderView) => pollIntervalMs((latest ?? initial).status, Date.now() - openedAt),
    [initial, openedAt],
  );
  const { data, error, mutate } = useSWR(`/api/orders/${initial.orderId}`, fetchOrder, {
    fallbackData: initial,
    // The server has just looked; asking again on arrival would only double the load.
    revalidateOnMount: false,
    refreshInterval,
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
  return { order: data ?? initial, unreachable: error !== undefined, ask: mutate };
}
