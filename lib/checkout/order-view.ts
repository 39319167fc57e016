import { formatAmount } from "@/lib/money/amount";
import { alignDecimals, compareDecimals, subtractDecimals } from "@/lib/money/decimal";
import { chainName, explorerUrl } from "@/lib/orders/explorer";
import type { Attempt, Order } from "@/lib/orders/order";
import { isTerminal } from "@/lib/orders/status";
import type { OrderView, Receipt } from "./contract";

/** What the payer may see of an order: no name, no message, no event, nothing of the provider's ids. Pure. */
export function orderView(order: Order, { delayed }: { delayed: boolean }): OrderView {
  const shown = attemptToShow(order);
  const shortfall = shown && shortfallOf(shown);
  return {
    orderId: order.id,
    status: order.status,
    paid: order.status === "paid",
    terminal: isTerminal(order.status),
    amount: formatAmount(order.price),
    currency: order.price.currency,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
    ...(order.status === "pending" && shown?.checkoutUrl && { checkoutUrl: shown.checkoutUrl }),
    ...(delayed && { delayed: true as const }),
    ...(shortfall && { shortfall }),
    ...(shown?.transaction && { receipt: receiptOf(shown) }),
  };
}

/** The payment that gave the order its status; of several, the newest. */
function attemptToShow(order: Order): Attempt | undefined {
  return order.attempts.findLast((attempt) => attempt.status === order.status) ?? order.attempts.at(-1);
}

function shortfallOf({ status, quote, transaction }: Attempt): OrderView["shortfall"] {
  if (status !== "underpaid" && status !== "refunding") return undefined;
  if (quote === null || transaction?.amount === undefined) return undefined;
  const [required, received] = alignDecimals(quote.amount, transaction.amount);
  if (compareDecimals(received, required) >= 0) return undefined;
  return { coin: transaction.coin ?? quote.coin, required, received, missing: subtractDecimals(required, received) };
}

function receiptOf({ paidAt, quote, transaction }: Attempt): Receipt {
  const chainId = transaction?.chainId;
  return {
    paidAt: paidAt === null ? null : new Date(paidAt).toISOString(),
    coin: transaction?.coin ?? quote?.coin ?? null,
    coinAmount: transaction?.amount ?? null,
    rate: quote?.rate ?? null,
    chainId: chainId ?? null,
    chainName: chainId === undefined ? null : chainName(chainId),
    transactionHash: transaction?.hash ?? null,
    explorerUrl: explorerUrl(chainId, transaction?.hash),
  };
}
