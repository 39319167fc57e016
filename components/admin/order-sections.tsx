import { type Fact, Facts } from "./facts";
import { ActionForm } from "./shell";

/** Of one order: where its forms post to, and the token that they carry. */
export type Posting = { readonly path: string; readonly csrfToken: string };

type OpenReason = { readonly reason: string; readonly title: string; readonly advice: string };

export function AttentionSection({ reasons, path, csrfToken }: Posting & { reasons: readonly OpenReason[] }) {
  if (reasons.length === 0) return null;
  return (
    <section className="panel attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul>
        {reasons.map(({ reason, title, advice }) => (
          <li key={reason}>
            <strong>{title}.</strong> {advice}
          </li>
        ))}
      </ul>
      <ActionForm action={`${path}/handled`} csrfToken={csrfToken} label="Mark as handled" quiet>
        <input type="hidden" name="reasons" value={reasons.map(({ reason }) => reason).join(" ")} />
      </ActionForm>
    </section>
  );
}

type PaymentProps = Posting & {
  readonly provider: string;
  readonly paymentId: string;
  readonly label: string;
  readonly facts: readonly Fact[];
  /** False once the order is paid. */
  readonly canAccept: boolean;
  readonly priceText: string;
};

export function PaymentSection(props: PaymentProps) {
  const { provider, paymentId, label, facts, canAccept, priceText, path, csrfToken } = props;
  return (
    <article>
      <h3>{label}</h3>
      <Facts facts={facts} />
      {canAccept && (
        <details>
          <summary>Accept as paid</summary>
          <p>
            The order becomes paid at {priceText}, whatever arrived, and what follows a payment is done now. This cannot
            be undone.
          </p>
          <ActionForm action={`${path}/accept`} csrfToken={csrfToken} label="Accept as paid">
            <input type="hidden" name="provider" value={provider} />
            <input type="hidden" name="payment" value={paymentId} />
            <label>
              <input type="checkbox" name="confirm" value="yes" required /> I have checked that the money is there, or I
              give it away
            </label>
          </ActionForm>
        </details>
      )}
    </article>
  );
}

type EffectRow = {
  readonly event: string;
  readonly name: string;
  readonly state: string;
  readonly when: string;
  readonly isDone: boolean;
  readonly canRunAgain: boolean;
  readonly canGiveUp: boolean;
};

export function EffectsSection({ effects, path, csrfToken }: Posting & { effects: readonly EffectRow[] }) {
  if (effects.length === 0)
    return <p className="small">Nothing so far. What has to happen after a payment is listed here.</p>;
  return (
    <ul className="rows">
      {effects.map(({ event, name, state, when, isDone, canRunAgain, canGiveUp }) => (
        <li key={`${event} ${name}`}>
          <div>
            <code>{name}</code> <span className="small">on {event}</span>
            <p>
              <span className="badge" data-tone={isDone ? "good" : "attention"}>
                {state}
              </span>{" "}
              <span className="small">{when}</span>
            </p>
          </div>
          {[
            ...(canRunAgain ? [{ action: "run-again", label: `Run ${name} again` }] : []),
            ...(canGiveUp ? [{ action: "give-up", label: `Give up ${name}` }] : []),
          ].map(({ action, label }) => (
            <ActionForm key={action} action={`${path}/${action}`} csrfToken={csrfToken} label={label} quiet>
              <input type="hidden" name="event" value={event} />
              <input type="hidden" name="name" value={name} />
            </ActionForm>
          ))}
        </li>
      ))}
    </ul>
  );
}

type RefundsProps = Posting & {
  readonly refunds: readonly { readonly reference: string; readonly facts: readonly Fact[] }[];
  readonly coin: string;
};

/** What the merchant sent back from a wallet of their own: written down here, not sent. */
export function RecordedRefunds({ refunds, coin, path, csrfToken }: RefundsProps) {
  return (
    <>
      {refunds.map(({ reference, facts }) => (
        <article key={reference}>
          <Facts facts={facts} />
        </article>
      ))}
      <details>
        <summary>Record a refund that you sent</summary>
        <p>This moves no money. It notes what you sent back from a wallet of your own.</p>
        <ActionForm action={`${path}/refund`} csrfToken={csrfToken} label="Record refund">
          <label htmlFor="refund-amount">Amount in coins</label>
          <input
            className="field"
            id="refund-amount"
            name="amount"
            inputMode="decimal"
            required
            pattern="[0-9]+(\.[0-9]+)?"
          />
          <label htmlFor="refund-coin">Coin</label>
          <input className="field" id="refund-coin" name="coin" defaultValue={coin} required maxLength={20} />
          <label htmlFor="refund-hash">Transaction hash</label>
          <input
            className="field"
            id="refund-hash"
            name="hash"
            required
            minLength={64}
            maxLength={90}
            autoComplete="off"
            spellCheck={false}
          />
          <label htmlFor="refund-note">Note (optional)</label>
          <input className="field" id="refund-note" name="note" maxLength={280} />
        </ActionForm>
      </details>
    </>
  );
}
