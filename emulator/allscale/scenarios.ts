import { deliver } from "../core/deliveries";
import { findScenario } from "../core/time-routes";
import type { Store } from "./account";
import { changeStatus, confirmation, forge, secondPayment } from "./change-status";
import type { Intent } from "./intent";
import { fraction } from "./money";
import type { StatusValue } from "./statuses";

type Act = (store: Store, intent: Intent, by: string) => void;
/** An act, so many minutes after the one before, or a step of `scenarioStepMs` when absent. */
type Step = Readonly<{ act: Act; minutes?: number }>;

const to = (status: StatusValue, minutes?: number, sendsWebhook = true): Step => {
  const act: Act = (store, intent, by) => changeStatus(store, intent, { status, by, sendsWebhook });
  return minutes === undefined ? { act } : { act, minutes };
};

const arriveShort: Act = (store, intent, by) => {
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

const forgeries = ["unsigned", "wrong_secret", "changed_byte", "hour_old", "short_signature"] as const;
const forgeAll: Act = (store, intent) => {
  for (const variant of forgeries) forge(store, intent, variant);
};

const [paying, wallet, onChain, paid, untold] = [to(2), to(3), to(10), to(20), to(20, undefined, false)];
const fourTimes = { act: tellFourTimes };

/** Every scenario: what happens in it, step by step. The magic amounts count up from 4.01 in this order. */
const catalogue = {
  happy: ["Seen, wallet assigned, on chain, confirmed, told by webhook.", [paying, wallet, onChain, paid]],
  slow: ["The same, at 1 s, 2, 6 and 12 minutes: longer than a page polls.", [paying, to(3, 2), to(10, 4), to(20, 6)]],
  underpaid: ["Three fifths of the amount arrive: UNDERPAID.", [paying, wallet, { act: arriveShort }]],
  late: ["TIMEOUT; 15 minutes later the payment is confirmed after all.", [paying, to(-5), to(20, 15)]],
  double: ["Paid twice: two confirmations with two transactions.", [paying, paid, { act: secondPayment }]],
  lost_webhook: ["Confirmed, but no webhook ever arrives: only polling finds it.", [paying, onChain, untold]],
  duplicate_webhooks: [
    "Told four times: twice the same bytes, signed again, and under another id.",
    [paying, onChain, fourTimes],
  ],
  forged_webhook: ["Never paid; five webhooks that must not be believed say it was.", [paying, { act: forgeAll }]],
  kyt_rejected: ["Wallet assigned, then REJECTED because of where the money comes from.", [paying, wallet, to(-2)]],
  manual_review: ["Held for manual review; confirmed 10 minutes later.", [paying, wallet, to(4), to(20, 10)]],
  send_back: ["Being sent back; FAILED 10 minutes later.", [paying, wallet, to(5), to(-1, 10)]],
  canceled: ["The payer cancels.", [paying, to(-4)]],
  timeout: ["The intent times out at once.", [to(-5)]],
  failed: ["On chain, then FAILED.", [paying, onChain, to(-1)]],
} as const satisfies Record<string, readonly [string, readonly Step[]]>;

export type ScenarioName = keyof typeof catalogue;

export const scenarios = Object.fromEntries(
  Object.entries(catalogue).map(([name, [about]], index) => {
    const cents = 401 + index;
    const startedBy = `4.${String(cents).slice(1)}, or ${cents} yen, or scenario:${name}`;
    return [name, { about, cents, startedBy }];
  }),
);

export function startScenario(store: Store, intent: Intent, name: string): void {
  const found = findScenario(catalogue, name);
  if (found === null) return;
  intent.scenario = found;
  let atMs = 0;
  const steps: readonly Step[] = catalogue[found][1];
  for (const { act, minutes } of steps) {
    atMs += minutes === undefined ? store.settings.scenarioStepMs : minutes * 60_000;
    store.clock.schedule(atMs, () => act(store, intent, `scenario ${found}`));
  }
}

/** Starts the scenario that waits, else the one that the order asks for. Returns a note when that does not exist. */
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
  const name = named ?? Object.keys(scenarios).find((each) => scenarios[each]?.cents === magicCents);
  if (name !== undefined) startScenario(store, intent, name);
  return null;
}
