import { createIntent } from "../api/create-intent";
import { json, type Reply } from "../http/reply";
import { findStatus, type StatusValue, statuses } from "../protocol/statuses";
import { changeStatus } from "../webhooks/change-status";
import { type ControlContext, type ControlRoute, integerField, stringField } from "./control-route";
import { ControlError, optionalInteger, optionalString } from "./read-field";

const mostIntents = 1_000_000;

/** Intents without going through the API, for a page that should show some or a load test. */
export const seedRoutes: readonly ControlRoute[] = [
  {
    method: "POST",
    path: "/_emulator/seed",
    summary: "Creates many intents at once. No webhook is sent for them.",
    body: {
      count: integerField("How many; 10 by default."),
      status: { type: ["integer", "string"], description: 'Their status, or "mixed" (the default) for all in turn.' },
      currency: integerField("The fiat enum; 1 (USD) by default."),
      stable_coin: integerField("The coin enum, for native pricing instead."),
      amount_cents: integerField("The amount; by default 500 and one cent more each time."),
      order_prefix: stringField('The order ids are this and a number; "seed-" by default.'),
    },
    handle: seed,
  },
];

function seed({ state, account, body }: ControlContext): Reply {
  const count = optionalInteger(body, "count") ?? 10;
  if (count < 1 || count > mostIntents) throw new ControlError(`"count" must be from 1 to ${mostIntents}.`);
  const prefix = optionalString(body, "order_prefix") ?? "seed-";
  const amountCents = optionalInteger(body, "amount_cents");
  const coin = optionalInteger(body, "stable_coin");
  if (coin !== undefined && body.currency !== undefined)
    throw new ControlError('"currency" and "stable_coin" cannot both be given.');
  const pricing = coin === undefined ? { currency: optionalInteger(body, "currency") ?? 1 } : { stable_coin: coin };
  const statusAt = readStatus(body.status);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const cents = amountCents ?? 500 + index;
    const fields = { ...pricing, amount_cents: cents, order_id: `${prefix}${index + 1}` };
    const created = createIntent(state, account, fields, { playsScenario: false });
    if (!created.ok) throw new ControlError(`Intent ${index + 1} was refused: ${created.error.message}`);
    const status = statusAt(index);
    if (status !== 1) changeStatus(account, created.intent, { status, by: "seed", sendsWebhook: false });
    if (ids.length < 1_000) ids.push(created.intent.id);
  }
  return json(201, { created: count, ids });
}

function readStatus(value: unknown): (index: number) => StatusValue {
  if (value === undefined || value === "mixed") return (index) => statuses[index % statuses.length]?.value ?? 1;
  const status = findStatus(value);
  if (status === undefined) throw new ControlError('"status" must be one of the twelve, or "mixed".');
  return () => status.value;
}
