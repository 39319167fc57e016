"use client";

import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { CheckoutResponse } from "@/lib/web/contract";
import { recallOpenOrder, rememberOpenOrder } from "../open-order";
import type { AmountTerms, ShownProblem } from "../problems";
import type { TestId } from "../test-ids";
import {
  amountFault,
  type Chosen,
  CUSTOM_AMOUNT,
  checkoutBody,
  chosenAmount,
  followClick,
  followTyping,
  holdNotes,
  markProblem,
} from "./form-fields";

/** What the form may have to say without asking the server. Every payer loads these words, so they are few. */
type FormWords = Readonly<
  Record<"submit" | "submitAmount" | "opening" | "continuePayment" | "range" | "digits" | "unsure", string>
>;

/**
 * A form that works by itself: without JavaScript it posts, and the server sends the browser on. This adds what only
 * code can do: a tab of its own for the checkout, an answer to a mistyped amount at once, the amount on the button. The
 * fields are rendered by the server and passed in.
 */
export function TipForm(props: {
  amountField: ReactNode;
  noteFields: ReactNode;
  /** What is said of the amount in a link, until another is chosen. */
  hint: string | null;
  next: string;
  words: FormWords;
  /** From the server, because browsers that translate a page write other things into `<html lang>`. */
  language: string;
  terms: AmountTerms;
  idempotencyKey: string;
  problem: ShownProblem | null;
  sameTab: boolean;
}) {
  const { language, terms, words, sameTab } = props;
  const { currency } = terms;
  const form = useRef<HTMLFormElement>(null);
  const sent = useRef({ body: "", times: 0 });
  const [problem, setProblem] = useState(props.problem);
  const [hint, setHint] = useState(props.hint ?? words.range);
  const [busy, setBusy] = useState(false);
  const [openOrder, setOpenOrder] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Chosen>({ amount: "", text: "" });

  useEffect(() => {
    const element = form.current;
    if (!element) return;
    // Not necessarily what the server rendered: a reload can keep what was chosen before it.
    setChosen(chosenAmount(element, { currency, language }));
    const comeBack = ({ persisted }: Pick<PageTransitionEvent, "persisted">) => {
      const open = recallOpenOrder();
      setOpenOrder(open);
      // Back from the checkout, a browser may show this very page as it was left: waiting.
      if (!persisted) return;
      setBusy(false);
      // What was opened here has ended since, so the same request is another tip and needs a key of its own.
      if (open === null) sent.current.body = "";
    };
    comeBack({ persisted: false });
    const listeners = new AbortController();
    const { signal } = listeners;
    element.addEventListener("click", followClick, { signal });
    addEventListener("pageshow", comeBack, { signal });
    return () => listeners.abort();
  }, [currency, language]);

  useEffect(() => {
    if (form.current) markProblem(form.current, problem?.field);
  }, [problem]);

  function onInput(event: FormEvent<HTMLFormElement>) {
    holdNotes(event.currentTarget);
    followTyping(event.currentTarget, event.target);
    const next = chosenAmount(event.currentTarget, { currency, language });
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
    const { amount } = chosenAmount(event.currentTarget, { currency, language });
    const fault = amountFault(amount, terms);
    if (fault) return setProblem({ text: words[fault], field: CUSTOM_AMOUNT });

    const tab = sameTab ? null : openCheckoutTab(words.opening);
    setProblem(null);
    setBusy(true);
    const body = checkoutBody(event.currentTarget, amount);
    const answer = await requestCheckout({ body, idempotencyKey: keyFor(body), language, terms });
    if (!answer.ok) {
      tab?.close();
      setBusy(false);
      return setProblem(answer.problem ?? { text: words.unsure, field: null });
    }
    const { orderId, checkoutUrl } = answer.checkout;
    rememberOpenOrder(orderId);
    if (tab === null) return location.assign(checkoutUrl);
    if (!tab.closed) tab.location.replace(checkoutUrl);
    location.assign(`/orders/${orderId}`);
  }

  const label = busy
    ? words.opening
    : amountFault(chosen.amount, terms)
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
      {openOrder && (
        <a href={`/orders/${encodeURIComponent(openOrder)}`} data-testid={"tip-continue-order" satisfies TestId}>
          {words.continuePayment}
        </a>
      )}
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

type CheckoutAnswer =
  | { readonly ok: true; readonly checkout: CheckoutResponse }
  /** Null when nothing usable came back in time. */
  | { readonly ok: false; readonly problem: ShownProblem | null };

const GIVE_UP_AFTER_MS = 30_000;

/**
 * Asks our server for a checkout. Whatever goes wrong on the way is safe to try again with the same key: the server then
 * answers for the same order and never opens a second one.
 */
function requestCheckout(request: {
  body: string;
  idempotencyKey: string;
  language: string;
  terms: AmountTerms;
}): Promise<CheckoutAnswer> {
  const noAnswer = { ok: false, problem: null } as const;
  const givenUp = new Promise<CheckoutAnswer>((resolve) => {
    setTimeout(resolve, GIVE_UP_AFTER_MS, noAnswer);
  });
  return Promise.race([ask(request).catch(() => noAnswer), givenUp]);
}

async function ask({ body, idempotencyKey, ...words }: Parameters<typeof requestCheckout>[0]): Promise<CheckoutAnswer> {
  const response = await fetch("/api/checkout", {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body,
  });
  const answer = await response.json();
  if (response.ok) return { ok: true, checkout: answer };
  // Few payers need these words, so the others do not load them.
  const { explain } = await import("./explain");
  return { ok: false, problem: await explain(answer, words) };
}

/**
 * Opens the tab that will show the checkout. Only while a click is being handled: a tab that is opened after waiting for
 * the server is blocked. Null where there is none, and the checkout then opens in this one.
 */
function openCheckoutTab(opening: string): Window | null {
  // Not with `noopener`, which always answers null. The way back is cut right below instead.
  const tab = window.open("about:blank", "_blank");
  if (tab === null) return null;
  tab.opener = null;
  try {
    const { body, documentElement } = tab.document;
    tab.document.title = opening;
    documentElement.style.colorScheme = "light dark";
    body.style.cssText = "font:1.1rem system-ui;text-align:center;margin:40vh 1rem 0";
    body.textContent = opening;
  } catch {
    // A blank tab without words leads to the checkout all the same.
  }
  return tab;
}
