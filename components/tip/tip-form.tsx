"use client";

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { recallOpenOrder, rememberOpenOrder } from "../open-order";
import type { TestId } from "../test-ids";
import { type AmountRule, amountFault } from "./check-amount";
import { openCheckoutTab } from "./checkout-tab";
import { ContinuePayment } from "./continue-payment";
import {
  type Chosen,
  CUSTOM_AMOUNT,
  checkoutBody,
  chosenAmount,
  followClick,
  followTyping,
  holdNotes,
  markProblem,
} from "./form-fields";
import type { FormWords } from "./form-words";
import { requestCheckout, type ShownProblem } from "./request-checkout";

/**
 * A form that works by itself: without JavaScript it posts, and the server sends the browser on. This adds what only
 * code can do: a tab of its own for the checkout, an answer to a mistyped amount at once, the amount on the button. The
 * fields are rendered by the server and handed in.
 */
export function TipForm(props: {
  amountField: ReactNode;
  noteFields: ReactNode;
  hint: string;
  next: string;
  words: FormWords;
  currency: string;
  rule: AmountRule;
  idempotencyKey: string;
  problem: ShownProblem | null;
  sameTab: boolean;
}) {
  const { currency, rule, words, sameTab } = props;
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef({ body: "", times: 0 });
  const [problem, setProblem] = useState(props.problem);
  const [hint, setHint] = useState(props.hint);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<Chosen>({ amount: "", text: "" });

  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    form.current?.addEventListener("click", followClick, { signal });
    // Back from the checkout, a browser may show this very page as it was left: waiting.
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      setBusy(false);
      // What was opened here has ended since, so the same request is another tip and needs a key of its own.
      if (recallOpenOrder() === null) sent.current.body = "";
    };
    addEventListener("pageshow", comeBack, { signal });
    return () => listeners.abort();
  }, []);

  useEffect(() => {
    if (form.current) markProblem(form.current, problem?.field);
  }, [problem]);

  useEffect(() => {
    // Not necessarily what the server rendered: a reload can keep what was chosen before it.
    if (form.current) setChosen(chosenAmount(form.current, currency));
  }, [currency]);

  function onInput(event: FormEvent<HTMLFormElement>) {
    holdNotes(event.currentTarget);
    followTyping(event.currentTarget, event.target);
    const next = chosenAmount(event.currentTarget, currency);
    // What the hint may say of the amount in the link holds for no other.
    if (next.amount !== chosen.amount) setHint(words.range);
    setChosen(next);
    setProblem(null);
  }

  /** One key for one request, however often it is sent; what was changed in between is another request. */
  function keyFor(body: string): string {
    if (sent.current.body !== body) sent.current = { body, times: sent.current.times + 1 };
    return sent.current.times === 1 ? props.idempotencyKey : `${props.idempotencyKey}.${sent.current.times}`;
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    holdNotes(event.currentTarget);
    const { amount } = chosenAmount(event.currentTarget, currency);
    const fault = amountFault(amount, rule);
    if (fault) return setProblem({ text: words[fault], field: CUSTOM_AMOUNT });

    const tab = openCheckoutTab({ sameTab, opening: words.opening });
    setProblem(null);
    setBusy(true);
    const body = checkoutBody(event.currentTarget, amount);
    const answer = await requestCheckout(body, keyFor(body));
    if (!answer.ok) {
      tab?.close();
      setBusy(false);
      return setProblem(answer.problem ?? { text: words.unavailable, field: null });
    }
    const { orderId, checkoutUrl } = answer.checkout;
    rememberOpenOrder(orderId);
    if (tab === null) return location.assign(checkoutUrl);
    if (!tab.closed) tab.location.replace(checkoutUrl);
    location.assign(`/orders/${orderId}`);
  }

  const label = busy
    ? words.opening
    : amountFault(chosen.amount, rule)
      ? words.submit
      : words.submitAmount.replace("{amount}", () => chosen.text);
  const sentence = problem?.text ?? "";
  const aboutAmount = problem?.field === CUSTOM_AMOUNT;
  return (
    <form
      ref={form}
      action="/api/checkout"
      method="post"
      onInput={onInput}
      onSubmit={onSubmit}
      data-testid={"tip-form" satisfies TestId}
    >
      <input type="hidden" name="idempotencyKey" value={props.idempotencyKey} autoComplete="off" />
      {props.amountField}
      <Note name="amount" hint={hint} problem={aboutAmount ? sentence : ""} />
      {props.noteFields}
      <Note name="form" hint={props.next} problem={aboutAmount ? "" : sentence} />
      <button type="submit" aria-disabled={busy} data-testid={"tip-submit" satisfies TestId}>
        {/* The key makes other words another element, so that they do not count as a shift of the layout. */}
        <span key={label}>{label}</span>
      </button>
      <ContinuePayment text={words.continueOrder} />
    </form>
  );
}

/** A problem takes the place of the hint, so that nothing on the page moves. */
function Note({ name, hint, problem }: { name: "amount" | "form"; hint: string; problem: string }) {
  return (
    <div className="note">
      <p id={`${name}-hint`} data-testid={`tip-${name}-hint` satisfies TestId}>
        {problem === "" && hint}
      </p>
      <p id={`${name}-problem`} role="alert" data-testid={`tip-${name}-problem` satisfies TestId}>
        {problem}
      </p>
    </div>
  );
}
