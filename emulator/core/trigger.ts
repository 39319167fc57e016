import { ControlClient, TriggerError } from "./control-client";
import type { LineResult } from "./judge-line";
import { createOrder, runMatrix } from "./matrix";
import { sendTo } from "./receiver";
import type { TriggerKit, TriggerOrder } from "./trigger-kit";
import { listText, readTriggerOptions, type TriggerOptions, triggerHelp } from "./trigger-options";

interface Run {
  readonly kit: TriggerKit;
  readonly options: TriggerOptions;
  readonly emulator: ControlClient;
  readonly print: (text: string) => void;
}

/** Carries out one command of a trigger program: 0 done, 1 a line failed or nothing answered, 2 it could not be tried. */
export async function triggerMain(kit: TriggerKit): Promise<number> {
  try {
    const options = readTriggerOptions(kit, process.argv.slice(2), process.env);
    return await runTrigger(kit, options, (text) => console.log(text));
  } catch (error) {
    if (!(error instanceof TriggerError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Carries out one command and returns the exit code. */
export async function runTrigger(
  kit: TriggerKit,
  options: TriggerOptions,
  print: (text: string) => void,
): Promise<number> {
  const run = { kit, options, emulator: new ControlClient(options.emulator, options.apiKey), print };
  const { command } = options;
  if (options.help) print(triggerHelp(kit).trimEnd());
  else if (command === "list") print(listText(kit));
  else if (command === "matrix") return matrix(run);
  else if (command === "replay") return replay(run);
  else if (Object.hasOwn(kit.variants, command)) return sendOne(run);
  else return move(run);
  return 0;
}

async function receiverUrl({ options, emulator }: Run): Promise<string> {
  const url = options.url ?? (await emulator.webhookUrl());
  if (url !== null) return url;
  throw new TriggerError("The emulator's account has no webhook URL. Say where to send with --url.");
}

/** The orders named on the command line. */
async function namedOrders({ kit, options, emulator }: Run): Promise<TriggerOrder[]> {
  const described = options["order-json"].map((text) => {
    const order = kit.readOrder(parsed(text));
    if (order === null) throw new TriggerError(`--order-json needs at least ${kit.orderFields}: ${text}`);
    return order;
  });
  const find = async (id: string): Promise<TriggerOrder> => {
    const query = `?order_id=${encodeURIComponent(id)}&limit=1`;
    const [byOrder] = await emulator.list(`/${kit.payments}${query}`, kit.payments);
    if (byOrder !== undefined) return kit.toOrder(byOrder);
    const byPayment = await emulator.call("GET", `/${kit.payments}/${encodeURIComponent(id)}`).catch(() => {
      throw new TriggerError(`The emulator knows no order and no payment "${id}".`);
    });
    return kit.toOrder(byPayment);
  };
  return [...described, ...(await Promise.all(options.order.map(find)))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function oneOrder(run: Run): Promise<TriggerOrder> {
  const [order] = await namedOrders(run);
  if (order !== undefined) return order;
  throw new TriggerError("Say which order with --order or --order-json.");
}

async function sendOne(run: Run): Promise<number> {
  const { kit, options, print } = run;
  const order = await oneOrder(run);
  const url = await receiverUrl(run);
  const { apiKey, apiSecret, command: variant } = options;
  const answer = await sendTo(kit.build(variant, order, { url, apiKey, apiSecret }), options.timeoutMs);
  const readable = answer.status === 0 ? answer.text : `${url} answered ${answer.status}: ${answer.text}`;
  print(options.json ? JSON.stringify({ variant, url, ...answer }) : readable);
  return answer.status === 0 ? 1 : 0;
}

async function move(run: Run): Promise<number> {
  const { kit, options, emulator, print } = run;
  const { orderId, paymentId } = await oneOrder(run);
  const received = options.received === undefined ? {} : { actual_paid_amount: options.received };
  const body = { status: kit.states[options.command], ...received };
  const moved = await emulator.call("POST", `/${kit.payments}/${encodeURIComponent(paymentId)}/status`, body);
  const readable = `Payment ${paymentId} of order ${orderId ?? "(none)"} is now ${String(moved.statusName)}.`;
  print(options.json ? JSON.stringify(moved) : readable);
  return 0;
}

async function replay({ options, emulator, print }: Run): Promise<number> {
  const { delivery, raw, url, json } = options;
  if (delivery === undefined) throw new TriggerError("Say which delivery with --delivery.");
  const body = { raw, ...(url !== undefined && { url }) };
  const replayed = await emulator.call("POST", `/deliveries/${encodeURIComponent(delivery)}/replay`, body);
  const answer = replayed.answer as { status: number; body: string } | null;
  const readable = answer === null ? String(replayed.error) : `Answered ${answer.status}: ${answer.body}`;
  print(json ? JSON.stringify(replayed) : readable);
  return answer === null ? 1 : 0;
}

async function matrix(run: Run): Promise<number> {
  const { kit, options, emulator, print } = run;
  const { apiKey, apiSecret, json, timeoutMs } = options;
  const url = await receiverUrl(run);
  const shop = {
    url: options["create-url"] ?? new URL("/api/checkout", url).href,
    body: options["create-body"],
    onWait: (text: string) => (json ? undefined : print(text)),
  };
  const results = await runMatrix({
    kit,
    emulator,
    signer: { url, apiKey, apiSecret },
    stateUrl: stateUrlOf(options["state-url"], url),
    timeoutMs,
    nextOrder: supply(await namedOrders(run), kit, () => createOrder(kit, emulator, shop)),
    onLine: (result) => print(json ? JSON.stringify(result) : lineText(result)),
  });
  const failed = results.filter(({ hole }) => hole !== null).length;
  const unseen = results.filter((result) => result.unseen !== null).length;
  if (!json) print(closingLine(results.length, failed, unseen));
  return failed === 0 && (unseen === 0 || options["allow-unseen"]) ? 0 : 1;
}

/** Hands out the named orders, or has the shop open one each time when none is named. */
function supply(
  named: TriggerOrder[],
  { lines }: TriggerKit,
  create: () => Promise<TriggerOrder>,
): () => Promise<TriggerOrder> {
  if (named.length === 0) return create;
  const needed = new Set(lines.map(({ slot }) => slot)).size;
  if (named.length < needed) {
    throw new TriggerError(`The matrix needs ${needed} unpaid orders, and was given ${named.length}.`);
  }
  return async () => {
    const order = named.shift();
    if (order === undefined) throw new TriggerError("No named order is left.");
    return order;
  };
}

function closingLine(total: number, failed: number, unseen: number): string {
  const judged = `${total - failed - unseen} passed, ${failed} failed`;
  if (unseen === 0) return judged;
  return `${judged}, ${unseen} not seen. What is not seen has not passed; --allow-unseen lets the exit code overlook it.`;
}

/** The braces of the default must not be percent-encoded, so it is put together as text. */
function stateUrlOf(given: string | undefined, receiver: string): string | null {
  if (given === "none") return null;
  return given ?? `${new URL(receiver).origin}/api/orders/{orderId}`;
}

function lineText({ name, seen, wanted, hole, unseen, note }: LineResult): string {
  const row = (verdict: string): string => `${`${verdict}  ${name}`.padEnd(24)}${seen}`;
  if (hole !== null) return `${row("FAIL")}; wanted ${wanted}. ${hole}`;
  if (unseen !== null) return `${row("unseen")}. ${unseen}`;
  return note === null ? row("pass") : `${row("pass")}; ${note}`;
}
