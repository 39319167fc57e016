"use client";

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { formatAmountForPeople, parseAmount } from "@/lib/money/amount";
import { rememberOpenOrder } from "../open-order";
import { TIP } from "../test-ids";
import { type AmountRule, amountProblem } from "./check-amount";
import { openCheckoutTab } from "./checkout-tab";
import { ContinuePayment } from "./continue-payment";
import { checkoutBody, chosenAmount, followClick, followTyping, markProblem } from "./form-fields";
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
  bounds: Bounds;
  rule: AmountRule;
  locale: string;
  idempotencyKey: string;
  problem: FormProblem | null;
  sameTab: boolean;
}) {
  const { rule, locale } = props;
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef({ body: "", times: 0 });
  const [problem, setProblem] = useState(props.problem);
  const [busy, setBusy] = useState(false);
  const [label, setLabel] = useState<string>(FORM_WORDS.submit);

  useEffect(() => {
    const listeners = new AbortController();
    const { signal } = listeners;
    form.current?.addEventListener("click", followClick, { signal });
    // Back from the checkout, a browser may show this very page as it was left: waiting.
    addEventListener("pageshow", ({ persisted }) => persisted && setBusy(false), { signal });
    return () => listeners.abort();
  }, []);

  useEffect(() => {
    // A reload can keep what was chosen before it.
    if (form.current) setLabel(submitLabel(chosenAmount(form.current), rule, locale));
  }, [rule, locale]);

  useEffect(() => {
    if (form.current) markProblem(form.current, problem);
  }, [problem]);

  function onInput(event: FormEvent<HTMLFormElement>) {
    followTyping(event.currentTarget, event.target);
    setLabel(submitLabel(chosenAmount(event.currentTarget), rule, locale));
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
    const wrongAmount = amountProblem(chosenAmount(event.currentTarget), rule);
    if (wrongAmount !== null) return setProblem({ code: wrongAmount, field: "amount" });

    const tab = openCheckoutTab(props);
    setProblem(null);
    setBusy(true);
    const body = checkoutBody(event.currentTarget);
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

  const sentence = problem === null ? "" : problemSentence(problem.code, props.bounds);
  const aboutAmount = problem?.field === "amount";
  return (
    <form ref={form} action="/api/checkout" method="post" onInput={onInput} onSubmit={onSubmit} data-testid={TIP.form}>
      <input type="hidden" name="idempotencyKey" value={props.idempotencyKey} autoComplete="off" />
      {props.amountField}
      <Note id="amount" text={props.hint} problem={aboutAmount ? sentence : ""} testId={TIP.amountProblem} />
      {props.noteFields}
      <Note id="form" text={FORM_WORDS.next} problem={aboutAmount ? "" : sentence} testId={TIP.formProblem} />
      <button type="submit" aria-disabled={busy} data-testid={TIP.submit}>
        {busy ? FORM_WORDS.opening : label}
      </button>
      <ContinuePayment />
    </form>
  );
}

/** A problem takes the place of the hint, so that nothing on the page moves. */
function Note({ id, text, problem, testId }: { id: string; text: string; problem: string; testId: string }) {
  return (
    <div className="note">
      <p id={`${id}-hint`}>{problem === "" && text}</p>
      <p id={`${id}-problem`} role="alert" data-testid={testId}>
        {problem}
      </p>
    </div>
  );
}

function submitLabel(amount: string, rule: AmountRule, locale: string): string {
  const parsed = parseAmount(amount, rule.currency);
  if (!parsed.ok || amountProblem(amount, rule) !== null) return FORM_WORDS.submit;
  const money = formatAmountForPeople({ currency: rule.currency, minor: parsed.minor }, locale);
  return FORM_WORDS.submitAmount.replace("{amount}", () => money);
}
