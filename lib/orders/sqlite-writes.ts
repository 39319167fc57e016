import "server-only";
import { setTimeout as sleep } from "node:timers/promises";

/** One transaction of a database that has a single writer. */
type Transaction<Db> = {
  readonly db: Db;
  /** Resolves once the writes are as safe as was asked for. */
  commit(): Promise<void>;
  rollback(): void;
};

type Options<Db> = {
  /** Throws when the database cannot be written now. */
  readonly begin: (durable: boolean) => Transaction<Db>;
  /** Whether another process is writing. */
  readonly isBusy: (error: unknown) => boolean;
  /** What a write is rejected with. */
  readonly failureOf: (error: unknown) => Error;
  /** The error of a write that had to wait too long for its turn, or for its commit. */
  readonly tooLate: () => Error;
};

type Write<Db> = {
  readonly work: (db: Db) => unknown;
  readonly durable: boolean;
  readonly giveUpAtMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** After it failed together with others. */
  alone: boolean;
};

const MOST_AT_ONCE = 100;
const PATIENCE_MS = 3_000;
/** A commit can be durable however late it ends, so its writes wait longer. */
const COMMIT_PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 250;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/**
 * Runs writes in the order in which they came. Those that wait while another transaction is committed share the next one,
 * and so its wait for the disk. When a shared transaction fails, each of its writes is done again alone, so that none
 * fails because of another: `work` has to be synchronous and may run more than once.
 */
export function queueWrites<Db>({ begin, isBusy, failureOf, tooLate }: Options<Db>) {
  let waiting: Write<Db>[] = [];
  let running = false;

  async function commit(batch: readonly Write<Db>[]): Promise<unknown[]> {
    const transaction = begin(batch.some(({ durable }) => durable));
    const startedAtMs = performance.now();
    const watch = setInterval(() => giveUp(batch, startedAtMs), LOOK_EVERY_MS);
    try {
      const results = batch.map(({ work }) => work(transaction.db));
      await transaction.commit();
      return results;
    } catch (error) {
      transaction.rollback();
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  /** A disk that hangs must not hold its callers, nor those behind them. A write that was given up may still be done. */
  function giveUp(batch: readonly Write<Db>[], startedAtMs: number): void {
    const nowMs = performance.now();
    const behind = waiting.slice(batch.length);
    waiting = [...batch, ...behind.filter(({ giveUpAtMs }) => nowMs < giveUpAtMs)];
    const late = behind.filter(({ giveUpAtMs }) => nowMs >= giveUpAtMs);
    if (nowMs >= startedAtMs + COMMIT_PATIENCE_MS) late.push(...batch);
    for (const { reject } of late) reject(tooLate());
  }

  async function run(): Promise<void> {
    running = true;
    for (let pauseMs = FIRST_PAUSE_MS; waiting.length > 0; ) {
      const batch = waiting.slice(0, waiting[0]?.alone ? 1 : MOST_AT_ONCE);
      try {
        const results = await commit(batch);
        waiting = waiting.slice(batch.length);
        for (const [index, { resolve }] of batch.entries()) resolve(results[index]);
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        const busy = isBusy(error);
        if (busy || batch.length === 1) {
          const nowMs = performance.now();
          // Those that wait behind this batch have lost their time too.
          const over = busy ? waiting.filter(({ giveUpAtMs }) => nowMs >= giveUpAtMs) : batch;
          waiting = busy ? waiting.filter(({ giveUpAtMs }) => nowMs < giveUpAtMs) : waiting.slice(batch.length);
          for (const { reject } of over) reject(failureOf(error));
        } else {
          for (const write of batch) write.alone = true;
        }
        if (!busy) continue;
        await sleep(pauseMs * (0.5 + Math.random()));
        pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      }
    }
    running = false;
  }

  return function write<Result>(work: (db: Db) => Result, { durable }: { durable: boolean }): Promise<Result> {
    return new Promise((resolve, reject) => {
      const giveUpAtMs = performance.now() + PATIENCE_MS;
      const settle = (result: unknown) => resolve(result as Result);
      waiting.push({ work, durable, giveUpAtMs, resolve: settle, reject, alone: false });
      if (!running) void run();
    });
  };
}
