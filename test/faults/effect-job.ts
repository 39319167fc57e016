import type { OrderId } from "@/lib/orders/order";

/** The task of `effect-child.ts`. */
export type EffectJob = {
  readonly task: "settle" | "reconcile";
  readonly place: { readonly path: string } | { readonly url: string; readonly token: string };
  /** Gets a line with the order's id for each delivery. */
  readonly file: string;
  /** Notifications go to sinks of the parent. */
  readonly notify: { readonly env: Readonly<Record<string, string>>; readonly telegramApi: string };
};

export type PaidAtAllScale = { readonly orderId: OrderId; readonly paymentId: string };

/** Longer than the lease of an effect. */
export const LATER_MS = 15_000;
