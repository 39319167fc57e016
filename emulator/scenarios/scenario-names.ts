/** Every scenario, with what happens in it and the amount in hundredths that starts it. */
export const scenarioCatalogue = {
  happy: { cents: 401, about: "Seen, received, on chain, confirmed, told by webhook." },
  slow: { cents: 402, about: "The same over twelve minutes: longer than a page is told to poll." },
  underpaid: { cents: 403, about: "Three fifths of the amount arrive; the intent ends UNDERPAID." },
  late: { cents: 404, about: "TIMEOUT first; fifteen minutes later the payment is confirmed after all." },
  double: { cents: 405, about: "Paid twice: two confirmations with two transactions." },
  lost_webhook: { cents: 406, about: "Confirmed, but no webhook ever arrives." },
  duplicate_webhooks: {
    cents: 407,
    about: "Confirmed once and told four times: the same bytes twice, signed again, and under another webhook id.",
  },
  forged_webhook: {
    cents: 408,
    about: "Never paid; somebody without the secret sends five webhooks that say it was.",
  },
  kyt_rejected: { cents: 409, about: "Received, then REJECTED because the sender's money is tainted." },
  manual_review: { cents: 410, about: "Held for manual review; confirmed ten minutes later." },
  send_back: { cents: 411, about: "Received, then being sent back; FAILED ten minutes later." },
  canceled: { cents: 412, about: "The payer cancels." },
  timeout: { cents: 413, about: "Nobody pays; the intent times out at once." },
  failed: { cents: 414, about: "On chain, then FAILED." },
} as const;

export type ScenarioName = keyof typeof scenarioCatalogue;

export const scenarioNames = Object.keys(scenarioCatalogue).filter(isScenarioName);

export function isScenarioName(name: string): name is ScenarioName {
  return Object.hasOwn(scenarioCatalogue, name);
}

/** Takes hyphens as well, because that is how people type names. */
export function findScenario(name: string): ScenarioName | null {
  const plain = name.toLowerCase().replaceAll("-", "_");
  return isScenarioName(plain) ? plain : null;
}

export interface ScenarioOrder {
  readonly orderDescription: string | null;
  readonly amountCents: number;
  readonly currency: { readonly symbol: string } | null;
}

/** The scenario an order asks for: `scenario:NAME` anywhere in its description, or a magic amount. */
export function scenarioOf({ orderDescription, amountCents, currency }: ScenarioOrder): ScenarioName | null {
  const named = /\bscenario:([a-z_-]+)/i.exec(orderDescription ?? "")?.[1];
  if (named !== undefined) return findScenario(named);
  // Nobody types a yen with decimals, so for yen the magic number is the number of yen (§5: 401 yen are 40100).
  const isYen = currency?.symbol === "JPY";
  return scenarioNames.find((name) => scenarioCatalogue[name].cents * (isYen ? 100 : 1) === amountCents) ?? null;
}
