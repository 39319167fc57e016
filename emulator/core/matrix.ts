import { setTimeout as sleep } from "node:timers/promises";
import { type ControlClient, TriggerError } from "./control-client";
import type { SentRequest } from "./deliveries";
import { judgeLine, type LineResult, type MatrixLine, type Slot } from "./judge-line";
import { type OrderState, type ReceiverAnswer, readState, type StateReading, sendTo } from "./receiver";
import type { Signer, TriggerKit, TriggerOrder } from "./trigger-kit";

export interface MatrixRun {
  readonly kit: TriggerKit;
  readonly emulator: ControlClient;
  readonly signer: Signer;
  /** Where the state of an order is read; ids in braces are filled in. Null: it is not looked at. */
  readonly stateUrl: string | null;
  readonly timeoutMs: number;
  nextOrder(): Promise<TriggerOrder>;
  readonly onLine: (result: LineResult) => void;
}

type InUse = Readonly<{ order: TriggerOrder; state: OrderState | null }>;

/** Settling may happen after the answer, so the state is read for as long as it can still change. */
const settlesWithinMs = 5_000;
const staysUnpaidForMs = 500;
const pollMs = 50;

/** Runs the table against a receiver, line after line. Whatever a line meets is its own finding. */
export async function runMatrix(run: MatrixRun): Promise<readonly LineResult[]> {
  const { kit, signer } = run;
  const inUse = new Map<Slot, InUse>();
  for (const { slot } of kit.lines) {
    if (!inUse.has(slot)) inUse.set(slot, { order: await run.nextOrder(), state: null });
  }
  const results: LineResult[] = [];
  let first: SentRequest | null = null;
  for (const line of kit.lines) {
    const { order, state: before } = await orderFor(run, line, inUse.get(line.slot));
    const repeated: SentRequest | null = line.variant === "again" ? first : null;
    const request: SentRequest = repeated ? kit.signAgain(repeated, signer) : kit.build(line.variant, order, signer);
    first ??= request;
    if (line.expects === "settles" || line.expects === "holds") await record(run, order, request);
    const copies = Array.from({ length: line.copies ?? 1 }, () => sendTo(request, run.timeoutMs));
    const answers = await Promise.all(copies);
    const { state: after, problem } = await observe(run, { line, order, answers });
    const result = judgeLine(line, { answers, before, after, problem });
    const isPaid = answers.some((answer) => answer.result === "paid");
    inUse.set(line.slot, { order, state: after ?? (isPaid ? { paid: true, settlements: null } : before) });
    results.push(result);
    run.onLine(result);
  }
  return results;
}

/** A line that must not settle its order says nothing about one that an earlier line has paid, so it gets another. */
async function orderFor(run: MatrixRun, line: MatrixLine, used: InUse | undefined): Promise<InUse> {
  const fresh = async (): Promise<InUse> => ({ order: await run.nextOrder(), state: null });
  if (used === undefined) return fresh();
  const isSpoilt = used.state?.paid === true && line.expects !== "repeats";
  return isSpoilt ? fresh().catch(() => used) : used;
}

/** Moves the payment at the emulator, for receivers that ask the API. An order described by hand is not known there. */
async function record({ emulator, kit }: MatrixRun, { paymentId }: TriggerOrder, request: SentRequest): Promise<void> {
  const path = `/${kit.payments}/${encodeURIComponent(paymentId)}/status`;
  await emulator.call("POST", path, kit.recordOf(request)).catch((error: unknown) => {
    if (!(error instanceof TriggerError)) throw error;
  });
}

type Answered = Readonly<{ line: MatrixLine; order: TriggerOrder; answers: ReceiverAnswer[] }>;

async function observe(run: MatrixRun, { line, order, answers }: Answered): Promise<StateReading> {
  const { kit, stateUrl, timeoutMs } = run;
  const { expects } = line;
  const withOrder = stateUrl?.replaceAll("{orderId}", encodeURIComponent(order.orderId ?? ""));
  const url = withOrder?.replaceAll(`{${kit.paymentIdName}}`, encodeURIComponent(order.paymentId)) ?? null;
  const isAccepted = answers.some(({ status }) => status >= 200 && status < 300);
  const isSaid = answers.some(({ result }) => result !== null);
  const patienceMs = !isAccepted || isSaid ? 0 : expects === "settles" ? settlesWithinMs : staysUnpaidForMs;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const reading = await readState(url, timeoutMs);
    if (reading.state === null || reading.state.paid || performance.now() >= deadline) return reading;
    await sleep(pollMs);
  }
}

const longestWaitSeconds = 60;
type Shop = Readonly<{ url: string; body: string; onWait: (text: string) => void }>;

export async function createOrder(kit: TriggerKit, emulator: ControlClient, shop: Shop): Promise<TriggerOrder> {
  const { url, body, onWait } = shop;
  const newest = async () => (await emulator.list(`/${kit.payments}?limit=20`, kit.payments)).map(kit.toOrder);
  const known = new Set((await newest()).map(({ paymentId }) => paymentId));
  const ask = () => {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    return fetch(url, { method: "POST", headers, body, redirect: "manual" }).catch(() => {
      throw new TriggerError(`Nothing answers at ${url}. Start the shop, or say where it is with --create-url.`);
    });
  };
  let answer = await ask();
  const wait = answer.status === 429 ? answer.headers.get("retry-after") : null;
  if (wait !== null && /^\d+$/.test(wait) && Number(wait) <= longestWaitSeconds) {
    onWait(`${url} limits how many orders are opened: waiting ${wait} s.`);
    await sleep(Number(wait) * 1000);
    answer = await ask();
  }
  if (answer.status >= 400) throw new TriggerError(`${url} answered ${answer.status}: ${await answer.text()}`);
  const made = (await newest()).find(({ paymentId }) => !known.has(paymentId));
  if (made === undefined) throw new TriggerError(`${url} opened no payment at this emulator. Does it talk to it?`);
  return made;
}
