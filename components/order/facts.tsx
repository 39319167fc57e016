import type { ReactNode } from "react";
import type { OrderView } from "@/lib/checkout/contract";
import { ORDER } from "../test-ids";
import type { OrderWords } from "./order-words";

type FactWords = OrderWords["facts"];

export function Fact({ name, testId, children }: { name: string; testId?: string; children: ReactNode }) {
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
    <dl data-testid={ORDER.shortfall}>
      <Fact name={words.required}>{`${required} ${coin}`}</Fact>
      <Fact name={words.received}>{`${received} ${coin}`}</Fact>
      <Fact name={words.missing}>
        <strong>{`${missing} ${coin}`}</strong>
      </Fact>
    </dl>
  );
}

/** What is known about the transaction. Each line stands only where its fact is known. */
export function Receipt(props: { receipt: OrderView["receipt"]; currency: string; locale: string; words: FactWords }) {
  const { receipt, words } = props;
  if (!receipt) return null;
  const { coin, coinAmount, rate, chainName, transactionHash, explorerUrl, paidAt } = receipt;
  return (
    <dl data-testid={ORDER.receipt}>
      {coinAmount && <Fact name={words.received}>{`${coinAmount} ${coin ?? ""}`}</Fact>}
      {rate && <Fact name={words.rate}>{rate}</Fact>}
      {chainName && <Fact name={words.network}>{chainName}</Fact>}
      {paidAt && (
        <Fact name={words.confirmed}>
          <Time iso={paidAt} locale={props.locale} />
        </Fact>
      )}
      {transactionHash && (
        <Fact name={words.transaction} testId={ORDER.transaction}>
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

/**
 * A moment in UTC, because the receipt should read the same for everybody. Server and browser may know different editions
 * of a language's date format, so a difference between them is expected and harmless.
 */
export function Time({ iso, locale }: { iso: string; locale: string }) {
  const format = { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone: "UTC" } as const;
  return (
    <time dateTime={iso} suppressHydrationWarning>
      {`${new Intl.DateTimeFormat(locale, format).format(new Date(iso))} UTC`}
    </time>
  );
}
