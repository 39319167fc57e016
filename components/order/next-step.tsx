import type { OrderView } from "@/lib/checkout/contract";
import type { TestId } from "../test-ids";
import type { Merchant } from "./merchant";
import type { OrderWords, StateWords } from "./order-words";

/** The states whose way out is a person, and those whose way out is a new payment. */
const ASK = ["review", "underpaid", "rejected"];
const START_AGAIN = ["failed", "canceled", "expired"];

/** One sentence and at most one button. */
export function NextStep(props: {
  order: OrderView;
  state: StateWords;
  merchant: Merchant;
  words: OrderWords;
  /** True when starting again has just been refused. */
  notStarted: boolean;
}) {
  const { order, state, merchant, words, notStarted } = props;
  return (
    <div className="next" data-testid={"order-next" satisfies TestId}>
      <p>{state.next}</p>
      {order.status === "pending" && order.checkoutUrl && (
        <a className="button" href={order.checkoutUrl} rel="noreferrer" data-testid={"order-action" satisfies TestId}>
          {words.continue}
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
      {ASK.includes(order.status) && merchant.contact && (
        <a
          className="button"
          href={withOrderNumber(merchant.contact.href, order.orderId)}
          data-testid={"order-contact" satisfies TestId}
        >
          {words.contact.replace("{merchant}", merchant.contact.label)}
        </a>
      )}
    </div>
  );
}

/** A mail that already names the order saves the payer from copying 24 letters. */
function withOrderNumber(href: string, orderId: string): string {
  return href.startsWith("mailto:") && !href.includes("?") ? `${href}?subject=${orderId}` : href;
}
