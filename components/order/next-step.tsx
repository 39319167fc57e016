import type { OrderView } from "@/lib/checkout/contract";
import type { TestId } from "../test-ids";
import type { Merchant } from "./merchant";
import type { OrderWords } from "./order-words";

/** The states whose way out is a person, those whose way out is a new payment, and those where a person may help. */
const ASK = ["underpaid", "rejected"];
const START_AGAIN = ["failed", "canceled", "expired"];
// Money may have left the wallet of a payer who is told that none has come.
const MAY_ASK = ["review", "refunding", ...START_AGAIN];

/** One sentence and at most one button. */
export function NextStep(props: {
  order: OrderView;
  merchant: Merchant;
  words: OrderWords;
  /** True when starting again has just been refused. */
  notStarted: boolean;
}) {
  const { order, merchant, words, notStarted } = props;
  const pending = order.status === "pending";
  return (
    <div className="next" data-testid={"order-next" satisfies TestId}>
      <p>{pending && !order.checkoutUrl ? words.noPaymentPage : words.states[order.status].next}</p>
      {pending && (
        <a
          className="button"
          href={order.checkoutUrl ?? "/"}
          rel="noreferrer"
          data-testid={"order-action" satisfies TestId}
        >
          {order.checkoutUrl ? words.continue : words.beginAnew}
        </a>
      )}
      {START_AGAIN.includes(order.status) && (
        <form action={`/api/orders/${order.orderId}/payments`} method="post">
          {notStarted && <p role="alert">{words.notStarted}</p>}
          <button type="submit" data-testid={"order-action" satisfies TestId}>
            {words.startAgain}
          </button>
        </form>
      )}
      {merchant.contact && [...ASK, ...MAY_ASK].includes(order.status) && (
        <a
          className={ASK.includes(order.status) ? "button" : undefined}
          href={withOrderNumber(merchant.contact.href, order.orderId)}
          data-testid={"order-contact" satisfies TestId}
        >
          {words.contact}
        </a>
      )}
    </div>
  );
}

/** A mail that already names the order saves the payer from copying 24 letters. */
function withOrderNumber(href: string, orderId: string): string {
  return href.startsWith("mailto:") && !href.includes("?") ? `${href}?subject=${orderId}` : href;
}
