import { parseArgs } from "node:util";
import { TriggerError } from "./control-client";
import { isWebUrl, parseDurationMs } from "./fields";
import type { TriggerKit } from "./trigger-kit";

export type TriggerOptions = ReturnType<typeof readTriggerOptions>;

export function triggerHelp(kit: TriggerKit): string {
  const { commands, env } = kit;
  return `Sends webhooks as ${kit.title} would, and as it never should.

Usage: ${commands.package} COMMAND [options]      from the package
       ${commands.repository} COMMAND [options]      in the repository of the emulator

  good, unsigned, stale, ...   sends one webhook in that way (see: list)
  ${`${Object.keys(kit.states).slice(-2).join(", ")}, ...`.padEnd(29)}moves the order's payment at the emulator (see: list)
  matrix                       runs the acceptance table against a receiver, one line each; exit 1 unless all pass
  list                         every way and every state

  --order ID           the order, or its payment, as the emulator knows it; the matrix takes five of them or more
  --order-json JSON    an order the emulator does not know: ${kit.orderFields}
  --url URL            the receiver (the emulator's webhook URL)
  --received AMOUNT    what arrived of an underpayment
  --create-url URL     where the matrix has the shop open its orders (/api/checkout beside the receiver)
  --create-body JSON   what it sends there ({"amount":"5.00"})
  --state-url URL      where it reads {"paid":...} of an order, with {orderId} or {${kit.paymentIdName}} in it
                       (/api/orders/{orderId} beside the receiver; "none" to go by the answers alone)
  --timeout TIME       how long the receiver may take to answer a line (10s)
  --allow-unseen       exit 0 when nothing fails, although a line of the matrix was not seen
  --emulator URL       (http://127.0.0.1:4010)
  --api-key K, --api-secret S   also from ${env.apiKey} and ${env.apiSecret} (the emulator's defaults)
  --json               prints JSON

A 200 does not tell the matrix what the receiver did. It sees that by "result" in the JSON of the answer: "paid" when
this very delivery settled the order, else "duplicate", "needs_review" or "ignored"; or by a number "settlements" beside
"paid" in the state of the order: how often it was settled. What neither shows is "unseen", and unseen is not passed.
`;
}

export function listText({ variants, states }: TriggerKit): string {
  const rows = Object.entries(variants).map(([name, about]) => `  ${name.padEnd(18)}${about}`);
  const moves = Object.entries(states).map(([name, value]) => `  ${name.padEnd(26)}${value}`);
  return `Webhooks:\n${rows.join("\n")}\n\nStates:\n${moves.join("\n")}`;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Names are taken with hyphens or underscores. */
export function readTriggerOptions(kit: TriggerKit, args: readonly string[], env: Env) {
  const { values, positionals } = parse(args);
  const [written = ""] = positionals;
  const command = written.toLowerCase().replaceAll("-", "_");
  if (positionals.length > 1) throw new TriggerError(`One command at a time: "${positionals.join(" ")}".`);
  const known = { ...kit.states, ...kit.variants, matrix: 0, list: 0 };
  if (!values.help && !Object.hasOwn(known, command)) {
    throw new TriggerError(`"${written}" is no command. See --help and list.`);
  }
  for (const name of ["url", "emulator", "create-url"] as const) {
    const url = values[name];
    if (url !== undefined && !isWebUrl(url)) {
      throw new TriggerError(`--${name} takes an absolute http or https URL, not "${url}".`);
    }
  }
  const timeoutMs = parseDurationMs(values.timeout);
  if (timeoutMs === undefined) throw new TriggerError('--timeout takes a string such as "10s".');
  return {
    ...values,
    command,
    timeoutMs,
    apiKey: (values["api-key"] ?? env[kit.env.apiKey] ?? kit.defaults.apiKey).trim(),
    apiSecret: (values["api-secret"] ?? env[kit.env.apiSecret] ?? kit.defaults.apiSecret).trim(),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        emulator: { type: "string", default: "http://127.0.0.1:4010" },
        "api-key": { type: "string" },
        "api-secret": { type: "string" },
        url: { type: "string" },
        order: { type: "string", multiple: true, default: [] },
        "order-json": { type: "string", multiple: true, default: [] },
        received: { type: "string" },
        "create-url": { type: "string" },
        "create-body": { type: "string", default: '{"amount":"5.00"}' },
        "state-url": { type: "string" },
        timeout: { type: "string", default: "10s" },
        "allow-unseen": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new TriggerError(error instanceof Error ? error.message : String(error));
  }
}
