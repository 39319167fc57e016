import { CopyField } from "../copy-field";
import { type Fact, Facts } from "./facts";
import type { Posting } from "./order-sections";
import { ActionForm } from "./shell";

type PayoutRow = {
  readonly reference: string;
  readonly facts: readonly Fact[];
  readonly claimUrl: string | null;
  readonly canCancel: boolean;
  readonly canGiveUp: boolean;
  readonly hold: { readonly isOn: boolean } | null;
  readonly note: string | null;
};

type Offered = {
  readonly coin: string;
  readonly received: string;
  readonly refundable: string;
  readonly overpaid: string;
};

type PayoutsProps = Posting & {
  readonly refunds: readonly PayoutRow[];
  /** Who sends the money; null where no refunds can be sent. */
  readonly label: string | null;
  readonly offered: readonly Offered[];
};

/** Refunds that this app sends. */
export function Payouts({ refunds, label, offered, path, csrfToken }: PayoutsProps) {
  return (
    <>
      {refunds.map((refund) => (
        <article key={refund.reference}>
          <Facts facts={refund.facts} />
          {refund.note && <p>{refund.note}</p>}
          {refund.claimUrl && <ClaimLink url={refund.claimUrl} reference={refund.reference} />}
          {refund.hold && (
            <ActionForm
              action={`${path}/hold-refund`}
              csrfToken={csrfToken}
              label={refund.hold.isOn ? "Let it go on" : "Put on hold"}
              quiet
            >
              <input type="hidden" name="reference" value={refund.reference} />
              <input type="hidden" name="hold" value={refund.hold.isOn ? "no" : "yes"} />
            </ActionForm>
          )}
          {refund.canCancel && (
            <details>
              <summary>Cancel this refund</summary>
              <ActionForm action={`${path}/cancel-refund`} csrfToken={csrfToken} label="Cancel refund" quiet>
                <input type="hidden" name="reference" value={refund.reference} />
                <label>
                  <input type="checkbox" name="confirm" value="yes" required /> The payer is not to get this money
                </label>
              </ActionForm>
            </details>
          )}
          {refund.canGiveUp && (
            <details>
              <summary>It was never sent</summary>
              <p>
                It stays like this because the provider does not say what became of it. Look in the provider&apos;s
                panel for the reference above. Only if it is not there, end it here, and you can send another refund.
              </p>
              <ActionForm action={`${path}/cancel-refund`} csrfToken={csrfToken} label="End this refund" quiet>
                <input type="hidden" name="reference" value={refund.reference} />
                <input type="hidden" name="not-sent" value="yes" />
                <label>
                  <input type="checkbox" name="confirm" value="yes" required /> I have looked, and the provider has no
                  such refund
                </label>
              </ActionForm>
            </details>
          )}
        </article>
      ))}
      {label !== null && offered.map((each) => <RefundForm key={each.coin} {...each} label={label} path={path} />)}
    </>
  );
}

function ClaimLink({ url, reference }: { url: string; reference: string }) {
  const id = `claim-${reference}`;
  return (
    <>
      <label htmlFor={id}>Claim link</label>
      <CopyField id={id} text={url} copy="Copy" copied="Copied" />
    </>
  );
}

/** The first step, which changes nothing: it leads to a page that asks again. */
function RefundForm({ coin, received, refundable, overpaid, label, path }: Offered & { label: string; path: string }) {
  const isOverpaid = /[1-9]/.test(overpaid);
  return (
    <details>
      <summary>Send {coin} back</summary>
      <p>
        {received} {coin} were received, and {refundable} {coin} can still be sent back through {label}.
      </p>
      <form method="get" action={`${path}/send-back`}>
        <input type="hidden" name="coin" value={coin} />
        <fieldset>
          <legend>How much</legend>
          {isOverpaid && (
            <label>
              <input type="radio" name="what" value="overpaid" defaultChecked /> What is too much: {overpaid} {coin}
            </label>
          )}
          <label>
            <input type="radio" name="what" value="all" defaultChecked={!isOverpaid} /> All: {refundable} {coin}
          </label>
          <label>
            <input type="radio" name="what" value="amount" /> This many {coin}:
          </label>
          <input
            className="field"
            name="amount"
            aria-label={`Amount in ${coin}`}
            inputMode="decimal"
            pattern="[0-9]+(\.[0-9]+)?"
            autoComplete="off"
          />
        </fieldset>
        <button type="submit">Continue</button>
      </form>
    </details>
  );
}
