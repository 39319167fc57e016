import { json, type Reply } from "../http/reply";
import type { Account } from "../state/account";
import { booleanField, type ControlContext, type ControlRoute, durationField } from "./control-route";
import { parseDurationMs } from "./duration";
import { ControlError, optionalBoolean } from "./read-field";

const longestAheadMs = 100 * 365 * 86_400_000;

/** The payment clock of the account. */
export const clockRoutes: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/_emulator/clock",
    summary:
      "The time of the account: lifetimes, redeliveries, scenarios and rate limits follow it, signatures do not.",
    handle: ({ account }) => json(200, clockView(account)),
  },
  {
    method: "POST",
    path: "/_emulator/clock",
    summary: 'Moves or stops the time, for instance {"advance":"31m"} or {"freeze":true}.',
    body: {
      advance: durationField(
        "How far to go; what falls due on the way happens. A redelivery is due after the answer to the one before, so each needs an advance of its own.",
      ),
      freeze: booleanField("True stops the time, false lets it run on from where it stood."),
    },
    handle: setClock,
  },
];

function clockView({ clock }: Account): Readonly<Record<string, unknown>> {
  return {
    now: new Date(clock.now()).toISOString(),
    aheadMs: Math.round(clock.aheadMs),
    frozen: clock.frozen,
    scheduled: clock.pendingTasks,
  };
}

function setClock({ account, body }: ControlContext): Reply {
  const freeze = optionalBoolean(body, "freeze");
  const byMs = body.advance === undefined ? 0 : parseDurationMs(body.advance);
  if (byMs === null) throw new ControlError('"advance" must be milliseconds or a string such as "31m".');
  if (account.clock.aheadMs + byMs > longestAheadMs)
    throw new ControlError("The clock can be 100 years ahead at most.");
  if (freeze === true) account.clock.freeze();
  if (freeze === false) account.clock.resume();
  if (byMs > 0) account.clock.advance(byMs);
  return json(200, clockView(account));
}
