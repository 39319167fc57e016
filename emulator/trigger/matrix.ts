import type { SentRequest } from "../webhooks/delivery";
import type { KnownOrder } from "./known-order";
import { type MatrixLine, type MatrixOrder, matrixLines } from "./matrix-lines";
import type { Receiver, ReceiverAnswer } from "./receiver";

export interface LineResult {
  readonly name: string;
  readonly passed: boolean;
  /** What came back, in a few words. */
  readonly seen: string;
  readonly wanted: string;
  /** The hole, when there is one. */
  readonly hole: string | null;
}

export interface MatrixRun {
  readonly receiver: Receiver;
  readonly orders: Readonly<Record<MatrixOrder, KnownOrder>>;
  /** Told of each line as it is done. */
  readonly onLine: (result: LineResult) => void;
}

/** Runs the whole table against a receiver. The lines follow one another, because some build on earlier ones. */
export async function runMatrix({ receiver, orders, onLine }: MatrixRun): Promise<readonly LineResult[]> {
  const results: LineResult[] = [];
  const alreadyPaid = new Set<MatrixOrder>();
  let firstDelivery: SentRequest | null = null;
  for (const line of matrixLines) {
    const order = orders[line.order];
    const request: SentRequest =
      line.act.kind === "again" && firstDelivery !== null
        ? firstDelivery
        : receiver.build(line.act.kind === "once" ? line.act.variant : "good", order);
    firstDelivery ??= request;
    const copies = line.act.kind === "at_once" ? line.act.copies : 1;
    const answers = await Promise.all(Array.from({ length: copies }, () => receiver.send(request)));
    const isPaid = await receiver.isPaid(order);
    const result = judge(line, { answers, isPaid, wasPaid: alreadyPaid.has(line.order) });
    // An order that an earlier hole has paid says nothing about later lines, which then go by the answer alone.
    if (isPaid === true) alreadyPaid.add(line.order);
    results.push(result);
    onLine(result);
  }
  return results;
}

interface Observed {
  readonly answers: readonly ReceiverAnswer[];
  readonly isPaid: boolean | null;
  readonly wasPaid: boolean;
}

function judge(line: MatrixLine, observed: Observed): LineResult {
  const wrong = [...statusFaults(line, observed), ...settlementFaults(line, observed), ...stateFaults(line, observed)];
  return {
    name: line.name,
    passed: wrong.length === 0,
    seen: wrong.length === 0 ? describe(observed) : wrong.join(", "),
    wanted: `${line.wantedStatuses.join(" or ")}, ${line.paid ? "paid once" : "not paid"}`,
    hole: wrong.length === 0 ? null : line.hole,
  };
}

function describe({ answers }: Observed): string {
  const kinds = new Map<string, number>();
  for (const { status, result, text } of answers) {
    const kind = status === 0 ? text : [status, result].filter((each) => each !== null).join(" ");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`)).join(", ");
}

/** Copies that come together may also be told to come again or that they are replays; one at least must succeed. */
function statusFaults(line: MatrixLine, observed: Observed): string[] {
  const isCrowd = observed.answers.length > 1;
  const tolerated = isCrowd ? [...line.wantedStatuses, 401, 409, 503] : line.wantedStatuses;
  const allTolerated = observed.answers.every(({ status }) => tolerated.includes(status));
  const oneWanted = observed.answers.some(({ status }) => line.wantedStatuses.includes(status));
  return allTolerated && oneWanted ? [] : [`answered ${describe(observed)}`];
}

/** Goes by the `result` in the answers, where there is one: it says which copy settled the order. */
function settlementFaults(line: MatrixLine, { answers }: Observed): string[] {
  const said = answers.filter(({ result }) => result !== null);
  const settledBy = said.filter(({ result }) => result === "paid").length;
  if (said.length === 0) return [];
  if (line.act.kind === "again") return settledBy === 0 ? [] : ["settled a second time"];
  if (line.paid) return settledBy === 1 ? [] : [`settled ${settledBy} times`];
  return settledBy === 0 ? [] : ["settled"];
}

function stateFaults(line: MatrixLine, { isPaid, wasPaid }: Observed): string[] {
  if (isPaid === null || isPaid === line.paid || wasPaid) return [];
  return [line.paid ? "the order is not paid" : "the order counts as paid"];
}
