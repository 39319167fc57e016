import { defaultChainId, madeUpAddress, madeUpTransactionHash } from "../protocol/chains";
import { formatUnits, parseDecimal } from "../protocol/decimal";
import { CONFIRMED, type StatusValue, UNDERPAID } from "../protocol/statuses";
import type { Account } from "../state/account";
import { type Intent, newObjectId, type Payment, type ReportedFigures } from "../state/intent";
import { deliver, newWebhookId } from "./deliver";
import { type WebhookEvent, webhookEvent } from "./webhook-event";

/** The facts of a payment that a caller may set; the others are made up. */
export interface PaymentFacts {
  readonly chainId?: number;
  readonly coinSymbol?: string;
  readonly txHash?: string;
  readonly txFrom?: string;
  readonly paymentMethodType?: number;
  readonly actualPaidAmount?: string;
}

export interface StatusChangeRequest {
  readonly status: StatusValue;
  /** Who asked: the hosted page, the control API or a scenario. */
  readonly by: string;
  readonly facts?: PaymentFacts;
  readonly reported?: ReportedFigures;
  /** False confirms without telling the merchant. */
  readonly sendsWebhook?: boolean;
}

/** Statuses in which money has arrived, so that detail shows a transaction. */
export const paidInto: ReadonlySet<number> = new Set([3, 4, 5, 10, 20, -2, -3]);

/**
 * Puts an intent into any status from any other: this is an emulator, and a late or contradicting change is what it is
 * for. Only CONFIRMED tells the merchant (§8).
 */
export function changeStatus(account: Account, intent: Intent, change: StatusChangeRequest): void {
  intent.status = change.status;
  intent.history.push({ status: change.status, atMs: account.clock.now(), by: change.by });
  intent.reported = { ...intent.reported, ...change.reported };
  if (paidInto.has(change.status) || change.facts !== undefined) {
    intent.payment = paymentFor(intent, change);
  }
  const isTold = change.status === CONFIRMED || !account.enforces("webhook_only_when_confirmed");
  if (isTold && change.sendsWebhook !== false) deliver(account, confirmationOf(account, intent));
}

/** The news of a confirmation under a webhook id of its own, whether or not it is true yet. */
export function confirmationOf(account: Account, intent: Intent): WebhookEvent {
  const payment = intent.payment ?? paymentFor(intent, { status: CONFIRMED, by: "" });
  return webhookEvent({ account, intent, payment, webhookId: newWebhookId() });
}

/** The payer pays once more: another transaction, told by another webhook. */
export function secondPayment(account: Account, intent: Intent, by: string): void {
  const first = intent.payment ?? paymentFor(intent, { status: CONFIRMED, by });
  intent.payment = {
    ...first,
    transactionId: newObjectId(),
    txHash: madeUpTransactionHash(`${intent.id}:${intent.history.length}`),
  };
  changeStatus(account, intent, { status: CONFIRMED, by });
}

/** The payment so far with the given facts put in. An underpayment without an amount is half of what was due. */
function paymentFor(intent: Intent, { status, facts }: StatusChangeRequest): Payment {
  const before = intent.payment;
  const due = intent.order.amountCoins;
  const arrived = status === UNDERPAID ? (before?.actualPaidAmount ?? half(due)) : due;
  return {
    transactionId: before?.transactionId ?? newObjectId(),
    chainId: facts?.chainId ?? before?.chainId ?? defaultChainId,
    coinSymbol: facts?.coinSymbol ?? before?.coinSymbol ?? intent.order.coin.symbol,
    txHash: facts?.txHash ?? before?.txHash ?? madeUpTransactionHash(intent.id),
    txFrom: facts?.txFrom ?? before?.txFrom ?? madeUpAddress(`payer:${intent.id}`),
    txTo: before?.txTo ?? depositAddress(intent),
    paymentMethodType: facts?.paymentMethodType ?? before?.paymentMethodType ?? 1,
    actualPaidAmount: facts?.actualPaidAmount ?? arrived,
  };
}

/** The temporary wallet of an intent. */
export function depositAddress(intent: Intent): string {
  return madeUpAddress(`deposit:${intent.id}`);
}

function half(amount: string): string {
  const parsed = parseDecimal(amount);
  return parsed === null ? amount : formatUnits(parsed.units / 2n, parsed.scale);
}
