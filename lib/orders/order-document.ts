import { type ZodType, z } from "zod";
import {
  ORDER_FORMAT,
  type Order,
  type OrderEvent,
  type OrderId,
  orderEventSchema,
  orderIdSchema,
  orderSchema,
} from "./order";
import { storeUnavailable } from "./order-store";

/**
 * What both stores write and read. Writing checks the document as well, because one that cannot be read back would lock
 * its order for good: the bug shows at the write, and the last good state stays.
 */
export function encodeOrder(order: Order): string {
  return JSON.stringify(orderSchema.parse(order));
}

/** Empty where there is none. */
export function encodeEvent(event: OrderEvent | null): string {
  return event === null ? "" : JSON.stringify(orderEventSchema.parse(event));
}

/** Throws `StoreUnavailableError` for anything that is not a whole order, and names a format that this version cannot read. */
export function decodeOrder(text: unknown): Order {
  const json = parseJson(text);
  const format = z.object({ format: z.int() }).safeParse(json).data?.format ?? "none";
  if (format !== ORDER_FORMAT) throw storeUnavailable(`unknown_order_format_${format}`);
  return decode(json, orderSchema);
}

/** Throws `StoreUnavailableError` for anything that is not an event. */
export function decodeEvent(text: unknown): OrderEvent {
  return decode(parseJson(text), orderEventSchema);
}

/** Throws `StoreUnavailableError` for anything that is not an order id. */
export function decodeOrderId(text: unknown): OrderId {
  return decode(text, orderIdSchema);
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
  return decode(parseJson(text), z.string());
}

/** One name for a payment of any provider: two providers may use the same id. */
export function paymentKey({ provider, paymentId }: { provider: string; paymentId: string }): string {
  return JSON.stringify([provider, paymentId]);
}

function decode<Schema extends ZodType>(value: unknown, schema: Schema): z.output<Schema> {
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
