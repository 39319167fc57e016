import { STATUSES } from "@/lib/orders/status";
import type { OrderView } from "@/lib/web/contract";
import type { TestId } from "../test-ids";
import type { Merchant, OrderWords } from "./order-words";

/** One sentence and at most one button. */
export function NextStep(props: {
  order: OrderView;
  merchant: Merchant;
  words: OrderWords;
  /** Why "try again" has just been refused. */
  problem: string | null;
}) {
  const { order, merchant, words, problem } = props;
  const { tone, terminal, canPayAgain } = STATUSES[order.status];
  const payHere = order.payTo && !order.checkoutUrl;
  const noCheckout = order.status === "pending" && !order.checkoutUrl && !payHere;
  // Money may have left the wallet of a payer whose page says that none has come.
  const mayNeedHelp = tone === "attention" || tone === "ended";
  const needsHelp = mayNeedHelp && terminal && !canPayAgain;
  return (
    <div className="next" data-testid={"order-next" satisfies TestId}>
      {problem && <p role="alert">{problem}</p>}
      <p>{payHere ? words.payHere : noCheckout ? words.noCheckout : words.states[order.status].next}</p>
      <Action order={order} words={words} startOver={noCheckout || canPayAgain} />
      {merchant.contact && mayNeedHelp && (
        <a
          className={needsHelp ? "button" : undefined}
          href={withReference(merchant.contact.href, order.orderId)}
          data-testid={"order-contact" satisfies TestId}
        >
          {words.contact}
        </a>
      )}
    </div>
  );
}

/** Whether this very order can be paid again is the server's to say; if not, another payment is started from the home page. */
function Action({ order, words, startOver }: { order: OrderView; words: OrderWords; startOver: boolean }) {
  const testId: TestId = "order-action";
  if (order.checkoutUrl) {
    return (
      <a className="button" href={order.checkoutUrl} rel="noreferrer" data-testid={testId}>
        {words.continue}
      </a>
    );
  }
  if (order.canPayAgain) {
    return (
      <form action={`/api/orders/${order.orderId}/payments`} method="post">
        <button type="submit" data-testid={testId}>
          {words.tryAgain}
        </button>
      </form>
    );
  }
  if (!startOver) return null;
  return (
    <a className="button" href="/" data-testid={testId}>
      {words.startOver}
    </a>
  );
}

/** A mail that already names the payment saves the payer from copying 24 letters. */
function withReference(href: string, orderId: string): string {
  return href.startsWith("mailto:") && !href.includes("?") ? `${href}?subject=${orderId}` : href;
}
