import "server-only";
import type { Pricing } from "@/lib/money/catalogue";
import type { OrderHappening, WantedEffect } from "@/lib/orders/effects";
import type { Order, OrderId, Payment } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import type { PayoutProvider } from "@/lib/provider/payout";
import type { PaymentProvider } from "@/lib/provider/provider";

/** What every step of the flow runs on. */
export type Flow = {
  readonly store: OrderStore;
  /** Every configured provider by its name: each settles the payments that it opened. */
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  /** Those of them that may send money, by name. Empty unless the settings allow it. */
  readonly payouts: ReadonlyMap<string, PayoutProvider>;
  readonly clock: { readonly now: () => number; readonly sleep: (ms: number) => Promise<void> };
  /** What has to happen once an order is paid, needs attention or had a refund. */
  readonly effects: readonly Effect[];
  /** Runs work after the answer was sent, and logs what it throws. */
  readonly defer: (work: () => Promise<unknown>) => void;
  /** Runs the effects of an order that are due: `fulfil.ts` has it. It is passed in because it writes orders itself. */
  readonly fulfil: (flow: Flow, orderId: OrderId) => Promise<void>;
};

/** What it takes to open a new payment; there is none while a setting is missing or wrong. */
export type Shop = {
  /** The one that opens new payments. */
  readonly provider: PaymentProvider;
  readonly pricing: Pricing;
  /** An origin, without a slash at the end. */
  readonly publicUrl: string;
  readonly name: string;
};

/** What the merchant's code gets to know of an order that was paid. */
export type PaidOrder = {
  /** The key under which to deliver once: the same order can be handed over more than once. */
  readonly id: string;
  /** Decimal string in major units of `currency`. */
  readonly amount: string;
  readonly currency: string;
  /** The id of what was bought, from `items` in site.config.ts; null where payers choose an amount. */
  readonly item: string | null;
  readonly payer: Order["payer"];
  /** In milliseconds since the epoch. */
  readonly paidAt: number;
  /** `testStore`: no real money came. */
  readonly payment: Readonly<Pick<Payment, "provider" | "paymentId" | "testStore" | "transaction">>;
  /** What the merchant should look at before delivering, such as "paid_late". */
  readonly attention: Order["attention"];
};

type EffectContext = {
  /** 1 for the first try. */
  readonly attempt: number;
  /** Fires when the time is over. What is still running then counts as failed, and will be tried again. */
  readonly signal: AbortSignal;
};

export type OnPaid = (order: PaidOrder, context: EffectContext) => Promise<void> | void;

/** Something that must happen because of an event of an order. */
export type Effect = WantedEffect & {
  /** Done when it returns. `skipped` says why there was nothing to do; throwing has it run again later. */
  readonly run: (cause: EffectCause, context: EffectContext) => Promise<EffectEnd> | EffectEnd;
};

/** The order as it is now, and the event. */
export type EffectCause = OrderHappening & { readonly order: Order };

export type EffectEnd = { readonly skipped: string } | undefined;
