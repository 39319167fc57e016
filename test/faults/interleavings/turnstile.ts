import type { OrderStore } from "@/lib/orders/order-store";

/**
 * Lets concurrent work through one step at a time, in an order that the test decides: everything that reaches the outside
 * (store, provider, sleep) waits here before and after, so that any interleaving of those steps can be had again.
 */
export class Turnstile {
  #waiting: (() => void)[] = [];
  #working = 0;
  #onIdle: (() => void) | null = null;

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Starts a piece of work. It has to be sequential: one that forks would be taken for finished too early. */
  start(work: () => Promise<void>): void {
    this.#working += 1;
    void this.pass()
      .then(work)
      .finally(() => this.#rest());
  }

  /** Called by the work itself: stops here until it is let through. */
  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#rest();
    });
  }

  /** Around something that reaches the outside. */
  async around<T>(step: () => Promise<T>): Promise<T> {
    await this.pass();
    try {
      return await step();
    } finally {
      await this.pass();
    }
  }

  /** Lets one go on for some steps, or to its end if that comes sooner, while all others wait. -1 is who came last. */
  async let(pick: number, steps: number): Promise<void> {
    const others = this.#waiting.length - 1;
    await this.#step(pick);
    // Whoever has just made a step waits at the end of the row.
    for (let left = steps - 1; left > 0 && this.#waiting.length > others; left -= 1) await this.#step(others);
  }

  /** Comes back when all that is alive waits again or is done. */
  async #step(pick: number): Promise<void> {
    const [next] = this.#waiting.splice(pick < 0 ? -1 : pick % Math.max(1, this.#waiting.length), 1);
    if (next === undefined) return;
    this.#working += 1;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    next();
    await idle;
  }

  /** The process dies: whatever waits never goes on, and runs no clean-up either. */
  crash(): void {
    this.#waiting = [];
  }

  #rest(): void {
    this.#working -= 1;
    if (this.#working === 0) this.#onIdle?.();
  }
}

/** The store, each of whose calls is two steps: before its effect, and between the effect and its answer. */
export function withTurnstile(store: OrderStore, turnstile: Turnstile): OrderStore {
  return {
    kind: store.kind,
    insert: (order, event) => turnstile.around(() => store.insert(order, event)),
    get: (id) => turnstile.around(() => store.get(id)),
    findByPayment: (paymentId) => turnstile.around(() => store.findByPayment(paymentId)),
    replace: (order, event) => turnstile.around(() => store.replace(order, event)),
    events: (id) => turnstile.around(() => store.events(id)),
    due: (options) => turnstile.around(() => store.due(options)),
    claim: (options) => turnstile.around(() => store.claim(options)),
    hold: (options) => turnstile.around(() => store.hold(options)),
    release: (options) => turnstile.around(() => store.release(options)),
    check: () => turnstile.around(() => store.check()),
    close: () => store.close(),
  };
}
