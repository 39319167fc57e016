"use client";

import { useEffect } from "react";

const EVERY_MS = 10_000;

/** Loads the page anew once the server can read the order again, and not before: a failed reload would lose the page. */
export function ReloadWhenBack({ orderId }: { orderId: string }) {
  useEffect(() => {
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(`/api/orders/${encodeURIComponent(orderId)}`).catch(() => null);
      if (answer?.ok) location.reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [orderId]);

  return (
    <noscript>
      <meta httpEquiv="refresh" content="10" />
    </noscript>
  );
}
