import { fiatFields } from "../api/payloads";
import { contractAddress } from "../protocol/chains";
import { statusOf } from "../protocol/statuses";
import type { Account } from "../state/account";
import type { Intent, Payment } from "../state/intent";

/** What a webhook says, before it is signed. */
export interface WebhookEvent {
  readonly webhookId: string;
  readonly transactionId: string;
  readonly intentId: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ConfirmedPayment {
  readonly account: Account;
  readonly intent: Intent;
  readonly payment: Payment;
  readonly webhookId: string;
}

/** The webhook body of §8, in the order of the known-answer vector. It has no status field unless the account adds one. */
export function webhookEvent({ account, intent, payment, webhookId }: ConfirmedPayment): WebhookEvent {
  const { order, reported } = intent;
  const coinSymbol = reported.coinSymbol ?? payment.coinSymbol;
  const { amount_cents, currency, currency_symbol } = fiatFields(account, intent);
  return {
    webhookId,
    transactionId: payment.transactionId,
    intentId: intent.id,
    fields: {
      all_scale_transaction_id: payment.transactionId,
      all_scale_checkout_intent_id: intent.id,
      webhook_id: webhookId,
      amount_cents,
      currency,
      currency_symbol,
      amount_coins: reported.amountCoins ?? order.amountCoins,
      coin_symbol: coinSymbol,
      coin_contract_address: contractAddress(coinSymbol, payment.chainId),
      chain_id: payment.chainId,
      tx_hash: payment.txHash,
      tx_from: payment.txFrom,
      payment_method_type: payment.paymentMethodType,
      order_id: order.orderId,
      user_id: order.userId,
      user_name: order.userName,
      extra_obj: order.extra,
      ...statusField(account, intent),
    },
  };
}

/** The status fields that some clients claim to have seen (§10). */
function statusField(account: Account, intent: Intent): Readonly<Record<string, unknown>> {
  switch (account.settings.webhookStatus) {
    case "none":
      return {};
    case "int":
      return { status: intent.status };
    case "text":
      return { status: statusOf(intent.status).name };
    case "payment_status":
      return { payment_status: statusOf(intent.status).name };
  }
}
