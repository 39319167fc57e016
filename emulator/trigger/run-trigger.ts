import { statuses } from "../protocol/statuses";
import { isWebhookVariant, type WebhookVariant } from "../webhooks/webhook-variants";
import { EmulatorClient, TriggerError } from "./emulator-client";
import type { LineResult } from "./judge-line";
import { type KnownOrder, readOrderJson } from "./known-order";
import { runMatrix } from "./matrix";
import { assignOrders, createOrders } from "./matrix-orders";
import { Receiver } from "./receiver";
import { listText, type TriggerOptions, triggerHelp } from "./trigger-options";

/** Carries out one command and answers the exit code. */
export async function runTrigger(options: TriggerOptions, print: (text: string) => void): Promise<number> {
  const emulator = new EmulatorClient(options.emulator, options.apiKey);
  const { command } = options;
  if (options.help) print(triggerHelp.trimEnd());
  else if (command === "list") print(listText().trimEnd());
  else if (command === "matrix") return matrix(options, emulator, print);
  else if (command === "replay") return replayDelivery(options, emulator, print);
  else if (isWebhookVariant(command)) return sendOne(options, emulator, { variant: command, print });
  else return moveOrder(options, emulator, print);
  return 0;
}

async function receiverUrl(options: TriggerOptions, emulator: EmulatorClient): Promise<string> {
  const url = options.url ?? (await emulator.webhookUrl());
  if (url === null) throw new TriggerError("The emulator's account has no webhook URL. Say where to send with --url.");
  return url;
}

/** The orders named on the command line. */
async function namedOrders(options: TriggerOptions, emulator: EmulatorClient): Promise<KnownOrder[]> {
  const described = options.orderJson.map((text) => {
    const order = readOrderJson(text);
    if (order === null) throw new TriggerError(`--order-json needs at least intentId and amountCoins: ${text}`);
    return order;
  });
  return [...described, ...(await Promise.all(options.orders.map((id) => emulator.find(id))))];
}

async function oneOrder(options: TriggerOptions, emulator: EmulatorClient): Promise<KnownOrder> {
  const [order] = await namedOrders(options, emulator);
  if (order === undefined) throw new TriggerError("Say which order with --order or --order-json.");
  return order;
}

interface OneWebhook {
  readonly variant: WebhookVariant;
  readonly print: (text: string) => void;
}

async function sendOne(
  options: TriggerOptions,
  emulator: EmulatorClient,
  { variant, print }: OneWebhook,
): Promise<number> {
  const order = await oneOrder(options, emulator);
  const url = await receiverUrl(options, emulator);
  const receiver = new Receiver({ ...options, url, stateUrl: null });
  const answer = await receiver.send(receiver.build(variant, order));
  const readable = answer.status === 0 ? answer.text : `${url} answered ${answer.status}: ${answer.text}`;
  print(options.json ? JSON.stringify({ variant, url, ...answer }) : readable);
  return answer.status === 0 ? 1 : 0;
}

async function moveOrder(options: TriggerOptions, emulator: EmulatorClient, print: (text: string) => void) {
  const status = statuses.find(({ name }) => name.toLowerCase() === options.command);
  const order = await oneOrder(options, emulator);
  const received = options.received === null ? {} : { actual_paid_amount: options.received };
  const moved = await emulator.call("POST", `/intents/${order.intentId}/status`, {
    status: status?.value,
    ...received,
  });
  const readable = `Intent ${order.intentId} of order ${order.orderId ?? "(none)"} is now ${String(moved.statusName)}.`;
  print(options.json ? JSON.stringify(moved) : readable);
  return 0;
}

async function replayDelivery(options: TriggerOptions, emulator: EmulatorClient, print: (text: string) => void) {
  if (options.delivery === null) throw new TriggerError("Say which delivery with --delivery.");
  const body = { raw: options.raw, ...(options.url === null ? {} : { url: options.url }) };
  const replayed = await emulator.call("POST", `/deliveries/${encodeURIComponent(options.delivery)}/replay`, body);
  const answer = replayed.answer as { status: number; body: string } | null;
  const readable = answer === null ? String(replayed.error) : `Answered ${answer.status}: ${answer.body}`;
  print(options.json ? JSON.stringify(replayed) : readable);
  return answer === null ? 1 : 0;
}

async function matrix(options: TriggerOptions, emulator: EmulatorClient, print: (text: string) => void) {
  const url = await receiverUrl(options, emulator);
  const named = await namedOrders(options, emulator);
  const onWait = (text: string): void => (options.json ? undefined : print(text));
  const createUrl = options.createUrl ?? new URL("/api/checkout", url).href;
  const shop = { url: createUrl, body: options.createBody, onWait };
  const orders = assignOrders(named.length > 0 ? named : await createOrders(emulator, shop));
  const receiver = new Receiver({ ...options, url, stateUrl: stateUrlOf(options.stateUrl, url) });
  const onLine = (result: LineResult): void => print(options.json ? JSON.stringify(result) : lineText(result));
  const results = await runMatrix({ receiver, orders, onLine });
  const failed = results.filter(({ hole }) => hole !== null).length;
  const unseen = results.filter((result) => result.unseen !== null).length;
  if (!options.json) print(closingLine({ passed: results.length - failed - unseen, failed, unseen }));
  return failed === 0 && (unseen === 0 || options.allowUnseen) ? 0 : 1;
}

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly unseen: number;
}

function closingLine({ passed, failed, unseen }: Tally): string {
  const judged = `${passed} passed, ${failed} failed`;
  if (unseen === 0) return judged;
  return `${judged}, ${unseen} not seen. What is not seen has not passed; --allow-unseen lets the exit code overlook it.`;
}

/** The braces of the default must not be percent-encoded, so it is put together as text. */
function stateUrlOf(given: string | null, receiver: string): string | null {
  if (given === "none") return null;
  return given ?? `${new URL(receiver).origin}/api/orders/{orderId}`;
}

function lineText({ name, seen, wanted, hole, unseen }: LineResult): string {
  const row = (verdict: string): string => `${`${verdict}  ${name}`.padEnd(24)}${seen}`;
  if (hole !== null) return `${row("FAIL")}; wanted ${wanted}. ${hole}`;
  return unseen === null ? row("pass") : `${row("unseen")}. ${unseen}`;
}
