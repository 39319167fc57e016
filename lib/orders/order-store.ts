import type { Order, OrderEvent, OrderId, PaymentId } from "./order";

/** An order to be stored, with the event that says why; null where the history has it already. */
export type OrderWrite = {
  readonly order: Order;
  readonly event: OrderEvent | null;
  /** When reconciliation should look at it; null when there is nothing more to learn or to do. */
  readonly dueAt: number | null;
};

export type DueOrder = { readonly id: OrderId; readonly dueAt: number };

/**
 * What a store of orders has to do. Every method that returns has made its effect durable; anything that prevents that
 * (busy, full, unreachable, corrupt) is thrown as `StoreUnavailableError`. All times are milliseconds since the epoch.
 */
export interface OrderStore {
  readonly kind: "sqlite" | "redis";

  /** Adds an order with its first event, both or neither. An id that is taken is a bug and throws. */
  insert(write: OrderWrite): Promise<void>;

  get(id: OrderId): Promise<Order | null>;

  /** The order that has this payment. */
  findByPayment(payment: { provider: string; paymentId: PaymentId }): Promise<Order | null>;

  /**
   * Compare-and-set: replaces the order and appends the event in one atomic step, provided that the stored version is
   * `order.version - 1`; answers "conflict" and does nothing otherwise. Also keeps the index of payments and the index of
   * due orders.
   */
  replace(write: OrderWrite): Promise<"replaced" | "conflict">;

  /** The history of an order, oldest first. */
  events(id: OrderId): Promise<OrderEvent[]>;

  /** Orders that are due, from either end: the longest due first, or the newest due first. */
  due(options: { now: number; limit: number; from: "longest" | "newest" }): Promise<DueOrder[]>;

  /** Moves an order in the index of due orders, or out of it, unless its time has changed since `dueAt` was read. */
  postpone(options: DueOrder & { until: number | null }): Promise<void>;

  /**
   * Takes a name for a time, atomically: of any number of callers exactly one gets it until the time is over or it is
   * released. Nonces, idempotency keys and leases all rest on this. A refused caller learns the value that the holder left.
   */
  acquire(options: LeaseOptions): Promise<Acquired>;

  /** The value of a name that is taken, else null. Reads only. */
  holder(options: { key: string; now: number }): Promise<string | null>;

  /** Puts a value on a name for at least this time, whoever has it: a longer time that was given before stays. */
  extend(options: LeaseOptions): Promise<void>;

  /** Gives a name back, if it still has this value. */
  release(options: { key: string; value: string }): Promise<void>;

  /** Throws `StoreUnavailableError` unless the store can be read and written. */
  check(): Promise<void>;

  close(): Promise<void>;
}

export type LeaseOptions = {
  readonly key: string;
  readonly value: string;
  readonly ttlMs: number;
  readonly now: number;
};
export type Acquired = { readonly ok: true } | { readonly ok: false; readonly value: string };

/** The store could not do what was asked; nothing may be answered as if it had. The message carries no data. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  /**
   * By name, because Next bundles pages apart from routes and gives each a copy of this class: a store that a route opened
   * for the process throws one that a page would not recognise as its own, and would answer 500 for.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "StoreUnavailableError";
  }
}

/**
 * The one way in which a store says that it cannot serve. Engines put statements, arguments, paths and URLs into their
 * messages, so the original error is left behind: only its kind, a code such as `SQLITE_FULL` or `timeout`, goes out.
 */
export function storeUnavailable(kind: string): StoreUnavailableError {
  return new StoreUnavailableError(`The order store is unavailable (${kind})`, { cause: new Error(kind) });
}

export function idTaken(): Error {
  return new Error("An order with this id exists already.");
}

/** A payment that counts for two orders would pay one and be missed by the other. */
export function foreignPayment(): Error {
  return new Error("A payment of this order belongs to another order.");
}
