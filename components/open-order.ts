const KEY = "open-order";

/*
 * Which order this browser has open, so that the tip page can offer to go on with it. A convenience only: the order's
 * address is what counts, and private modes that throw on any use of storage must change nothing.
 */

export function recallOpenOrder(): string | null {
  return safely(() => localStorage.getItem(KEY));
}

export function rememberOpenOrder(orderId: string): void {
  safely(() => localStorage.setItem(KEY, orderId));
}

/** Forgets an order that has ended, and leaves another one that is still open. */
export function forgetOpenOrder(orderId: string): void {
  if (recallOpenOrder() === orderId) safely(() => localStorage.removeItem(KEY));
}

function safely<Result>(use: () => Result): Result | null {
  try {
    return use();
  } catch {
    return null;
  }
}
