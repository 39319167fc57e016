import { ControlClient, TriggerError } from "./control-client";
import { parseJson } from "./json";
import type { LineResult } from "./judge-line";
import { createOrder, runMatrix } from "./matrix";
import { sendTo } from "./receiver";
import type { TriggerKit, TriggerOrder } from "./trigger-kit";
import { listText, readTriggerOptions, type TriggerOptions, triggerHelp } from "./trigger-options";

type Print = (text: string) => void;
type Run = Readonly<{ kit: TriggerKit; options: TriggerOptions; emulator: ControlClient; print: Print }>;

/** Runs a trigger program: 0 done, 1 a line failed or nothing answered, 2 it could not be tried. */
export async function triggerMain(kit: TriggerKit): Promise<number> {
  try {
    return await runTrigger(kit, readTriggerOptions(kit, process.argv.slice(2), process.env), console.log);
  } catch (error) {
    if (!(error instanceof TriggerError)) throw error;
    console.error(error.message);
    return 2;
  }
}

export async function runTrigger(kit: TriggerKit, options: TriggerOptions, print: Print): Promise<number> {
  const run = { kit, options, emulator: new ControlClient(options.emulator, options.apiKey), print };
  const { command } = options;
  if (command === "matrix" && !options.help) return matrix(run);
  if (command !== "list" && !options.help) {
    const [order] = await namedOrders(run);
    if (order === undefined) throw new TriggerError("Say which order with --order or --order-json.");
    return Object.hasOwn(kit.variants, command) ? sendOne(run, order) : move(run, order);
  }
  print(options.help ? triggerHelp(kit).trimEnd() : listText(kit));
  return 0;
}

function say({ options, print }: Run, value: unknown, readable: string): void {
  print(options.json ? JSON.stringify(value) : readable);
}

async function receiverUrl({ options, emulator }: Run): Promise<string> {
  const url = options.url ?? (await emulator.webhookUrl());
  if (url !== null) return url;
  throw new TriggerError("The emulator's account has no webhook URL. Say where to send with --url.");
}

async function namedOrders({ kit, options, emulator }: Run): Promise<TriggerOrder[]> {
  const described = options["order-json"].map((text) => {
    const order = kit.readOrder(parseJson(text));
    if (order === null) throw new TriggerError(`--order-json needs at least ${kit.orderFields}: ${text}`);
    return order;
  });
  const find = async (given: string): Promise<TriggerOrder> => {
    const id = encodeURIComponent(given);
    const [byOrder] = await emulator.list(`/${kit.payments}?order_id=${id}&limit=1`, kit.payments);
    const view = byOrder ?? (await emulator.call("GET", `/${kit.payments}/${id}`).catch(() => null));
    if (view === null) throw new TriggerError(`The emulator knows no order and no payment "${given}".`);
    return kit.toOrder(view);
  };
  return [...described, ...(await Promise.all(options.order.map(find)))];
}

async function sendOne(run: Run, order: TriggerOrder): Promise<number> {
  const { apiKey, apiSecret, command: variant, timeoutMs } = run.options;
  const url = await receiverUrl(run);
  const answer = await sendTo(run.kit.build(variant, order, { url, apiKey, apiSecret }), timeoutMs);
  const isSilent = answer.status === 0;
  say(run, { variant, url, ...answer }, isSilent ? answer.text : `${url} answered ${answer.status}: ${answer.text}`);
  return isSilent ? 1 : 0;
}

async function move(run: Run, { orderId, paymentId }: TriggerOrder): Promise<number> {
  const { kit, options, emulator } = run;
  const received = options.received === undefined ? {} : { actual_paid_amount: options.received };
  const body = { status: kit.states[options.command], ...received };
  const moved = await emulator.call("POST", `/${kit.payments}/${encodeURIComponent(paymentId)}/status`, body);
  say(run, moved, `Payment ${paymentId} of order ${orderId ?? "(none)"} is now ${String(moved.statusName)}.`);
  return 0;
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
  // The braces of the default must not be percent-encoded, so it is put together as text.
  const { "state-url": stateUrl = `${new URL(url).origin}/api/orders/{orderId}` } = options;
  const results = await runMatrix({
    kit,
    emulator,
    signer: { url, apiKey, apiSecret },
    timeoutMs,
    stateUrl: stateUrl === "none" ? null : stateUrl,
    nextOrder: supply(await namedOrders(run), kit, () => createOrder(kit, emulator, shop)),
    onLine: (result) => say(run, result, lineText(result)),
  });
  const failed = results.filter(({ hole }) => hole !== null).length;
  const unseen = results.filter((result) => result.unseen !== null).length;
  const judged = `${results.length - failed - unseen} passed, ${failed} failed`;
  const advice = "What is not seen has not passed; --allow-unseen lets the exit code overlook it.";
  if (!json) print(unseen === 0 ? judged : `${judged}, ${unseen} not seen. ${advice}`);
  return failed === 0 && (unseen === 0 || options["allow-unseen"]) ? 0 : 1;
}

/** Hands out the named orders, or has the shop open one each time when none is named. */
function supply(named: TriggerOrder[], { lines }: TriggerKit, create: () => Promise<TriggerOrder>) {
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

function lineText({ name, seen, wanted, hole, unseen, note }: LineResult): string {
  const row = (verdict: string): string => `${`${verdict}  ${name}`.padEnd(24)}${seen}`;
  if (hole !== null) return `${row("FAIL")}; wanted ${wanted}. ${hole}`;
  if (unseen !== null) return `${row("unseen")}. ${unseen}`;
  return note === null ? row("pass") : `${row("pass")}; ${note}`;
}
