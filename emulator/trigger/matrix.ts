import type { SentRequest } from "../webhooks/delivery";
import { judgeLine, type LineResult } from "./judge-line";
import type { KnownOrder } from "./known-order";
import { type MatrixOrder, matrixLines } from "./matrix-lines";
import type { OrderState, Receiver } from "./receiver";

export interface MatrixRun {
  readonly receiver: Receiver;
  readonly orders: Readonly<Record<MatrixOrder, KnownOrder>>;
  /** Told of each line as it is done. */
  readonly onLine: (result: LineResult) => void;
}

/** Runs the whole table against a receiver. The lines follow one another, because some build on earlier ones. */
export async function runMatrix({ receiver, orders, onLine }: MatrixRun): Promise<readonly LineResult[]> {
  const results: LineResult[] = [];
  const lastSeen = new Map<MatrixOrder, OrderState>();
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
    const after = await receiver.stateOf(order);
    const result = judgeLine(line, { answers, before: lastSeen.get(line.order) ?? null, after });
    if (after !== null) lastSeen.set(line.order, after);
    results.push(result);
    onLine(result);
  }
  return results;
}
