import { formatUnits, parseDecimal } from "../protocol/decimal";
import type { Account } from "../state/account";
import type { Intent } from "../state/intent";
import { changeStatus, confirmationOf, secondPayment } from "../webhooks/change-status";
import { deliver, forge, withNewId } from "../webhooks/deliver";
import { type ScenarioName, scenarioOf } from "./scenario-names";
import { type ScenarioAct, scenarioScripts } from "./scenario-scripts";

const minuteMs = 60_000;

/** Starts the scenario a new intent asks for, or the one that was set up for the next intent. */
export function startScenarioOf(account: Account, intent: Intent): void {
  const waiting = account.nextScenarios.shift();
  const asked = account.settings.scenarios ? scenarioOf(intent.order) : null;
  const name = waiting ?? asked;
  if (name !== null) startScenario(account, intent, name);
}

/** Schedules every step of a scenario on the emulated clock, so that advancing it plays the scenario at once. */
export function startScenario(account: Account, intent: Intent, name: ScenarioName): void {
  intent.scenario = name;
  let atMs = 0;
  for (const step of scenarioScripts[name]) {
    atMs += step.steps * account.settings.scenarioStepMs + step.minutes * minuteMs;
    account.clock.schedule(atMs, () => act(account, intent, step.act));
  }
}

function act(account: Account, intent: Intent, what: ScenarioAct): void {
  const by = `scenario ${intent.scenario}`;
  switch (what.kind) {
    case "status": {
      const { status, sendsWebhook = true, paidFifths } = what;
      const facts = paidFifths === undefined ? {} : { facts: { actualPaidAmount: fifths(intent, paidFifths) } };
      changeStatus(account, intent, { status, by, sendsWebhook, ...facts });
      return;
    }
    case "second_payment":
      secondPayment(account, intent, by);
      return;
    case "repeat_webhooks": {
      changeStatus(account, intent, { status: 20, by, sendsWebhook: false });
      const event = confirmationOf(account, intent);
      deliver(account, event, { extraCopies: 1 });
      deliver(account, event);
      deliver(account, withNewId(event));
      return;
    }
    case "forge":
      for (const variant of what.variants) forge(account, confirmationOf(account, intent), variant);
  }
}

function fifths({ order }: Intent, count: number): string {
  const due = parseDecimal(order.amountCoins);
  if (due === null) return order.amountCoins;
  return formatUnits((due.units * BigInt(count)) / 5n, due.scale);
}
