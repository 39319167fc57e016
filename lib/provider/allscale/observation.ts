import type { Transaction } from "@/lib/orders/order";
import type { ReportedMoney } from "../provider";
import { priceOfCents } from "./currency";
import type { IntentDetail, WebhookBody } from "./wire";

/**
 * The money of a webhook or of an intent's detail (§7, §8). Native pricing has null in the fiat fields by the
 * documentation and numbers in some live reports, so each half is reported when it is whole, and no half is made up.
 */
export function reportedMoney(fields: WebhookBody | IntentDetail): ReportedMoney | null {
  const { currency, amount_cents: cents, coin_symbol: coin, amount_coins: amount } = fields;
  const price = currency === undefined || cents === undefined ? null : priceOfCents(currency, cents);
  const coins = coin === undefined || amount === undefined ? null : { coin, amount };
  return price === null && coins === null ? null : { price, coins };
}

/** What is known of the transaction, or null when nothing is. `amount`: what was received, in coins. */
export function reportedTransaction(
  fields: WebhookBody | IntentDetail,
  amount: string | undefined,
): Transaction | null {
  const { all_scale_transaction_id: transactionId, tx_hash: hash, chain_id: chainId, tx_from: from } = fields;
  if (transactionId === undefined && hash === undefined && amount === undefined) return null;
  return {
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(hash === undefined ? {} : { hash }),
    ...(chainId === undefined ? {} : { chainId }),
    ...(from === undefined ? {} : { from }),
    ...(fields.coin_symbol === undefined ? {} : { coin: fields.coin_symbol }),
    ...(amount === undefined ? {} : { amount }),
  };
}
