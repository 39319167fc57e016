/** Longest wait a Node timer holds; longer ones fire at once, so they are cut and set again. */
const longestTimerMs = 2_147_483_647;

type Task = { readonly dueMs: number; run(): void | Promise<void> };

/**
 * The payment clock of one account: lifetimes, redeliveries and scenarios follow it. It can be advanced and frozen.
 * Signatures do not follow it: both sides must agree on the real time.
 */
export class EmulatedClock {
  readonly #onError: (error: unknown) => void;
  #offsetMs = 0;
  #frozenAtMs: number | null = null;
  #tasks: Task[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  now(): number {
    return this.#frozenAtMs ?? Date.now() + this.#offsetMs;
  }

  /** How far it is ahead of the real time. */
  get aheadMs(): number {
    return this.#frozenAtMs === null ? this.#offsetMs : this.#frozenAtMs - Date.now();
  }

  get frozen(): boolean {
    return this.#frozenAtMs !== null;
  }

  /** Runs `run` once `delayMs` of emulated time have passed. */
  schedule(delayMs: number, run: () => void | Promise<void>): void {
    this.#insert({ dueMs: this.now() + delayMs, run });
    this.#setTimer();
  }

  get pendingTasks(): number {
    return this.#tasks.length;
  }

  /** Moves time forward, stopping at every task on the way so that each one sees the time it was due. */
  advance(byMs: number): void {
    const wasFrozen = this.frozen;
    const targetMs = this.now() + byMs;
    this.#frozenAtMs = this.now();
    for (let task = this.#takeDue(targetMs); task !== null; task = this.#takeDue(targetMs)) {
      this.#frozenAtMs = Math.max(this.#frozenAtMs, task.dueMs);
      this.#run(task);
    }
    this.#offsetMs = targetMs - Date.now();
    this.#frozenAtMs = wasFrozen ? targetMs : null;
    this.#setTimer();
  }

  freeze(): void {
    this.#frozenAtMs = this.now();
    this.#setTimer();
  }

  /** Lets time run on from where it stood. */
  resume(): void {
    if (this.#frozenAtMs === null) return;
    this.#offsetMs = this.#frozenAtMs - Date.now();
    this.#frozenAtMs = null;
    this.#setTimer();
  }

  /** Back to real time, with nothing scheduled. */
  reset(): void {
    this.#tasks = [];
    this.#offsetMs = 0;
    this.#frozenAtMs = null;
    this.#setTimer();
  }

  /** Keeps the tasks sorted by time; of two at the same time the one scheduled first runs first. */
  #insert(task: Task): void {
    let low = 0;
    let high = this.#tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#tasks[middle]?.dueMs ?? 0) <= task.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#tasks.splice(low, 0, task);
  }

  #takeDue(untilMs: number): Task | null {
    const next = this.#tasks[0];
    if (next === undefined || next.dueMs > untilMs) return null;
    this.#tasks.shift();
    return next;
  }

  #setTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const next = this.frozen ? undefined : this.#tasks[0];
    if (next === undefined) return;
    const waitMs = Math.min(Math.max(next.dueMs - this.now(), 0), longestTimerMs);
    this.#timer = setTimeout(() => this.#runDue(), waitMs);
  }

  /** A task that fails must not take the process with it. */
  #run(task: Task): void {
    try {
      Promise.resolve(task.run()).catch(this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  }

  #runDue(): void {
    for (let task = this.#takeDue(this.now()); task !== null; task = this.#takeDue(this.now())) this.#run(task);
    this.#setTimer();
  }
}
