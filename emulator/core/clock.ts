/** Longest wait a Node timer holds; longer ones fire at once, so they are cut and set again. */
const longestTimerMs = 2_147_483_647;

type Task = { readonly dueMs: number; run(): void | Promise<void> };

/** The payment clock of one account. Signatures do not follow it: both sides must agree on the real time. */
export class EmulatedClock {
  #offsetMs = 0;
  #frozenAtMs: number | null = null;
  #tasks: Task[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(readonly onError: (error: unknown) => void) {}

  now(): number {
    return this.#frozenAtMs ?? Date.now() + this.#offsetMs;
  }

  get aheadMs(): number {
    return this.#frozenAtMs === null ? this.#offsetMs : this.#frozenAtMs - Date.now();
  }

  get frozen(): boolean {
    return this.#frozenAtMs !== null;
  }

  schedule(delayMs: number, run: () => void | Promise<void>): void {
    const dueMs = this.now() + delayMs;
    // Of two at the same time the one scheduled first runs first.
    const after = this.#tasks.findLastIndex((task) => task.dueMs <= dueMs);
    this.#tasks.splice(after + 1, 0, { dueMs, run });
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

  resume(): void {
    if (this.#frozenAtMs === null) return;
    this.#offsetMs = this.#frozenAtMs - Date.now();
    this.#frozenAtMs = null;
    this.#setTimer();
  }

  reset(): void {
    this.#tasks = [];
    this.#offsetMs = 0;
    this.#frozenAtMs = null;
    this.#setTimer();
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
      Promise.resolve(task.run()).catch(this.onError);
    } catch (error) {
      this.onError(error);
    }
  }

  #runDue(): void {
    for (let task = this.#takeDue(this.now()); task !== null; task = this.#takeDue(this.now())) this.#run(task);
    this.#setTimer();
  }
}
