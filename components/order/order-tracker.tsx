"use client";

import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { STATUSES } from "@/lib/orders/status";
import type { OrderView } from "@/lib/web/contract";
import { forgetOpenOrder, rememberOpenOrder } from "../open-order";
import type { TestId } from "../test-ids";
import { NextStep } from "./next-step";
import type { Merchant, OrderWords } from "./order-words";
import { LONG_WAIT_MS } from "./polling";
import { Notes, Receipt, Shortfall } from "./receipt";
import { useOrder } from "./use-order";

/** The order as the server last knew it, kept up to date. Everything it says comes from the server, words included. */
export function OrderTracker(props: {
  initial: OrderView;
  amountText: string;
  language: string;
  merchant: Merchant;
  words: OrderWords;
  /** Why "try again" has just been refused. */
  problem: string | null;
  /** What the server knew from the start and no answer changes. */
  lastingFacts: ReactNode;
  /** The merchant's own words, once the payment has arrived. */
  thanks: ReactNode;
  /** Shown while there is something left to pay. */
  phoneCodes: ReactNode;
  /** Where to pay to, as `initial` has it. */
  payTo: ReactNode;
}) {
  const { words, merchant, problem, initial } = props;
  const { order, unreachable, ask } = useOrder(initial);
  const asked = askedOf(order);
  const rendered = askedOf(initial);
  const [longWait, setLongWait] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const [checking, setChecking] = useState(false);
  const { orderId, status, terminal } = order;
  const state = words.states[status];
  const { step, tone } = STATUSES[status];

  useEffect(() => {
    const timer = setTimeout(() => setLongWait(true), LONG_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    const focus = () => heading.current?.focus({ preventScroll: true });
    // A screen reader then reads the state to a payer who comes back from the checkout; one who was just here knows it.
    if (!document.referrer.startsWith(location.origin)) focus();
    const onShow = ({ persisted }: PageTransitionEvent) => persisted && focus();
    addEventListener("pageshow", onShow);
    return () => removeEventListener("pageshow", onShow);
  }, []);

  useEffect(() => {
    // What was just said is not said again when the page is loaded again.
    if (problem) history.replaceState(null, "", location.pathname);
  }, [problem]);

  useEffect(() => {
    if (terminal) forgetOpenOrder(orderId);
    else rememberOpenOrder(orderId);
  }, [orderId, terminal]);

  useEffect(() => {
    // Only the server renders where to pay to, so that not every payer loads the code for it.
    if (asked && asked !== rendered) location.reload();
  }, [asked, rendered]);

  async function checkAgain(event: MouseEvent) {
    event.preventDefault();
    setChecking(true);
    await ask();
    setChecking(false);
  }

  return (
    <main className="card" data-order-state={status} data-tone={tone} data-testid={"order-page" satisfies TestId}>
      <title>{`${state.title} · ${merchant.name}`}</title>
      <span className="mark" aria-hidden="true" />
      <div role="status" aria-live="polite" aria-atomic="true" data-testid={"order-status" satisfies TestId}>
        <h1 ref={heading} tabIndex={-1} data-testid={"order-heading" satisfies TestId}>
          {state.heading}
        </h1>
        <p>{state.money}</p>
      </div>
      <p className="amount" data-testid={"order-amount" satisfies TestId}>
        {props.amountText}
      </p>
      {order.paid && props.thanks}
      <Notes order={order} words={words} />
      <Shortfall shortfall={order.shortfall} words={words.receipt} />
      <NextStep order={order} merchant={merchant} words={words} problem={problem} />
      {order.checkoutUrl && props.phoneCodes}
      {asked && asked === rendered && props.payTo}
      {step > 0 && <Steps done={step} words={words.steps} />}
      {/* Here from the start, because a region that comes with its text is not announced. */}
      <div className="news" aria-live="polite" data-testid={"order-news" satisfies TestId}>
        {(unreachable || order.delayed) && (
          <p className="aside" data-testid={"order-connection" satisfies TestId}>
            {unreachable ? words.unreachable : words.delayed}
          </p>
        )}
        {longWait && !terminal && (
          <p className="aside" data-testid={"order-still-watching" satisfies TestId}>
            {words.stillWatching}
          </p>
        )}
      </div>
      <Receipt order={order} language={props.language} words={words.receipt} />
      {props.lastingFacts}
      {status !== "paid" && (
        <a
          href={`/orders/${orderId}`}
          className="again"
          onClick={checkAgain}
          data-testid={"order-check-again" satisfies TestId}
        >
          {checking ? words.checking : words.checkAgain}
        </a>
      )}
      {!terminal && (
        <noscript>
          <meta httpEquiv="refresh" content="10" />
        </noscript>
      )}
    </main>
  );
}

/** Changes with a new quote, and with another payment. */
const askedOf = ({ payTo }: OrderView) => payTo && payTo.address + payTo.amount;

/** What has happened and what comes next. */
function Steps({ done, words }: { done: number; words: OrderWords["steps"] }) {
  return (
    <ol className="steps" aria-label={words.label} data-testid={"order-steps" satisfies TestId}>
      {[words.started, words.seen, words.confirmed].map((step, index) => (
        <li key={step} data-done={index < done} aria-current={index === done ? "step" : undefined}>
          {step}
          {index < done && <span className="sr">, {words.done}</span>}
        </li>
      ))}
    </ol>
  );
}
