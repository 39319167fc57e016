import { setTimeout as sleep } from "node:timers/promises";
import { type ControlClient, TriggerError } from "./control-client";
import type { SentRequest } from "./deliveries";
import { judgeLine, type LineResult, type MatrixLine, type Slot } from "./judge-line";
import { type OrderState, type ReceiverAnswer, readState, type StateReading, sendTo } from "./receiver";
import type { Signer, TriggerKit, TriggerOrder } from "./trigger-kit";

export interface MatrixRun<Order extends TriggerOrder> {
  readonly kit: TriggerKit<Order>;
  readonly emulator: ControlClient;
  readonly signer: Signer;
  /** Where the state of an order is read; ids in braces are filled in. Null: it is not looked at. */
  readonly stateUrl: string | null;
  readonly timeoutMs: number;
  /** An unpaid order that no line has used; rejects when there is none. */
  nextOrder(): Promise<Order>;
  readonly onLine: (result: LineResult) => void;
}

interface InUse<Order> {
  readonly order: Order;
  readonly state: OrderState | null;
}

/** Settling may happen after the answer, so the state is read for as long as it can still change. */
const settlesWithinMs = 5_000;
const staysUnpaidForMs = 500;
const pollMs = 50;

/** Runs the table against a receiver, line after line. Whatever a line meets is its own finding. */
export async function runMatrix<Order extends TriggerOrder>(run: MatrixRun<Order>): Promise<readonly LineResult[]> {
  const { kit } = run;
  const inUse = new Map<Slot, InUse<Order>>();
  for (const slot of new Set(kit.lines.map((line) => line.slot))) {
    inUse.set(slot, { order: await run.nextOrder(), state: null });
  }
  const results: LineResult[] = [];
  let first: SentRequest | null = null;
  for (const line of kit.lines) {
    const { order, state: before } = await orderFor(run, line, inUse.get(line.slot));
    const request: SentRequest = requestFor(run, line, { order, first });
    first ??= request;
    if (line.expects === "settles" || line.expects === "holds") await record(run, order, request);
    const copies = line.act.kind === "at_once" ? line.act.copies : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => sendTo(request, run.timeoutMs)));
    const { state: after, problem } = await observe(run, line, { order, answers });
    const result = judgeLine(line, { answers, before, after, problem });
    const isPaid = after?.paid === true || answers.some((answer) => answer.result === "paid");
    const state = after ?? (isPaid ? { paid: true, settlements: null } : before);
    inUse.set(line.slot, { order, state });
    results.push(result);
    run.onLine(result);
  }
  return results;
}

/** A line that must not settle its order says nothing about one that an earlier line has paid, so it gets another. */
async function orderFor<Order extends TriggerOrder>(
  run: MatrixRun<Order>,
  line: MatrixLine,
  used: InUse<Order> | undefined,
): Promise<InUse<Order>> {
  if (used === undefined) return { order: await run.nextOrder(), state: null };
  const isSpoilt = used.state?.paid === true && line.expects !== "repeats";
  if (!isSpoilt) return used;
  return run.nextOrder().then(
    (order) => ({ order, state: null }),
    () => used,
  );
}

function requestFor<Order extends TriggerOrder>(
  { kit, signer }: MatrixRun<Order>,
  { act }: MatrixLine,
  { order, first }: { readonly order: Order; readonly first: SentRequest | null },
): SentRequest {
  if (act.kind === "again" && first !== null) return kit.signAgain(first, signer);
  return kit.build(act.kind === "once" ? act.variant : "good", order, signer);
}

/** Moves the payment at the emulator, for receivers that ask the API. An order described by hand is not known there. */
async function record<Order extends TriggerOrder>(
  { emulator, kit }: MatrixRun<Order>,
  { paymentId }: Order,
  request: SentRequest,
): Promise<void> {
  const path = `/${kit.payments}/${encodeURIComponent(paymentId)}/status`;
  await emulator.call("POST", path, kit.recordOf(request)).catch((error: unknown) => {
    if (!(error instanceof TriggerError)) throw error;
  });
}

async function observe<Order extends TriggerOrder>(
  { kit, stateUrl, timeoutMs }: MatrixRun<Order>,
  { expects }: MatrixLine,
  { order, answers }: { readonly order: Order; readonly answers: readonly ReceiverAnswer[] },
): Promise<StateReading> {
  const url =
    stateUrl
      ?.replaceAll("{orderId}", encodeURIComponent(order.orderId ?? ""))
      .replaceAll(`{${kit.paymentIdName}}`, encodeURIComponent(order.paymentId)) ?? null;
  const isAccepted = answers.some(({ status }) => status >= 200 && status < 300);
  const isSaid = answers.some(({ result }) => result !== null);
  const patienceMs = !isAccepted || isSaid ? 0 : expects === "settles" ? settlesWithinMs : staysUnpaidForMs;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const reading = await readState(url, timeoutMs);
    const isOver = reading.state === null || reading.state.paid || performance.now() >= deadline;
    if (isOver) return reading;
    await sleep(pollMs);
  }
}
