import { type ZodType, z } from "zod";
import type { OrderChange } from "./change-order";
import {
  ORDER_FORMAT,
  type Order,
  type OrderEvent,
  type OrderId,
  orderEventSchema,
  orderIdSchema,
  orderSchema,
  type PaymentName,
} from "./order";
import type { PaymentStatus } from "./status";

/**
 * `previous` is the order as it is stored, null for a new one: the lists and totals are changed by the difference. The write
 * is refused unless the store still has that version.
 */
export type OrderWrite = OrderChange & { readonly previous: Order | null };

/** `attention`: with open reasons. `wall`: paid, with a name, neither anonymous nor hidden. */
export type OrderFilter = "all" | "attention" | "wall" | PaymentStatus;
/** A cursor is opaque, good for one filter or search, and stays where it is while new orders arrive; any other text is like none. */
export type ListOptions = { readonly filter: OrderFilter; readonly cursor: string | null; readonly limit: number };
export type SearchOptions = { readonly text: string; readonly cursor: string | null; readonly limit: number };
export type OrderPage = {
  readonly orders: readonly Order[];
  /** Ids of orders of this page that this version cannot read, so that one of them does not hide all others. */
  readonly unreadable: readonly string[];
  readonly next: string | null;
};

/** Days of UTC as "2026-11-27", both included; null for no bound. */
type DayRange = { readonly from: string | null; readonly to: string | null };
export type DayTotal = {
  readonly day: string;
  readonly currency: Order["price"]["currency"];
  /** What was received; empty where no report named the coin. */
  readonly coin: string;
  /** Of a provider's test store, and worth nothing. */
  readonly testStore: boolean;
  /** Paid orders, and the sum of their prices in minor units. */
  readonly count: number;
  readonly minor: number;
  /** The sum of what was received, with six decimals. */
  readonly coins: string;
};

export type DueOrder = {
  /** As it stands in the index: an entry that is no order's must not hide the others. */
  readonly id: string;
  readonly dueAt: number;
  /** The order as it was found, null when it is gone. Throws when it cannot be read, so that it does not hide the others either. */
  readonly read: () => Order | null;
};

/**
 * What prevents a method from doing its work (busy, full, unreachable, corrupt) is thrown as `StoreUnavailableError`. Times
 * are milliseconds since the epoch.
 *
 * What `replace` and `check` answer is durable. The effect of any other method outlives every process; a loss of power can
 * only undo it together with all that came after it (docs/decisions/0002).
 */
export interface OrderStore {
  readonly kind: "sqlite" | "redis";
  /** An id that is taken is a bug and throws. No payer has its checkout yet: the `replace` that brings one makes it durable. */
  insert(write: OrderWrite): Promise<void>;
  get(id: OrderId): Promise<Order | null>;
  findByPayment(payment: PaymentName): Promise<Order | null>;
  /**
   * Compare-and-set, in one step with the event, the lists and the totals: the stored version has to be that of `previous`. A
   * lease that still has this value is released in the same step.
   */
  replace(write: OrderWrite, lease?: LeaseName): Promise<"replaced" | "conflict">;
  /** Oldest first. */
  events(id: OrderId): Promise<OrderEvent[]>;
  /** Newest first. */
  list(options: ListOptions): Promise<OrderPage>;
  /** By the order's id, a payment's, a transaction's hash (or the start of one), the start of a word of the name, the amount. */
  search(options: SearchOptions): Promise<OrderPage>;
  /** What was paid, oldest day first, then by currency and coin. */
  days(range: DayRange): Promise<DayTotal[]>;
  due(options: { now: number; limit: number; from: "longest" | "newest" }): Promise<DueOrder[]>;
  /** Moves an order in the index of due orders, or out of it, unless its time was changed since `dueAt` was read. */
  postpone(options: Pick<DueOrder, "id" | "dueAt"> & { until: number | null }): Promise<void>;
  /**
   * Takes a name for a time: exactly one caller gets it, the others learn the value that it left. Of several names it takes
   * all or none.
   */
  acquire(...options: readonly [LeaseOptions, ...LeaseOptions[]]): Promise<Acquired>;
  /** The value of a name that is taken, else null. */
  leaseValue(options: Pick<LeaseOptions, "key" | "now">): Promise<string | null>;
  /** Puts a value on a name for at least this time, even if another caller has it. */
  overwrite(options: LeaseOptions): Promise<void>;
  /** Lengthens a lease that still has this value. */
  extend(options: LeaseOptions): Promise<void>;
  /** Frees a name that still has this value. */
  release(options: LeaseName): Promise<void>;
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
export type LeaseName = Pick<LeaseOptions, "key" | "value">;
type Acquired = { readonly ok: true } | { readonly ok: false; readonly value: string };

/** The right to do what only one process may do at a time. */
export type Lease = LeaseName & { isOver: boolean };

/** Nothing may be answered as if the store had done what was asked. The message carries no data. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  /** By name, because Next gives pages and routes a copy of this class each, and they share one store. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "StoreUnavailableError";
  }
}

/** Engines put statements, paths and URLs into their messages, so only a code such as `SQLITE_FULL` or `timeout` goes out. */
export function storeUnavailable(kind: string): StoreUnavailableError {
  return new StoreUnavailableError(`The order store is unavailable (${kind})`, { cause: new Error(kind) });
}

export const idTaken = () => new Error("An order with this id exists already.");

/** A payment that counts for two orders would pay one and be missed by the other. */
export const foreignPayment = () => new Error("A payment of this order belongs to another order.");

/** A write with another base would leave the lists and totals wrong for good. */
export function checkBase({ order, previous }: OrderWrite, kind: "insert" | "replace"): void {
  const isNext = previous?.id === order.id && previous.version === order.version - 1;
  if (kind === "insert" ? previous !== null : !isNext)
    throw new Error("A write has to be based on the version before.");
}

/** Checked before it is written: a document that cannot be read back would lock its order for good. */
export const encodeOrder = (order: Order) => JSON.stringify(orderSchema.parse(order));

/** Empty where there is none. */
export const encodeEvent = (event: OrderEvent | null) =>
  event === null ? "" : JSON.stringify(orderEventSchema.parse(event));

const formatSchema = z.object({ format: z.int() });

/** Like the others, throws `StoreUnavailableError` for anything else; an unknown format is named. */
export function decodeOrder(text: unknown): Order {
  const json = parseJson(text);
  const format = formatSchema.safeParse(json).data?.format ?? "none";
  if (format !== ORDER_FORMAT) throw storeUnavailable(`unknown_order_format_${format}`);
  return decode(json, orderSchema);
}

/** Null for a document that `decodeOrder` would not read. */
export function decodeIfReadable(text: unknown): Order | null {
  try {
    return decodeOrder(text);
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  }
}

export const decodeEvent = (text: unknown) => decode(parseJson(text), orderEventSchema);
export const decodeOrderId = (text: unknown) => decode(text, orderIdSchema);

/** As JSON, because libsql cuts text at a NUL and lone surrogates do not survive UTF-8: two names could become one. */
export const encodeText = (text: string) => JSON.stringify(text);
export const decodeText = (text: unknown) => decode(parseJson(text), z.string());

/** Two providers may use the same id. */
export const paymentKey = ({ provider, paymentId }: PaymentName) => JSON.stringify([provider, paymentId]);

export function decode<Schema extends ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw storeUnavailable("unreadable_document");
  return parsed.data;
}

function parseJson(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
