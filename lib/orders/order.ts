import { z } from "zod";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { DECIMAL_GRAMMAR } from "@/lib/money/decimal";
import { PAYMENT_STATUSES } from "./status";

/** Ours: 128 bits of randomness or more, because knowing the id is the right to see the order. */
export const orderIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22,64}$/)
  .brand<"OrderId">();
export type OrderId = z.infer<typeof orderIdSchema>;

/** The provider's id of one payment. Opaque. */
export const paymentIdSchema = z.string().min(1).max(200).brand<"PaymentId">();
export type PaymentId = z.infer<typeof paymentIdSchema>;

export const decimalSchema = z.string().regex(DECIMAL_GRAMMAR);

const currencySchema = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]]);
const statusSchema = z.enum(PAYMENT_STATUSES);
export const priceSchema = z.object({ currency: currencySchema, minor: z.int().positive() });

/** What the provider told us about the transaction of a payment. Everything but `chain` may be missing. */
export const transactionSchema = z.object({
  /** Tells a second payment of one intent from a repeated report. */
  transactionId: z.string().max(200).optional(),
  hash: z.string().max(200).optional(),
  /** EIP-155. */
  chainId: z.int().nonnegative().optional(),
  /** The network by its name, and where the hash can be looked up; both from the provider's own table. */
  network: z.string().max(60).optional(),
  explorerUrl: z.url().optional(),
  chain: z.enum(["main", "test", "unknown", "none"]),
  from: z.string().max(200).optional(),
  coin: z.string().max(20).optional(),
  /** What was received, in coins. */
  amount: decimalSchema.optional(),
  /** The report named no such amount: it is what was asked, because the provider says that it is paid. */
  nominal: z.boolean().optional(),
});
export type Transaction = z.infer<typeof transactionSchema>;

/** One payment at a provider for an order. "Try again" adds another; the earlier ones stay watched. */
const paymentSchema = z.object({
  /** The provider that opened it, and the only one that can settle it. */
  provider: z.string().min(1).max(40),
  paymentId: paymentIdSchema,
  checkoutUrl: z.url().nullable(),
  /** For providers without a hosted page: pay this much to this address. */
  payTo: z
    .object({
      address: z.string(),
      amount: decimalSchema,
      coin: z.string(),
      network: z.string(),
      /** Fills a wallet's form; null where the chain has no such link. */
      uri: z.string().max(400).nullable(),
    })
    .nullable(),
  createdAt: z.int(),
  expiresAt: z.int().nullable(),
  /** What the provider asks of the payer, in coins, as it answered the create call; `accepted` are all coins that count. */
  quote: z
    .object({ coin: z.string(), amount: decimalSchema, rate: decimalSchema.nullable(), accepted: z.array(z.string()) })
    .nullable(),
  /** Opened on a test store: coins of a test chain count. */
  testStore: z.boolean(),
  status: statusSchema,
  /** A report once named other money than the order's. Only a signed delivery with the right money, or the merchant, lifts it. */
  onHold: z.boolean(),
  transaction: transactionSchema.nullable(),
  /** Ids or hashes of the newest transactions that came beside that one. */
  others: z.array(z.string()).optional(),
  /** Its provider has reported that it returns the money. */
  returned: z.boolean().optional(),
  /** When we learned of it. */
  paidAt: z.int().nullable(),
  /** Status changes ("review>confirming") that the history has already, and how many more of the same came. */
  seen: z.array(z.string()),
  repeats: z.int().nonnegative(),
});
export type Payment = z.infer<typeof paymentSchema>;

/**
 * What a provider answered a create call with. `checkoutUrl` has been checked to lead to the provider and nowhere else. It or
 * `payTo` is set, or both.
 */
export type CreatedPayment = Pick<Payment, "paymentId" | "checkoutUrl" | "payTo" | "expiresAt" | "quote">;

export type PaymentName = Pick<Payment, "provider" | "paymentId">;

export function isPayment(payment: PaymentName, other: PaymentName): boolean {
  return payment.provider === other.provider && payment.paymentId === other.paymentId;
}

/** Why the merchant should look at an order. Each stands in the list of an order at most once. */
export const ATTENTION = [
  "paid_late",
  "duplicate_payment",
  "money_mismatch",
  "overpaid",
  "refund_after_paid",
  "test_chain",
  "unknown_chain",
  "unexpected_payment",
] as const;
export type Attention = (typeof ATTENTION)[number];

/** Of a refund. */
export const NOTE_MAX_LENGTH = 280;

