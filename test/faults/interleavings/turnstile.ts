import { AsyncLocalStorage } from "node:async_hooks";
import type { OrderStore } from "@/lib/orders/order-store";

/** Where a piece of work does things side by side, they go through one after the other: it waits in one place only. */
const piece = new AsyncLocalStorage<{ last: Promise<unknown> }>();

/**
 * Lets concurrent work through one step at a time, in an order that the test decides: everything that reaches the
 * outside (store, provider, sleep) waits here before and after, so that any interleaving of those steps can be
 * repeated.
 */
export class Turnstile {
  #waiting: (() => void)[] = [];
  #working = 0;
  #onIdle: (() => void) | null = null;

  get waiting(): number {
    return this.#waiting.length;
  }

  start(work: () => Promise<void>): void {
    this.#working += 1;
    void this.#pass()
      .then(() => piece.run({ last: Promise.resolve() }, work))
      .finally(() => this.#rest());
  }

  /** Around something that reaches the outside, by work that was started here. */
  around<T>(step: () => Promise<T>): Promise<T> {
    const own = piece.getStore();
    if (own === undefined) throw new Error("This work was not started at a turnstile.");
    const done = own.last.then(async () => {
      await this.#pass();
      try {
        return await step();
      } finally {
        await this.#pass();
      }
    });
    own.last = done.catch(() => undefined);
    return done;
  }

  /** Lets one go on for some steps, or to its end, while all others wait. -1 is the one that came last. */
  async let(pick: number, steps: number): Promise<void> {
    const others = this.#waiting.length - 1;
    await this.#step(pick);
    // The one that has just made a step waits at the end of the row.
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

  /** Called by the work itself: stops here until it is let through. */
  #pass(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#rest();
    });
  }

  #rest(): void {
    this.#working -= 1;
    if (this.#working === 0) this.#onIdle?.();
  }
}

/** The store, each of whose calls is two steps: before its effect, and between the effect and its answer. */
export function withTurnstile(store: OrderStore, turnstile: Turnstile): OrderStore {
  const around = <T>(call: () => Promise<T>) => turnstile.around(call);
  return {
    kind: store.kind,
    insert: (write) => around(() => store.insert(write)),
    get: (id) => around(() => store.get(id)),
    findByPayment: (payment) => around(() => store.findByPayment(payment)),
    replace: (write, lease) => around(() => store.replace(write, lease)),
    events: (id) => around(() => store.events(id)),
    list: (options) => around(() => store.list(options)),
    search: (options) => around(() => store.search(options)),
    days: (range) => around(() => store.days(range)),
    due: (options) => around(() => store.due(options)),
    postpone: (options) => around(() => store.postpone(options)),
    acquire: (...leases) => around(() => store.acquire(...leases)),
    leaseValue: (lease) => around(() => store.leaseValue(lease)),
    overwrite: (lease) => around(() => store.overwrite(lease)),
    extend: (lease) => around(() => store.extend(lease)),
    release: (lease) => around(() => store.release(lease)),
    check: () => around(() => store.check()),
    close: () => store.close(),
  };
}
