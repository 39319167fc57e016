import { type ZodType, z } from "zod";
import { ORDER_FORMAT, type Order, type OrderEvent, orderEventSchema, orderIdSchema, orderSchema } from "./order";
import { type PaymentName, storeUnavailable } from "./order-store";

/** Checked before it is written: a document that cannot be read back would lock its order for good. */
export const encodeOrder = (order: Order) => JSON.stringify(orderSchema.parse(order));

/** Empty where there is none. */
export const encodeEvent = (event: OrderEvent | null) =>
  event === null ? "" : JSON.stringify(orderEventSchema.parse(event));

/** Like the others, throws `StoreUnavailableError` for anything else; an unknown format is named. */
export function decodeOrder(text: unknown): Order {
  const json = parseJson(text);
  const format = z.object({ format: z.int() }).safeParse(json).data?.format ?? "none";
  if (format !== ORDER_FORMAT) throw storeUnavailable(`unknown_order_format_${format}`);
  return decode(json, orderSchema);
}

export const decodeEvent = (text: unknown) => decode(parseJson(text), orderEventSchema);
export const decodeOrderId = (text: unknown) => decode(text, orderIdSchema);

/** As JSON, because libsql cuts text at a NUL and lone surrogates do not survive UTF-8: two names could become one. */
export const encodeText = (text: string) => JSON.stringify(text);
export const decodeText = (text: unknown) => decode(parseJson(text), z.string());

/** Two providers may use the same id. */
export const paymentKey = ({ provider, paymentId }: PaymentName) => JSON.stringify([provider, paymentId]);

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
