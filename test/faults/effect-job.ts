import type { OrderId } from "@/lib/orders/order";
import type { Place } from "./kill-backends";

/** The task of `effect-child.ts`. */
export type EffectJob = {
  readonly task: "settle" | "reconcile";
  readonly place: Place;
  /** Gets a line with the order's id for each delivery. */
  readonly file: string;
  /** Notifications go to sinks of the parent. */
  readonly notify: { readonly env: Readonly<Record<string, string>>; readonly telegramApi: string };
};

export type PaidAtAllScale = { readonly orderId: OrderId; readonly paymentId: string };
