import type { ReactNode } from "react";
import type { OrderView } from "@/lib/web/contract";
import type { TestId } from "../test-ids";
import { LocalTime } from "./local-time";
import type { OrderWords } from "./order-words";

type ReceiptWords = OrderWords["receipt"];

function Fact({ name, testId, children }: { name: string; testId?: TestId | undefined; children: ReactNode }) {
  return (
    <div data-testid={testId}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What is unusual about the payment, and that a test network's coins are no money. */
export function Notes({ order, words }: { order: OrderView; words: OrderWords }) {
  const unusual = (order.attention ?? []).map((key) => words.attention[key]);
  const notes = order.receipt?.testChain ? [words.receipt.testNetwork, ...unusual] : unusual;
  return notes.map((note) => (
    <p key={note} className="aside" data-testid={"order-note" satisfies TestId}>
      {note}
    </p>
  ));
}

/** What was asked, what came, what is missing: coins as decimal strings, exactly as the server counts them. */
export function Shortfall({ shortfall, words }: { shortfall: OrderView["shortfall"]; words: ReceiptWords }) {
  if (!shortfall) return null;
  const { coin, required, received, missing } = shortfall;
  return (
    <dl data-testid={"order-shortfall" satisfies TestId}>
      <Fact name={words.required}>{`${required} ${coin}`}</Fact>
      <Fact name={words.received}>{`${received} ${coin}`}</Fact>
      <Fact name={words.missing}>
        <strong>{`${missing} ${coin}`}</strong>
      </Fact>
    </dl>
  );
}

/** What is known about the transaction. Each line stands only where its fact is known. */
export function Receipt({ order, language, words }: { order: OrderView; language: string; words: ReceiptWords }) {
  if (!order.receipt) return null;
  const { coin, coinAmount, rate, chainName, transactionHash, explorerUrl, paidAt } = order.receipt;
  // Before it is confirmed nothing counts as received; where something is missing, the amounts are listed with it.
  const amountName = order.paid ? words.received : words.seen;
  return (
    <dl data-testid={"order-receipt" satisfies TestId}>
      {coinAmount && !order.shortfall && <Fact name={amountName}>{`${coinAmount} ${coin ?? ""}`}</Fact>}
      {rate && coin && <Fact name={words.rate}>{`1 ${order.currency} = ${rate} ${coin}`}</Fact>}
      {chainName && <Fact name={words.network}>{chainName}</Fact>}
      {paidAt && (
        <Fact name={words.confirmed}>
          <LocalTime iso={paidAt} language={language} />
        </Fact>
      )}
      <TransactionFact {...{ transactionHash, explorerUrl, words }} testId="order-transaction" />
    </dl>
  );
}

function TransactionFact(props: {
  transactionHash: string | null;
  explorerUrl: string | null;
  words: ReceiptWords;
  testId?: TestId;
}) {
  const { transactionHash, explorerUrl, words, testId } = props;
  if (!transactionHash) return null;
  return (
    <Fact name={words.transaction} testId={testId}>
      <code>{transactionHash}</code>
      {explorerUrl && (
        <a href={explorerUrl} rel="noreferrer noopener">
          {words.explorer}
        </a>
      )}
    </Fact>
  );
}

/** What the merchant has sent back. For the server to render: the page need not follow it while it is open. */
export function SentRefunds(props: { order: OrderView; language: string; words: ReceiptWords }) {
  const { order, language, words } = props;
  return (order.refunds ?? []).map(({ coin, amount, sentAt, transactionHash, explorerUrl }) => (
    <dl key={`${sentAt} ${transactionHash}`}>
      <Fact name={words.refunded}>
        <strong>{`${amount} ${coin}`}</strong>
      </Fact>
      <Fact name={words.refundedAt}>
        <LocalTime iso={sentAt} language={language} />
      </Fact>
      <TransactionFact {...{ transactionHash, explorerUrl, words }} />
    </dl>
  ));
}

/** What is known from the start, for the server to render. */
export function LastingFacts(props: { order: OrderView; merchantName: string; language: string; words: ReceiptWords }) {
  const { order, words } = props;
  return (
    <dl>
      <Fact name={words.to}>{props.merchantName}</Fact>
      <Fact name={words.started}>
        <LocalTime iso={order.createdAt} language={props.language} />
      </Fact>
      <Fact name={words.reference} testId="order-id">
        <code>{order.orderId}</code>
      </Fact>
    </dl>
  );
}
