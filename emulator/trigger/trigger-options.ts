import { parseArgs } from "node:util";
import { statuses } from "../protocol/statuses";
import { isWebhookVariant, webhookVariants } from "../webhooks/webhook-variants";
import { TriggerError } from "./emulator-client";

export interface TriggerOptions {
  /** What to do: a webhook variant, a status name, `matrix`, `replay` or `list`. */
  readonly command: string;
  readonly emulator: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly url: string | null;
  readonly orders: readonly string[];
  readonly orderJson: readonly string[];
  readonly received: string | null;
  readonly delivery: string | null;
  readonly raw: boolean;
  readonly createUrl: string | null;
  readonly createBody: string;
  readonly stateUrl: string | null;
  /** Whether the matrix may end with 0 although a line was not seen. */
  readonly allowUnseen: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const triggerHelp = `Sends webhooks as AllScale would, and as it never should.

Usage: npx allscale-trigger COMMAND [options]      from the package
       npm run trigger -- COMMAND [options]      in the repository of the emulator

  good, unsigned, stale, ...   sends one webhook in that way (see: list)
  underpaid, canceled, ...     moves the order's payment at the emulator (see: list)
  replay                       sends a logged delivery again (--delivery ID, --raw for the very bytes)
  matrix                       runs the acceptance table against a receiver, one line each; exit 1 unless all pass
  list                         every way and every status

  --order ID           the order, or its intent, as the emulator knows it; the matrix takes five of them
  --order-json JSON    an order the emulator does not know: intentId, orderId, amountCents, currency,
                       currencySymbol, amountCoins, coinSymbol
  --url URL            the receiver (the emulator's webhook URL)
  --received AMOUNT    what arrived of an underpayment
  --create-url URL     where the matrix has the shop make its orders (/api/checkout beside the receiver)
  --create-body JSON   what it sends there ({"amount":"5.00"})
  --state-url URL      where it reads {"paid":...} of an order, with {orderId} or {intentId} in it
                       (/api/orders/{orderId} beside the receiver; "none" to go by the answers alone)
  --allow-unseen       exit 0 when nothing fails, although a line of the matrix was not seen
  --emulator URL       (http://127.0.0.1:4010)
  --api-key K, --api-secret S   also from ALLSCALE_API_KEY and ALLSCALE_API_SECRET (the emulator's defaults)
  --json               prints JSON

A 200 does not tell the matrix what the receiver did. It sees that by "result" in the JSON of the answer: "paid" when
this very delivery settled the order, else "duplicate", "needs_review" or "ignored"; or by a number "settlements" beside
"paid" in the state of the order: how often it was settled. What neither shows is "unseen", and unseen is not passed.
`;

export function listText(): string {
  const rows = Object.entries(webhookVariants).map(([name, about]) => `  ${name.padEnd(18)}${about}`);
  const moves = statuses.map(({ name, value }) => `  ${name.toLowerCase().padEnd(26)}${value}`);
  return `Webhooks:\n${rows.join("\n")}\n\nStatuses:\n${moves.join("\n")}\n`;
}

/** Names are taken with hyphens or underscores. */
export function readTriggerOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): TriggerOptions {
  const { values, positionals } = parse(args);
  const command = (positionals[0] ?? "").toLowerCase().replaceAll("-", "_");
  if (positionals.length > 1) throw new TriggerError(`One command at a time: "${positionals.join(" ")}".`);
  if (!values.help && !isCommand(command)) {
    throw new TriggerError(`"${positionals[0] ?? ""}" is no command. See --help and list.`);
  }
  for (const name of ["url", "emulator", "create-url"] as const) {
    const url = values[name];
    if (url !== undefined && !(/^https?:\/\//i.test(url) && URL.canParse(url))) {
      throw new TriggerError(`--${name} takes an absolute http or https URL, not "${url}".`);
    }
  }
  return {
    command,
    emulator: values.emulator,
    apiKey: (values["api-key"] ?? env.ALLSCALE_API_KEY ?? "st_emulator_key").trim(),
    apiSecret: (values["api-secret"] ?? env.ALLSCALE_API_SECRET ?? "st_emulator_secret_not_for_production").trim(),
    url: values.url ?? null,
    orders: values.order,
    orderJson: values["order-json"],
    received: values.received ?? null,
    delivery: values.delivery ?? null,
    raw: values.raw,
    createUrl: values["create-url"] ?? null,
    createBody: values["create-body"],
    stateUrl: values["state-url"] ?? null,
    allowUnseen: values["allow-unseen"],
    json: values.json,
    help: values.help,
  };
}

function isCommand(command: string): boolean {
  const isStatus = statuses.some(({ name }) => name.toLowerCase() === command);
  return isStatus || isWebhookVariant(command) || ["matrix", "replay", "list"].includes(command);
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
        delivery: { type: "string" },
        raw: { type: "boolean", default: false },
        "create-url": { type: "string" },
        "create-body": { type: "string", default: '{"amount":"5.00"}' },
        "state-url": { type: "string" },
        "allow-unseen": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new TriggerError(error instanceof Error ? error.message : String(error));
  }
}