/** Money that went back to a payer. The payments stay as they are. */
const refundSchema = z.object({
  /** Ours, and the key under which a payout provider pays at most once. */
  reference: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/),
  /** `recorded`: the merchant sent it from a wallet of their own. `payout`: sent through a payout provider. */
  kind: z.enum(["recorded", "payout"]),
  /** The payout provider; null for a recorded refund. */
  provider: z.string().max(40).nullable(),
  /** The provider's id, once it has answered. */
  payoutId: z.string().max(200).nullable(),
  coin: z.string().max(20),
  /** In coins. */
  amount: decimalSchema,
  network: z.string().max(60).nullable(),
  /** Hash of the provider's account that was asked to send it: another one would pay the same reference again. */
  account: z.string().max(60).optional(),
  /** `unsure`: the call may have been accepted; asking again under the same reference tells. */
  status: z.enum(["sending", "unsure", "waiting", "sent", "expired", "canceled", "failed"]),
  /** Asked to send it more than once: a refusal says nothing of what the other calls did. */
  askedAgain: z.boolean().optional(),
  /** Where the payer collects it: a bearer secret, for the merchant's eyes alone. */
  claimUrl: z.url().nullable(),
  transactionHash: z.string().max(200).nullable(),
  explorerUrl: z.url().optional(),
  /** What the payout provider has to know of the receiver, such as a bank account: for the merchant's eyes alone. */
  receiver: z.record(z.string().max(40), z.string().max(200)).optional(),
  /** A payout that waits, and that the merchant has stopped. */
  held: z.boolean().optional(),
  /** For a payout, a message to its receiver. */
  note: z.string().max(NOTE_MAX_LENGTH).nullable(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type Refund = z.infer<typeof refundSchema>;

/** What has to happen because of an event of an order, such as `onPaid`. */
const effectSchema = z.object({
  /** `paid`, a reason for attention, or `refund:` and its reference. */
  event: z.string().min(1).max(80),
  name: z.string().min(1).max(60),
  doneAt: z.int().nullable(),
  /** Failed tries since it last succeeded or the merchant asked for it again. One that is done with failures was given up. */
  failures: z.int().nonnegative(),
  nextAt: z.int(),
});
export type EffectState = z.infer<typeof effectSchema>;

/** Of the stored document. Raise it with every change that old documents do not fit. */
export const ORDER_FORMAT = 2;

/** The document that both stores keep. Times are milliseconds since the epoch. */
export const orderSchema = z.object({
  format: z.literal(ORDER_FORMAT),
  id: orderIdSchema,
  /** Grows by one with each write; a write based on an older version is refused. */
  version: z.int().positive(),
  createdAt: z.int(),
  updatedAt: z.int(),
  price: priceSchema,
  /** The id of what is bought, where the shop has items. */
  item: z.string().max(20).optional(),
  payer: z.object({ name: z.string().nullable(), message: z.string().nullable(), anonymous: z.boolean() }),
  status: statusSchema,
  /** How the newest create call went. `unsure`: it may have been accepted, but the payer never saw its checkout. */
  creation: z.object({ state: z.enum(["in_flight", "unsure", "refused", "created"]), at: z.int() }),
  payments: z.array(paymentSchema),
  attention: z.array(z.enum(ATTENTION)),
  /** The reasons for attention that the merchant has dealt with; see `openReasons`. */
  handled: z.array(z.string().max(40)),
  /** Kept off the wall of supporters by the merchant. */
  hidden: z.boolean(),
  refunds: z.array(refundSchema),
  effects: z.array(effectSchema),
});
export type Order = z.infer<typeof orderSchema>;

/** Statuses that a person has to look at. */
const ATTENTION_STATUSES = ["underpaid", "review", "refunding"] as const;
export const REASONS = [...ATTENTION, ...ATTENTION_STATUSES] as const;
export type Reason = (typeof REASONS)[number];

/** The payment that made an order paid: of several the first, and real money before that of a test store. */
export function payingPayment({ payments }: Order): Payment | undefined {
  const paid = payments.filter(({ status }) => status === "paid");
  const [first] = paid.toSorted(
    (a, b) => Number(a.testStore) - Number(b.testStore) || (a.paidAt ?? a.createdAt) - (b.paidAt ?? b.createdAt),
  );
  return first;
}

/** The payment that an order's page, its receipt and its row of the export are about. */
export function paymentToShow(order: Order): Payment | undefined {
  const { payments, status } = order;
  return payingPayment(order) ?? payments.findLast((payment) => payment.status === status) ?? payments.at(-1);
}

/** Whether all that an order was paid with came through a provider's test store, and is worth nothing. */
export const isPaidInTestStore = (order: Order): boolean => payingPayment(order)?.testStore ?? false;

/** Why the merchant should look at this order now, without what has been dealt with. */
export function openReasons({ attention, status, handled }: Order): Reason[] {
  const reasons = [...attention, ...ATTENTION_STATUSES.filter((each) => each === status)];
  return reasons.filter((reason) => !handled.includes(reason));
}

/** What should have happened because of this order, and has not: each is tried again, but the merchant should know. */
export const failedEffects = ({ effects }: Order): EffectState[] =>
  effects.filter(({ doneAt, failures }) => doneAt === null && failures > 0);

/** Who reported. `poll`: a status call made for the payer's page. `hint`: one made because a delivery said "look again". */
export const SOURCES = ["create", "webhook", "hint", "poll", "reconcile", "effect", "merchant"] as const;
export type Source = (typeof SOURCES)[number];

/** One line of an order's history. Written in the same step as the change that it describes, never altered. */
export const orderEventSchema = z.object({
  at: z.int(),
  type: z.enum([
    "order_created",
    "payment_created",
    "payment_not_created",
    "payment_observed",
    "effect_done",
    "effect_failed",
    "merchant_action",
    "refund_changed",
  ]),
  source: z.enum(SOURCES),
  paymentId: paymentIdSchema.nullable(),
  from: statusSchema.nullable(),
  to: statusSchema,
  /** Ids and amounts for the reader: provider status, webhook id, transaction, money reported, effect. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type OrderEvent = z.infer<typeof orderEventSchema>;
