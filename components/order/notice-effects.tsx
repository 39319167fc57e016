"use client";

import { useEffect } from "react";
import { forgetOpenOrder, recallOpenOrder } from "../open-order";

/** The tip page must not go on offering a payment that is not there. */
export function ForgetOpenOrder() {
  useEffect(() => {
    const orderId = recallOpenOrder();
    if (orderId !== null && location.pathname === `/orders/${encodeURIComponent(orderId)}`) forgetOpenOrder(orderId);
  }, []);
  return null;
}

const EVERY_MS = 10_000;

/** Loads the page again once the server can read the payment, and not before: a failed reload would lose the page. */
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
