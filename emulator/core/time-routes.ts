import type { Account } from "./account";
import { ControlError, type Route, route } from "./control-route";
import { duration, flag, integer, text } from "./fields";
import { json } from "./http";
import type { Provider } from "./provider";

const longestAheadMs = 100 * 365 * 86_400_000;

/** The payment clock of the account, and scenarios, which follow it. */
export function timeRoutes<A extends Account>(provider: Provider<A>): readonly Route<A>[] {
  const view = ({ clock }: Account) => ({
    now: new Date(clock.now()).toISOString(),
    aheadMs: Math.round(clock.aheadMs),
    frozen: clock.frozen,
    scheduled: clock.pendingTasks,
  });
  return [
    route(
      "GET /_emulator/clock",
      "The time of the account: lifetimes, redeliveries and scenarios follow it, signatures do not.",
      { handle: ({ account }) => json(200, view(account)) },
    ),
    route("POST /_emulator/clock", 'Moves or stops the time, for instance `{"advance":"31m"}` or `{"freeze":true}`.', {
      body: {
        advance: duration(
          "How far to go; what falls due on the way happens. A redelivery falls due after the answer to the attempt before, so each needs an advance of its own.",
        ),
        freeze: flag("True stops the time, false lets it continue from where it stood."),
      },
      handle: ({ account }, { advance = 0, freeze }) => {
        const { clock } = account;
        if (clock.aheadMs + advance > longestAheadMs)
          throw new ControlError("The clock can be 100 years ahead at most.");
        if (freeze === true) clock.freeze();
        if (freeze === false) clock.resume();
        if (advance > 0) clock.advance(advance);
        return json(200, view(account));
      },
    }),
    route("GET /_emulator/scenarios", "Every scenario, and those waiting for the next payments.", {
      handle: ({ account }) => json(200, { scenarios: provider.scenarios, waiting: account.nextScenarios }),
    }),
    route("POST /_emulator/scenarios", "The next payment of the account plays this scenario.", {
      body: {
        name: text("The scenario."),
        times: integer("How many of the next payments; 1 by default.", { min: 1, max: 10_000 }),
      },
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
export function findScenario<Name extends string>(
  scenarios: Readonly<Record<Name, unknown>>,
  name: string,
): Name | null {
  const plain = name.toLowerCase().replaceAll("-", "_");
  return Object.hasOwn(scenarios, plain) ? (plain as Name) : null;
}

export function scenarioNamed(
  provider: { readonly scenarios: Readonly<Record<string, unknown>> },
  name: string,
): string {
  const found = findScenario(provider.scenarios, name);
  if (found === null) throw new ControlError(`"name" takes one of ${Object.keys(provider.scenarios).join(", ")}.`);
  return found;
}
