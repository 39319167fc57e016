import { randomBytes } from "node:crypto";
import { defaultChainId, fraction, madeUpAddress, madeUpTransactionHash } from "./money";
import { CREATED, type StatusValue, UNDERPAID } from "./statuses";

type Texts = Readonly<Record<"orderId" | "orderDescription" | "userId" | "userName" | "redirectUrl", string | null>>;

export interface IntentOrder extends Texts {
  readonly amountCents: number;
  readonly currency: Readonly<{ value: number; symbol: string }> | null;
  readonly coin: Readonly<{ value: number; symbol: string }>;
  readonly acceptedStableCoins: readonly number[] | null;
  readonly amountCoins: string;
  readonly rate: string | null;
  readonly extra: Readonly<Record<string, unknown>> | null;
}

export type Payment = Readonly<Record<"chainId" | "paymentMethodType", number>> &
  Readonly<Record<"transactionId" | "coinSymbol" | "txHash" | "txFrom" | "txTo" | "actualPaidAmount", string>>;
export type PaymentFacts = Partial<Omit<Payment, "transactionId" | "txTo">>;

/** What detail and webhook show instead of the order's figures, to try a merchant's check of the money. */
export type ReportedFigures = Partial<
  Readonly<{ amount_cents: number | null; currency: number | null; currency_symbol: string | null }> &
    Readonly<{ amount_coins: string; coin_symbol: string }>
>;

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
  scenario: string | null;
}

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

export function depositAddress(intentId: string): string {
  return madeUpAddress(`deposit:${intentId}`);
}
