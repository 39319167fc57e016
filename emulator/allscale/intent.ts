import { randomBytes } from "node:crypto";
import { defaultChainId, fraction, madeUpAddress, madeUpTransactionHash } from "./money";
import { CREATED, type StatusValue, UNDERPAID } from "./statuses";

/** What a merchant asked for when creating an intent (§5). */
export interface IntentOrder {
  readonly amountCents: number;
  /** The fiat currency, or null for native pricing. */
  readonly currency: Readonly<{ value: number; symbol: string }> | null;
  readonly coin: Readonly<{ value: number; symbol: string }>;
  readonly acceptedStableCoins: readonly number[] | null;
  readonly amountCoins: string;
  readonly rate: string | null;
  readonly orderId: string | null;
  readonly orderDescription: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly redirectUrl: string | null;
  readonly extra: Readonly<Record<string, unknown>> | null;
}

/** A payment as detail and webhook show it (§7, §8). */
export interface Payment {
  readonly transactionId: string;
  readonly chainId: number;
  readonly coinSymbol: string;
  readonly txHash: string;
  readonly txFrom: string;
  readonly txTo: string;
  readonly paymentMethodType: number;
  readonly actualPaidAmount: string;
}

/** The facts of a payment that a caller may set; the others are made up. */
export type PaymentFacts = Partial<Omit<Payment, "transactionId" | "txTo">>;

/** Figures that detail and webhook show instead of the order's, so that a merchant's check of the money can be tried. */
export interface ReportedFigures {
  readonly amountCents?: number | null;
  readonly currency?: number | null;
  readonly currencySymbol?: string | null;
  readonly amountCoins?: string;
  readonly coinSymbol?: string;
}

export interface Intent {
  readonly id: string;
  readonly token: string;
  readonly order: IntentOrder;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  status: StatusValue;
  payment: Payment | null;
  reported: ReportedFigures;
  readonly history: Readonly<{ status: number; atMs: number; by: string }>[];
  /** The scenario that moves this intent, if one does. */
  scenario: string | null;
}

/** An id of 24 hex digits, as in the samples of §5. */
export function newObjectId(): string {
  return randomBytes(12).toString("hex");
}

export function newIntent(order: IntentOrder, nowMs: number, lifetimeMs: number): Intent {
  return {
    id: newObjectId(),
    token: randomBytes(12).toString("base64url"),
    order,
    createdAtMs: nowMs,
    expiresAtMs: lifetimeMs === 0 ? null : nowMs + lifetimeMs,
    status: CREATED,
    payment: null,
    reported: {},
    history: [{ status: CREATED, atMs: nowMs, by: "create" }],
    scenario: null,
  };
}

/** Statuses in which no funds were received yet: 3 only says that a wallet was assigned (§6). */
export const unfunded: ReadonlySet<number> = new Set([1, 2, 3]);
/** Statuses in which detail shows a transaction. */
export const funded: ReadonlySet<number> = new Set([4, 5, 10, 20, -2, -3]);

/** The payment so far with the given facts. An underpayment without an amount is half of what was due. */
export function paymentFor({ id, order, payment }: Intent, status: StatusValue, facts: PaymentFacts = {}): Payment {
  const due = order.amountCoins;
  const arrived = status === UNDERPAID ? (payment?.actualPaidAmount ?? fraction(due, 1n, 2n)) : due;
  return {
    transactionId: payment?.transactionId ?? newObjectId(),
    chainId: facts.chainId ?? payment?.chainId ?? defaultChainId,
    coinSymbol: facts.coinSymbol ?? payment?.coinSymbol ?? order.coin.symbol,
    txHash: facts.txHash ?? payment?.txHash ?? madeUpTransactionHash(id),
    txFrom: facts.txFrom ?? payment?.txFrom ?? madeUpAddress(`payer:${id}`),
    txTo: depositAddress(id),
    paymentMethodType: facts.paymentMethodType ?? payment?.paymentMethodType ?? 1,
    actualPaidAmount: facts.actualPaidAmount ?? arrived,
  };
}

/** The temporary wallet of an intent. */
export function depositAddress(intentId: string): string {
  return madeUpAddress(`deposit:${intentId}`);
}
