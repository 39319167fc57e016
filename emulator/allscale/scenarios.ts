import { deliver } from "../core/deliveries";
import { findScenario } from "../core/time-routes";
import type { Store } from "./account";
import { changeStatus, confirmation, forge, secondPayment } from "./change-status";
import type { Intent } from "./intent";
import { fraction } from "./money";
import type { StatusValue } from "./statuses";
import type { WebhookVariant } from "./webhooks";

/** Every scenario, with what happens in it and the amount in hundredths that starts it. */
const catalogue = {
  happy: { cents: 401, about: "Seen, wallet assigned, on chain, confirmed, told by webhook." },
  slow: { cents: 402, about: "The same over 12 minutes, longer than a page is told to poll: 1 s, 2, 6 and 12 min." },
  underpaid: { cents: 403, about: "Three fifths of the amount arrive: UNDERPAID with `actual_paid_amount`." },
  late: { cents: 404, about: "TIMEOUT first; 15 minutes later the payment is confirmed after all." },
  double: { cents: 405, about: "Paid twice: two confirmations with two transactions." },
  lost_webhook: { cents: 406, about: "Confirmed, but no webhook ever arrives: only polling finds it." },
  duplicate_webhooks: {
    cents: 407,
    about: "Confirmed once and told four times: the same bytes twice, signed again, and under another webhook id.",
  },
  forged_webhook: { cents: 408, about: "Never paid; five webhooks that must not be believed say it was." },
  kyt_rejected: { cents: 409, about: "Wallet assigned, then REJECTED because of where the money comes from." },
  manual_review: { cents: 410, about: "Held for manual review; confirmed 10 minutes later." },
  send_back: { cents: 411, about: "Being sent back; FAILED 10 minutes later." },
  canceled: { cents: 412, about: "The payer cancels." },
  timeout: { cents: 413, about: "The intent times out at once." },
  failed: { cents: 414, about: "On chain, then FAILED." },
} as const;

export type ScenarioName = keyof typeof catalogue;

export const scenarios = Object.fromEntries(
  Object.entries(catalogue).map(([name, { cents, about }]) => [
    name,
    { about, cents, startedBy: `4.${String(cents).slice(1)}, or ${cents} yen, or scenario:${name}` },
  ]),
);

interface Step {
  /** How many `scenarioStepMs` after the step before, and how many minutes. */
  readonly steps: number;
  readonly minutes: number;
  readonly act: (store: Store, intent: Intent, by: string) => void;
}

type Act = Step["act"];
const next = (act: Act): Step => ({ steps: 1, minutes: 0, act });
const afterMinutes = (minutes: number, act: Act): Step => ({ steps: 0, minutes, act });
const to =
  (status: StatusValue, sendsWebhook = true): Act =>
  (store, intent, by) =>
    changeStatus(store, intent, { status, by, sendsWebhook });

const arrivesShort: Act = (store, intent, by) => {
  const facts = { actualPaidAmount: fraction(intent.order.amountCoins, 3n, 5n) };
  changeStatus(store, intent, { status: -3, by, facts });
};

const tellFourTimes: Act = (store, intent, by) => {
  changeStatus(store, intent, { status: 20, by, sendsWebhook: false });
  const message = confirmation(store, intent);
  deliver(store, message, { extraCopies: 1 });
  deliver(store, message);
  deliver(store, message.renewed());
};

const forgeries: readonly WebhookVariant[] = [
  "unsigned",
  "wrong_secret",
  "changed_byte",
  "hour_old",
  "short_signature",
];
const forgeAll: Act = (store, intent) => {
  for (const variant of forgeries) forge(store, intent, variant);
};

const paying = next(to(2));
const wallet = next(to(3));
const onChain = next(to(10));

const scripts: Readonly<Record<ScenarioName, readonly Step[]>> = {
  happy: [paying, wallet, onChain, next(to(20))],
  slow: [paying, afterMinutes(2, to(3)), afterMinutes(4, to(10)), afterMinutes(6, to(20))],
  underpaid: [paying, wallet, next(arrivesShort)],
  late: [paying, next(to(-5)), afterMinutes(15, to(20))],
  double: [paying, next(to(20)), next(secondPayment)],
  lost_webhook: [paying, onChain, next(to(20, false))],
  duplicate_webhooks: [paying, onChain, next(tellFourTimes)],
  forged_webhook: [paying, next(forgeAll)],
  kyt_rejected: [paying, wallet, next(to(-2))],
  manual_review: [paying, wallet, next(to(4)), afterMinutes(10, to(20))],
  send_back: [paying, wallet, next(to(5)), afterMinutes(10, to(-1))],
  canceled: [paying, next(to(-4))],
  timeout: [next(to(-5))],
  failed: [paying, onChain, next(to(-1))],
};

/** Schedules every step on the clock of the account, so that advancing it plays the scenario at once. */
export function startScenario(store: Store, intent: Intent, name: string): void {
  const found = findScenario(catalogue, name);
  if (found === null) return;
  intent.scenario = found;
  let atMs = 0;
  for (const { steps, minutes, act } of scripts[found]) {
    atMs += steps * store.settings.scenarioStepMs + minutes * 60_000;
    store.clock.schedule(atMs, () => act(store, intent, `scenario ${found}`));
  }
}

/**
 * Starts the scenario that waits for the next intent, else the one that the order asks for: `scenario:NAME` anywhere in
 * its description, or a magic amount. Returns a note when the order names a scenario that does not exist.
 */
export function startScenarioOf(store: Store, intent: Intent): string | null {
  const { orderDescription, amountCents, currency } = intent.order;
  const waiting = store.nextScenarios.shift();
  if (waiting !== undefined) startScenario(store, intent, waiting);
  if (waiting !== undefined || !store.settings.scenarios) return null;
  const named = /\bscenario:([a-z_-]+)/i.exec(orderDescription ?? "")?.[1];
  if (named !== undefined && findScenario(catalogue, named) === null) {
    return `There is no scenario "${named}", so nothing moves this intent. Known: ${Object.keys(catalogue).join(", ")}.`;
  }
  // Yen have no decimals in use, so for yen the magic number is the number of yen (§5: 401 yen are 40100).
  const magicCents = currency?.symbol === "JPY" ? amountCents / 100 : amountCents;
  const byAmount = Object.entries(catalogue).find(([, { cents }]) => cents === magicCents)?.[0];
  const name = named ?? byAmount;
  if (name !== undefined) startScenario(store, intent, name);
  return null;
}
