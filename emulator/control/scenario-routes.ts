import { json, type Reply } from "../http/reply";
import { startScenario } from "../scenarios/run-scenario";
import { findScenario, type ScenarioName, scenarioCatalogue, scenarioNames } from "../scenarios/scenario-names";
import { type ControlContext, type ControlRoute, integerField } from "./control-route";
import { findIntent } from "./intent-routes";
import { intentView } from "./intent-view";
import { ControlError, optionalInteger, requiredString } from "./read-field";

const nameField = { type: "string", enum: scenarioNames, description: "Which one." };

/** Scenarios by control API; descriptions and magic amounts start them too. */
export const scenarioRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/scenarios",
    summary: "Every scenario with its magic amount, and those waiting for the next intents.",
    handle: ({ account }) => json(200, { scenarios: scenarioCatalogue, waiting: account.nextScenarios }),
  },
  {
    method: "POST",
    path: "/_emulator/scenarios",
    summary: "Has the next intent of the account play a scenario, whatever its amount and description.",
    body: { name: nameField, times: integerField("How many of the next intents; 1 by default.") },
    required: ["name"],
    handle: setNext,
  },
  {
    method: "POST",
    path: "/_emulator/intents/{id}/scenario",
    summary: "Plays a scenario on an intent that exists.",
    body: { name: nameField },
    required: ["name"],
    handle: start,
  },
];

function readName(body: Readonly<Record<string, unknown>>): ScenarioName {
  const name = findScenario(requiredString(body, "name"));
  if (name === null) throw new ControlError(`"name" must be one of ${scenarioNames.join(", ")}.`);
  return name;
}

function setNext({ account, body }: ControlContext): Reply {
  const name = readName(body);
  const times = optionalInteger(body, "times") ?? 1;
  if (times < 1 || times > 10_000) throw new ControlError('"times" must be from 1 to 10000.');
  for (let count = 0; count < times; count += 1) account.nextScenarios.push(name);
  return json(201, { waiting: account.nextScenarios });
}

function start(context: ControlContext): Reply {
  const { state, account, body } = context;
  const intent = findIntent(context);
  startScenario(account, intent, readName(body));
  return json(200, intentView(state, account, intent));
}
