import type { ReactNode } from "react";
import type { OrderView } from "@/lib/checkout/contract";
import type { TestId } from "../test-ids";
import type { OrderWords } from "./order-words";

type FactWords = OrderWords["facts"];

function Fact({ name, testId, children }: { name: string; testId?: TestId; children: ReactNode }) {
  return (
    <div data-testid={testId}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What was asked, what came, what is missing: coins as decimal strings, exactly as the server counts them. */
export function Shortfall({ shortfall, words }: { shortfall: OrderView["shortfall"]; words: FactWords }) {
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
export function Receipt({ order, locale, words }: { order: OrderView; locale: string; words: FactWords }) {
  if (!order.receipt) return null;
  const { coin, coinAmount, rate, chainName, transactionHash, explorerUrl, paidAt } = order.receipt;
  // Before it is confirmed nothing counts as received; where something is missing, the amounts are listed with it.
  const amountName = order.paid ? words.received : words.seen;
  return (
    <dl data-testid={"order-receipt" satisfies TestId}>
      {coinAmount && !order.shortfall && <Fact name={amountName}>{`${coinAmount} ${coin ?? ""}`}</Fact>}
      {rate && <Fact name={words.rate}>{rate}</Fact>}
      {chainName && <Fact name={words.network}>{chainName}</Fact>}
      {paidAt && (
        <Fact name={words.confirmed}>
          <Time iso={paidAt} locale={locale} />
        </Fact>
      )}
      {transactionHash && (
        <Fact name={words.transaction} testId="order-transaction">
          <code>{transactionHash}</code>
          {explorerUrl && (
            <a href={explorerUrl} rel="noreferrer noopener">
              {words.explorer}
            </a>
          )}
        </Fact>
      )}
    </dl>
  );
}

/** What is known from the start, for the server to render. */
export function LastingFacts(props: { order: OrderView; merchantName: string; locale: string; words: FactWords }) {
  const { order, words } = props;
  return (
    <dl>
      <Fact name={words.to}>{props.merchantName}</Fact>
      <Fact name={words.made}>
        <Time iso={order.createdAt} locale={props.locale} />
      </Fact>
      <Fact name={words.order} testId="order-id">
        <code>{order.orderId}</code>
      </Fact>
    </dl>
  );
}

/**
 * A moment in UTC, because the receipt should read the same for everybody. Server and browser may know different editions
 * of a language's date format, so a difference between them is expected and harmless.
 */
function Time({ iso, locale }: { iso: string; locale: string }) {
  const format = { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone: "UTC" } as const;
  return (
    <time dateTime={iso} suppressHydrationWarning>
      {`${new Intl.DateTimeFormat(locale, format).format(new Date(iso))} UTC`}
    </time>
  );
}
