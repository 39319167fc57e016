import type { CheckoutResponse } from "@/lib/web/contract";
import type { AmountTerms, ShownProblem } from "../problems";

export type CheckoutAnswer =
  | { readonly ok: true; readonly checkout: CheckoutResponse }
  /** Null when nothing usable came back in time. */
  | { readonly ok: false; readonly problem: ShownProblem | null };

const GIVE_UP_AFTER_MS = 30_000;

/**
 * Asks our server for a checkout. Whatever goes wrong on the way is safe to try again with the same key: the server then
 * answers for the same order and never opens a second one.
 */
export function requestCheckout(request: {
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
export function openCheckoutTab({ sameTab, opening }: { sameTab: boolean; opening: string }): Window | null {
  if (sameTab) return null;
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
