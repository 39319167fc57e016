import { type ZodType, z } from "zod";
import { type Order, type OrderEvent, type OrderId, orderEventSchema, orderIdSchema, orderSchema } from "./order";
import { storeUnavailable } from "./store-fault";

/**
 * What both stores write and read. Writing checks the document as well, because one that cannot be read back would lock
 * its order for good: the bug shows at the write, and the last good state stays.
 */
export function encodeOrder(order: Order): string {
  return JSON.stringify(orderSchema.parse(order));
}

export function encodeEvent(event: OrderEvent): string {
  return JSON.stringify(orderEventSchema.parse(event));
}

/** Throws `StoreUnavailableError` for anything that is not a whole order. */
export function decodeOrder(text: unknown): Order {
  return decode(text, orderSchema);
}

/** Throws `StoreUnavailableError` for anything that is not an event. */
export function decodeEvent(text: unknown): OrderEvent {
  return decode(text, orderEventSchema);
}

/** Throws `StoreUnavailableError` for anything that is not an order id. */
export function decodeOrderId(text: unknown): OrderId {
  const parsed = orderIdSchema.safeParse(text);
  if (!parsed.success) throw storeUnavailable("unreadable_order_id");
  return parsed.data;
}

/**
 * Names and values given by others, kept as JSON: libsql cuts text at a NUL, and lone surrogates do not survive UTF-8, so
 * that two different names could become one. JSON escapes both.
 */
export function encodeText(text: string): string {
  return JSON.stringify(text);
}

/** Throws `StoreUnavailableError` for anything that `encodeText` did not make. */
export function decodeText(text: unknown): string {
  return decode(text, z.string());
}

function decode<T>(text: unknown, schema: ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(text));
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
