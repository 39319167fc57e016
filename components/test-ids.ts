/**
 * The `data-testid`s that tests and the smoke test may rely on; nothing else on a page is a promise. Two objects, because
 * client code of one page should not carry the names of the other.
 */
export const TIP = {
  page: "tip-page",
  notReady: "tip-not-ready",
  setupProblem: "setup-problem",
  form: "tip-form",
  preset: "tip-preset",
  other: "tip-other",
  customAmount: "tip-custom-amount",
  amountNote: "tip-amount-note",
  amountProblem: "tip-amount-problem",
  details: "tip-details",
  name: "tip-name",
  message: "tip-message",
  anonymous: "tip-anonymous",
  formProblem: "tip-form-problem",
  submit: "tip-submit",
  continueOrder: "tip-continue-order",
} as const;

export const ORDER = {
  page: "order-page",
  status: "order-status",
  heading: "order-heading",
  amount: "order-amount",
  next: "order-next",
  action: "order-action",
  steps: "order-steps",
  connection: "order-connection",
  stillWatching: "order-still-watching",
  checkAgain: "order-check-again",
  shortfall: "order-shortfall",
  receipt: "order-receipt",
  transaction: "order-transaction",
  contact: "order-contact",
  orderId: "order-id",
  unavailable: "order-unavailable",
  notFound: "not-found",
} as const;
