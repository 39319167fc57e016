/**
 * The `data-testid`s that tests and the smoke test may rely on; nothing else on a page is a promise, except
 * `data-order-state` on the order page's main element. Components write `data-testid={"…" satisfies TestId}`: a wrong one
 * does not compile, and payers do not download this list.
 */
export const TIP_TEST_IDS = [
  "tip-page",
  "tip-not-ready",
  "tip-setup-problem",
  "tip-form",
  "tip-preset",
  "tip-other",
  "tip-custom-amount",
  "tip-amount-hint",
  "tip-amount-problem",
  "tip-details",
  "tip-name",
  "tip-message",
  "tip-form-hint",
  "tip-form-problem",
  "tip-submit",
  "tip-continue-order",
  "language-switch",
  "in-app-hint",
] as const;

export const ORDER_TEST_IDS = [
  "order-page",
  "order-status",
  "order-heading",
  "order-amount",
  "order-next",
  "order-action",
  "order-phone",
  "order-pay-to",
  "order-wallet",
  "order-time-left",
  "order-contact",
  "order-steps",
  "order-news",
  "order-connection",
  "order-still-watching",
  "order-check-again",
  "order-note",
  "order-shortfall",
  "order-receipt",
  "order-transaction",
  "order-id",
  "order-unavailable",
  "not-found",
] as const;

export type TestId = (typeof TIP_TEST_IDS | typeof ORDER_TEST_IDS)[number];
