import "server-only";
import { setTimeout as sleep } from "node:timers/promises";

/** So many visitors cost one read. */
export const FRESH_MS = 5_000;
/** A page is shown without the newest figures rather than later. */
export const LONGEST_WAIT_MS = 250;
/** A host that freezes a process between requests can leave a read without an end. */
export const GIVEN_UP_MS = 10_000;

type Options<Value> = {
  /** What is known before the first read. */
  readonly nothing: Value;
  readonly read: () => Promise<Value>;
  readonly now: () => number;
  /** Keeps the process going until a read has ended, whatever becomes of the request. */
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly onFailure: (error: unknown) => void;
};

/** The value as it was read a moment ago. Never throws: without an answer it is the last that was known. */
export function recent<Value>({ nothing, read, now, defer, onFailure }: Options<Value>): () => Promise<Value> {
  let value = nothing;
  let startedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;

  function start(): Promise<void> {
    startedAt = now();
    const mine: Promise<void> = read()
      .then((found) => {
        if (reading === mine) value = found;
      })
      .catch(onFailure)
      .then(() => {
        if (reading === mine) reading = null;
      });
    defer(() => mine);
    return mine;
  }

  return async () => {
    const age = now() - startedAt;
    if (reading === null ? age >= FRESH_MS : age >= GIVEN_UP_MS) reading = start();
    if (reading !== null) await Promise.race([reading, sleep(LONGEST_WAIT_MS)]);
    return value;
  };
}
