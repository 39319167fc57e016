/** What the form itself says. Client code carries these words to every payer, so they are few. */
export const FORM_WORDS = {
  submit: "Continue to payment",
  submitAmount: "Continue with {amount}",
  opening: "Opening the payment page…",
  next: "Next, you pay on AllScale’s checkout from your own wallet. We tell you here when it has arrived.",
  openOrder: "You have an open payment.",
  continueOrder: "Continue your payment",
} as const;

/** The bounds as the payer reads them, such as "$1" and "$10,000". */
export type Bounds = { readonly min: string; readonly max: string };

/** One sentence for each problem. None says that money was taken: at this point nothing has been paid. */
const PROBLEMS = {
  amount_invalid: "Please use digits: from {min} to {max}.",
  amount_too_low: "The smallest amount is {min}.",
  amount_too_high: "The largest amount is {max}.",
  too_long: "That text is too long. Please shorten it a little.",
  rate_limited: "That was many tries in a short time. Please wait a minute, then try again.",
  not_configured: "This page is not taking payments yet.",
  provider_unavailable: "The payment service is not answering just now. Nothing was charged. Please try again.",
  provider_refused: "The payment service did not accept this payment. Nothing was charged. Another amount may work.",
  conflict: "This form was sent before with other details. Please send it once more.",
  unavailable: "We could not reach the payment server. Nothing was charged. Please try again.",
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemField = "amount" | "name" | "message";
export type FormProblem = { readonly code: ProblemCode; readonly field: ProblemField | null };

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

export function problemSentence(code: ProblemCode, { min, max }: Bounds): string {
  return PROBLEMS[code].replace("{min}", min).replace("{max}", max);
}
