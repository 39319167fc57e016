const KEY = "open-order";

/*
 * Which order this browser has open, so that the tip page can offer to go on with it. A convenience only: the order's
 * address is what counts, and private modes that throw on any use of storage must change nothing.
 */

export function recallOpenOrder(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberOpenOrder(orderId: string): void {
  try {
    localStorage.setItem(KEY, orderId);
  } catch {
    // See above: without storage the payer still has the order's page.
  }
}

/** Forgets an order that has ended, and leaves another one that is still open. */
export function forgetOpenOrder(orderId: string): void {
  try {
    if (localStorage.getItem(KEY) === orderId) localStorage.removeItem(KEY);
  } catch {
    // See above.
  }
}
