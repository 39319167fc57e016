"use client";

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { rememberOpenOrder } from "../open-order";
import type { TestId } from "../test-ids";
import { type AmountRule, amountProblem } from "./check-amount";
import { openCheckoutTab } from "./checkout-tab";
import { ContinuePayment } from "./continue-payment";
import { type Chosen, checkoutBody, chosenAmount, followClick, followTyping, markProblem } from "./form-fields";
import { type Bounds, FORM_WORDS, type FormProblem, problemSentence } from "./form-words";
import { requestCheckout } from "./request-checkout";

/**
 * A form that works by itself: without JavaScript it posts, and the server sends the browser on. This adds what only
 * code can do: a tab of its own for the checkout, an answer to a mistyped amount at once, the amount on the button. The
 * fields are rendered by the server and handed in.
 */
export function TipForm(props: {
  amountField: ReactNode;
  noteFields: ReactNode;
  hint: string;
  currency: string;
  bounds: Bounds;
  rule: AmountRule;
  idempotencyKey: string;
  problem: FormProblem | null;
  sameTab: boolean;
}) {
  const { currency, rule } = props;
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef({ body: "", times: 0 });
  const [problem, setProblem] = useState(props.problem);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<Chosen>({ amount: "", text: "" });

  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    form.current?.addEventListener("click", followClick, { signal });
    // Back from the checkout, a browser may show this very page as it was left: waiting.
    addEventListener("pageshow", ({ persisted }) => persisted && setBusy(false), { signal });
    return () => listeners.abort();
  }, []);

  useEffect(() => {
    if (form.current) markProblem(form.current, problem);
  }, [problem]);

  useEffect(() => {
    // Not necessarily what the server rendered: a reload can keep what was chosen before it.
    if (form.current) setChosen(chosenAmount(form.current, currency));
  }, [currency]);

  function onInput(event: FormEvent<HTMLFormElement>) {
    followTyping(event.currentTarget, event.target);
    setChosen(chosenAmount(event.currentTarget, currency));
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
    const { amount } = chosenAmount(event.currentTarget, currency);
    const wrongAmount = amountProblem(amount, rule);
    if (wrongAmount !== null) return setProblem({ code: wrongAmount, field: "amount" });

    const tab = openCheckoutTab(props);
    setProblem(null);
    setBusy(true);
    const body = checkoutBody(event.currentTarget, amount);
    const answer = await requestCheckout(body, keyFor(body));
    if (!answer.ok) {
      tab?.close();
      setBusy(false);
      return setProblem(answer.problem);
    }
    const { orderId, checkoutUrl } = answer.checkout;
    rememberOpenOrder(orderId);
    if (tab === null) return location.assign(checkoutUrl);
    if (!tab.closed) tab.location.replace(checkoutUrl);
    location.assign(`/orders/${orderId}`);
  }

  const label = busy ? FORM_WORDS.opening : submitLabel(chosen, rule);
  const sentence = problem === null ? "" : problemSentence(problem.code, props.bounds);
  const aboutAmount = problem?.field === "amount";
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
      <Note name="amount" hint={props.hint} problem={aboutAmount ? sentence : ""} />
      {props.noteFields}
      <Note name="form" hint={FORM_WORDS.next} problem={aboutAmount ? "" : sentence} />
      <button type="submit" aria-disabled={busy} data-testid={"tip-submit" satisfies TestId}>
        {/* The key makes other words another element, so that they do not count as a shift of the layout. */}
        <span key={label}>{label}</span>
      </button>
      <ContinuePayment />
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

function submitLabel({ amount, text }: Chosen, rule: AmountRule): string {
  return amountProblem(amount, rule) === null
    ? FORM_WORDS.submitAmount.replace("{amount}", () => text)
    : FORM_WORDS.submit;
}
