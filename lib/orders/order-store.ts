import type { Order, OrderEvent, OrderId, PaymentId } from "./order";

/**
 * What a store of orders has to do. Every method that returns has made its effect durable; anything that prevents that
 * (busy, full, unreachable, corrupt) is thrown as `StoreUnavailableError`. All times are milliseconds since the epoch.
 */
export interface OrderStore {
  readonly kind: "sqlite" | "redis";

  /** Adds an order with its first event, both or neither. An id that is taken is a bug and throws. */
  insert(order: Order, event: OrderEvent): Promise<void>;

  get(id: OrderId): Promise<Order | null>;

  /** The order that one of whose attempts has this id at the provider. */
  findByPayment(paymentId: PaymentId): Promise<Order | null>;

  /**
   * Compare-and-set: replaces the order and appends the event in one atomic step, provided that the stored version is
   * `order.version - 1`; answers "stale" and does nothing otherwise. Also keeps the index of payment ids and the index
   * by `nextCheckAt`.
   */
  replace(order: Order, event: OrderEvent): Promise<"replaced" | "stale">;

  /** The history of an order, oldest first. */
  events(id: OrderId): Promise<OrderEvent[]>;

  /** Orders whose `nextCheckAt` is at or before `now`, the longest due first. */
  due(options: { now: number; limit: number }): Promise<OrderId[]>;

  /**
   * Takes a name for a time, atomically: of any number of callers exactly one gets it until the time is over or it is
   * released. Nonces, idempotency keys and "asked a moment ago" all rest on this. A refused caller learns the value that
   * the holder left.
   */
  claim(options: { key: string; value: string; ttlMs: number; now: number }): Promise<Claim>;

  /**
   * Puts a value on a name for at least this time, whoever has it: a longer time that was given before stays. For what
   * everybody has to respect from now on, where whoever learned it may have lost its own claim meanwhile.
   */
  hold(options: { key: string; value: string; ttlMs: number; now: number }): Promise<void>;

  /** Gives a name back, if it still holds this value. */
  release(options: { key: string; value: string }): Promise<void>;

  /** Throws `StoreUnavailableError` unless the store can be read and written. */
  check(): Promise<void>;

  close(): Promise<void>;
}

export type Claim = { readonly claimed: true } | { readonly claimed: false; readonly value: string };

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
