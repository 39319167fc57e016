import { useEffect, useState } from "react";
import { recallOpenOrder } from "../open-order";
import type { TestId } from "../test-ids";

/** Offers the way back to a payment that was begun in this browser and has not ended. */
export function ContinuePayment({ text }: { text: string }) {
  const [orderId, setOrderId] = useState<string | null>(null);

  useEffect(() => {
    const look = () => setOrderId(recallOpenOrder());
    look();
    // The page may come back from the browser's memory, without being loaded again.
    addEventListener("pageshow", look);
    return () => removeEventListener("pageshow", look);
  }, []);

  if (orderId === null) return null;
  return (
    <a href={`/orders/${encodeURIComponent(orderId)}`} data-testid={"tip-continue-order" satisfies TestId}>
      {text}
    </a>
  );
}
