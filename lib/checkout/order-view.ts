import "server-only";
import { formatAmount } from "@/lib/money/amount";
import { CURRENCIES, isStablecoin } from "@/lib/money/currency";
import { alignDecimals, compareDecimals, divideDecimals, subtractDecimals } from "@/lib/money/decimal";
import { type Order, type Payment, paymentToShow, type Refund } from "@/lib/orders/order";
import { STATUSES } from "@/lib/orders/status";
import type { OrderView, Receipt } from "@/lib/web/contract";

/** What the payer may see of an order: no name, no message, no event, nothing of the provider's ids. Pure. */
export function orderView(
  order: Order,
  /** `delayed`: this is the last known state. `labelOf` gives a provider's name for people. */
  facts: { delayed: boolean; canPayAgain: boolean; labelOf: (provider: string | undefined) => string },
): OrderView {
  const shown = paymentToShow(order);
  const shortfall = shown && shortfallOf(shown);
  const open = order.status === "pending" ? shown : undefined;
  const refunds = order.refunds.filter(({ status }) => status === "sent").map(sentRefund);
  return {
    orderId: order.id,
    status: order.status,
    paid: order.status === "paid",
    terminal: STATUSES[order.status].terminal,
    amount: formatAmount(order.price),
    currency: order.price.currency,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    provider: facts.labelOf(shown?.provider),
    canPayAgain: facts.canPayAgain,
    ...(open?.checkoutUrl && { checkoutUrl: open.checkoutUrl }),
    ...(open?.payTo && { payTo: open.payTo }),
    ...(open?.expiresAt && { expiresAt: new Date(open.expiresAt).toISOString() }),
    ...(facts.delayed && { delayed: true as const }),
    ...(shortfall && { shortfall }),
    ...(shown?.transaction && { receipt: receiptOf(order.price, shown) }),
    ...(refunds.length > 0 && { refunds }),
    ...(order.attention.length > 0 && { attention: [...order.attention] }),
  };
}

function shortfallOf({ status, quote, transaction }: Payment): OrderView["shortfall"] {
  if (status !== "underpaid" && status !== "refunding") return undefined;
  if (quote === null || transaction?.amount === undefined) return undefined;
  const [required, received] = alignDecimals(quote.amount, transaction.amount);
  if (compareDecimals(received, required) >= 0) return undefined;
  return { coin: transaction.coin ?? quote.coin, required, received, missing: subtractDecimals(required, received) };
}

function receiptOf(price: Order["price"], { paidAt, quote, transaction }: Payment): Receipt {
  return {
    paidAt: paidAt === null ? null : new Date(paidAt).toISOString(),
    coin: transaction?.coin ?? quote?.coin ?? null,
    coinAmount: transaction?.amount ?? null,
    rate: rateOf(price, quote),
    chainId: transaction?.chainId ?? null,
    chainName: transaction?.network ?? null,
    testChain: transaction?.chain === "test",
    transactionHash: transaction?.hash ?? null,
    explorerUrl: transaction?.explorerUrl ?? null,
  };
}

/** Without its claim URL, which is the merchant's to hand out. */
function sentRefund({ coin, amount, updatedAt, transactionHash, explorerUrl }: Refund) {
  const sentAt = new Date(updatedAt).toISOString();
  return { coin, amount, sentAt, transactionHash, explorerUrl: explorerUrl ?? null };
}

/** Coins for one unit of the currency, from the two amounts: which way a provider's own rate points is not documented. */
function rateOf(price: Order["price"], quote: Payment["quote"]): string | null {
  if (quote === null || isStablecoin(price.currency)) return null;
  // A yen is worth so little that four decimals would hide the rate.
  return divideDecimals(quote.amount, formatAmount(price), CURRENCIES[price.currency].exponent === 0 ? 6 : 4);
}
