import { Notice } from "../notice";
import { UNAVAILABLE_WORDS } from "./order-words";
import { ReloadWhenBack } from "./reload-when-back";

/** The store did not answer. That says nothing about the payment, so the page stays calm and tries again by itself. */
export function Unavailable({ orderId }: { orderId: string }) {
  return (
    <Notice title={UNAVAILABLE_WORDS.title} heading={UNAVAILABLE_WORDS.heading} testId="order-unavailable">
      <ReloadWhenBack orderId={orderId} />
      <p>{UNAVAILABLE_WORDS.text}</p>
      <a href={`/orders/${encodeURIComponent(orderId)}`}>{UNAVAILABLE_WORDS.again}</a>
    </Notice>
  );
}
