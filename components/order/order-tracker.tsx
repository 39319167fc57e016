"use client";

import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { OrderView } from "@/lib/checkout/contract";
import { forgetOpenOrder, rememberOpenOrder } from "../open-order";
import type { TestId } from "../test-ids";
import { Receipt, Shortfall } from "./facts";
import type { Merchant } from "./merchant";
import { NextStep } from "./next-step";
import type { OrderWords } from "./order-words";
import { LONG_WAIT_MS } from "./poll-interval";
import { Steps } from "./steps";
import { useOrder } from "./use-order";

/** The order as the server last knew it, kept up to date. Everything it says comes from the server, words included. */
export function OrderTracker(props: {
  initial: OrderView;
  amountText: string;
  locale: string;
  merchant: Merchant;
  words: OrderWords;
  notStarted: boolean;
  /** What the server knew from the start and no answer changes. */
  lastingFacts: ReactNode;
  /** Shown while there is something left to pay. */
  phoneCodes: ReactNode;
}) {
  const { words, locale, merchant, notStarted } = props;
  const { order, unreachable, ask } = useOrder(props.initial);
  const [longWait, setLongWait] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const [checking, setChecking] = useState(false);
  const { orderId, status, terminal } = order;
  const state = words.states[status];

  useEffect(() => {
    const timer = setTimeout(() => setLongWait(true), LONG_WAIT_MS);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    const focus = () => heading.current?.focus({ preventScroll: true });
    // Whoever comes back from the payment page is told where things stand; whoever was just here knows.
    if (!document.referrer.startsWith(location.origin)) focus();
    const onShow = ({ persisted }: PageTransitionEvent) => persisted && focus();
    addEventListener("pageshow", onShow);
    return () => removeEventListener("pageshow", onShow);
  }, []);

  useEffect(() => {
    // What was just said is not said again when the page is loaded again.
    if (notStarted) history.replaceState(null, "", location.pathname);
  }, [notStarted]);

  useEffect(() => {
    if (terminal) forgetOpenOrder(orderId);
    else rememberOpenOrder(orderId);
  }, [orderId, terminal]);

  async function checkAgain(event: MouseEvent) {
    event.preventDefault();
    setChecking(true);
    await ask();
    setChecking(false);
  }

  return (
    <main className="card" data-order-state={status} data-tone={state.tone} data-testid={"order-page" satisfies TestId}>
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
      <Shortfall shortfall={order.shortfall} words={words.facts} />
      <NextStep order={order} merchant={merchant} words={words} notStarted={notStarted} />
      {order.checkoutUrl && props.phoneCodes}
      <Steps status={status} words={words.steps} />
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
      <Receipt order={order} locale={locale} words={words.facts} />
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
