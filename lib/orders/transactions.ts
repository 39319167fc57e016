import type { PaymentObservation } from "./observation";
import type { Payment } from "./order";

/**
 * Later reports fill in what was unknown. Of a paid payment nothing known is overwritten, and two transactions are not mixed.
 * Only the amount, its coin and a test chain outlive their transaction, until a report names others: they tell what the
 * payment has brought so far, and must not be forgotten because a cent more was sent.
 */
export function mergeTransactions(
  { status, transaction: known }: Payment,
  { transaction: reported }: PaymentObservation,
): Payment["transaction"] {
  if (reported === null || known === null) return reported ?? known;
  const [{ nominal, ...weaker }, stronger] = status === "paid" ? [reported, known] : [known, reported];
  const isOther =
    differ(known.hash?.toLowerCase(), reported.hash?.toLowerCase()) ||
    differ(known.transactionId, reported.transactionId);
  if (isOther && status === "paid") return stronger;
  const { chain, coin, amount } = weaker;
  const kept = isOther ? { ...(amount !== undefined && { amount }), ...(coin !== undefined && { coin }) } : weaker;
  const isNominal = stronger.amount === undefined && nominal;
  return {
    ...kept,
    ...(isNominal && { nominal }),
    ...stronger,
    chain: stronger.chain === "unknown" && (!isOther || chain === "test") ? chain : stronger.chain,
  };
}

const differ = (known: string | undefined, reported: string | undefined) =>
  known !== undefined && reported !== undefined && known !== reported;

/** One payment paid by two transactions: the payer paid twice. */
export function isSecondTransaction({ status, transaction }: Payment, observation: PaymentObservation): boolean {
  const reported = observation.transaction;
  if (status !== "paid" || observation.status !== "paid" || transaction === null || reported === null) return false;
  // A status call names no transaction id; then the hashes decide.
  const haveIds = transaction.transactionId !== undefined && reported.transactionId !== undefined;
  return haveIds
    ? differ(transaction.transactionId, reported.transactionId)
    : differ(transaction.hash?.toLowerCase(), reported.hash?.toLowerCase());
}

const MAX_OTHERS = 20;

/** Adds the transaction of a report that is neither the payment's own nor one of those that came beside it before. */
export function othersWith(payment: Payment, observation: PaymentObservation): Pick<Payment, "others"> {
  const { others = [] } = payment;
  const { transactionId, hash } = observation.transaction ?? {};
  const names = [transactionId, hash?.toLowerCase()].filter((name) => name !== undefined);
  const isKnown = names.length === 0 || names.some((name) => others.includes(name));
  if (isKnown || !isSecondTransaction(payment, observation)) return {};
  return { others: [...others, ...names].slice(-MAX_OTHERS) };
}

/** Whether a report only repeats what was asked, while the payment is on hold and what really came is known. */
export function isOnlyAsked({ onHold, transaction: known }: Payment, { transaction }: PaymentObservation): boolean {
  return onHold && known?.amount !== undefined && !known.nominal && transaction?.nominal === true;
}

/** The report with the amount that really came in the place of what was asked. */
export function withKnownAmount(payment: Payment, observation: PaymentObservation): PaymentObservation {
  const { money, transaction } = observation;
  const amount = payment.transaction?.amount;
  if (!isOnlyAsked(payment, observation) || amount === undefined || !transaction || !money?.coins) return observation;
  const { nominal: _, ...rest } = transaction;
  return {
    ...observation,
    money: { ...money, coins: { coin: payment.transaction?.coin ?? money.coins.coin, amount } },
    transaction: { ...rest, amount },
  };
}
