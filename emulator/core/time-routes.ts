import type { Account } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { duration, flag, integer, text } from "./fields";
import { json, type Reply } from "./http";
import type { Provider } from "./provider";

const longestAheadMs = 100 * 365 * 86_400_000;

function shown({ clock }: Account): Reply {
  const { frozen, pendingTasks: scheduled } = clock;
  return json(200, { now: new Date(clock.now()).toISOString(), aheadMs: Math.round(clock.aheadMs), frozen, scheduled });
}

export function timeRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const { scenarios = {} } = provider;
  const times = integer("How many of the next payments; 1 by default.", { min: 1, max: 10_000 });
  const advance = duration("How far to go; what falls due on the way happens.");
  const freeze = flag("True stops the time, false lets it continue from where it stood.");
  return [
    route("GET /_emulator/clock", "The time that lifetimes, redeliveries and scenarios follow; signatures do not.", {
      handle: ({ account }) => shown(account),
    }),
    route("POST /_emulator/clock", 'Moves or stops the time, for instance `{"advance":"31m"}` or `{"freeze":true}`.', {
      body: { advance, freeze },
      handle: ({ account }, { advance = 0, freeze }) => {
        const { clock } = account;
        if (clock.aheadMs + advance > longestAheadMs)
          throw new ControlError("The clock can be 100 years ahead at most.");
        if (freeze === true) clock.freeze();
        if (freeze === false) clock.resume();
        if (advance > 0) clock.advance(advance);
        return shown(account);
      },
    }),
    route("GET /_emulator/scenarios", "Every scenario, and those waiting for the next payments.", {
      handle: ({ account }) => json(200, { scenarios, waiting: account.nextScenarios }),
    }),
    route("POST /_emulator/scenarios", "The next payment of the account plays this scenario.", {
      body: { name: text("The scenario."), times },
      required: ["name"],
      handle: ({ account }, { name, times = 1 }) => {
        const found = scenarioNamed(provider, name);
        account.nextScenarios.push(...Array.from({ length: times }, () => found));
        return json(201, { waiting: account.nextScenarios });
      },
    }),
  ];
}

/** Takes hyphens as well, because that is how people type names. */
export function findScenario<Name extends string>(known: Readonly<Record<Name, unknown>>, name: string): Name | null {
  const plain = name.toLowerCase().replaceAll("-", "_");
  return Object.hasOwn(known, plain) ? (plain as Name) : null;
}

export function scenarioNamed({ scenarios = {} }: Pick<Provider<never>, "scenarios">, name: string): string {
  const found = findScenario(scenarios, name);
  if (found === null) throw new ControlError(`"name" takes one of ${Object.keys(scenarios).join(", ")}.`);
  return found;
}
