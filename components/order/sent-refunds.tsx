import type { OrderView } from "@/lib/web/contract";
import { LocalTime } from "./local-time";
import type { OrderWords } from "./order-words";

/** What the merchant has sent back. For the server to render: the page need not follow it while it is open. */
export function SentRefunds(props: { order: OrderView; language: string; words: OrderWords["receipt"] }) {
  const { order, language, words } = props;
  return (order.refunds ?? []).map(({ coin, amount, sentAt, transactionHash, explorerUrl }) => (
    <dl key={`${sentAt} ${transactionHash}`}>
      <div>
        <dt>{words.refunded}</dt>
        <dd>
          <strong>{`${amount} ${coin}`}</strong>
        </dd>
      </div>
      <div>
        <dt>{words.refundedAt}</dt>
        <dd>
          <LocalTime iso={sentAt} language={language} />
        </dd>
      </div>
      {transactionHash && (
        <div>
          <dt>{words.transaction}</dt>
          <dd>
            <code>{transactionHash}</code>
            {explorerUrl && (
              <a href={explorerUrl} rel="noreferrer noopener">
                {words.explorer}
              </a>
            )}
          </dd>
        </div>
      )}
    </dl>
  ));
}
