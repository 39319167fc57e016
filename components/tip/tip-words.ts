/** What the tip page says around its form. The form's own words are in `form-words.ts`. */
export const TIP_WORDS = {
  title: (name: string) => `Tip ${name}`,
  problemTitle: (title: string) => `Please check: ${title}`,
  chooseAmount: "Choose an amount",
  other: "Other",
  otherAmount: (currency: string) => `Other amount in ${currency}`,
  otherPlaceholder: (min: string) => `${min} or more`,
  between: (min: string, max: string) => `Anything from ${min} to ${max}.`,
  clampedLow: (min: string) => `The amount in your link is too small, so we filled in ${min}.`,
  clampedHigh: (max: string) => `The amount in your link is too large, so we filled in ${max}.`,
  addNote: "Add your name or a message",
  name: "Name (optional)",
  message: "Message (optional)",
  anonymous: (merchant: string) => `Keep my name private: only ${merchant} sees it`,
  trust: "Paid in stable-coins. This page never asks for a card, a password or a wallet key.",
  notReady: {
    heading: "Not taking payments yet",
    text: "This page is still being set up. Please come back a little later.",
    forOperator: "For the person setting it up",
    explain: "Payments start once these settings are right:",
    unnamed: "The settings could not be read. The server’s log says more.",
  },
} as const;
