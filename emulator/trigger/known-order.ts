import { contractAddress, defaultChainId, madeUpAddress, madeUpTransactionHash } from "../protocol/chains";
import { newObjectId } from "../state/intent";

/** What a webhook needs to know of an order: where it comes from does not matter. */
export interface KnownOrder {
  readonly intentId: string;
  readonly orderId: string | null;
  readonly amountCents: number | null;
  readonly currency: number | null;
  readonly currencySymbol: string | null;
  readonly amountCoins: string;
  readonly coinSymbol: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly extra: unknown;
}

/** An order described by hand, for receivers that were not fed by an emulator. Null when a needed field is missing. */
export function readOrderJson(text: string): KnownOrder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const textOf = (name: string): string | null => {
    const field = fields[name];
    return typeof field === "string" ? field : null;
  };
  const integerOf = (name: string): number | null => {
    const field = fields[name];
    return typeof field === "number" && Number.isSafeInteger(field) ? field : null;
  };
  const intentId = textOf("intentId");
  const amountCoins = textOf("amountCoins");
  if (intentId === null || amountCoins === null) return null;
  return {
    intentId,
    orderId: textOf("orderId"),
    amountCents: integerOf("amountCents"),
    currency: integerOf("currency"),
    currencySymbol: textOf("currencySymbol"),
    amountCoins,
    coinSymbol: textOf("coinSymbol") ?? "USDT",
    userId: textOf("userId"),
    userName: textOf("userName"),
    extra: fields.extra ?? null,
  };
}

/** The webhook body of §8 for an order. Each call is about a transaction of its own. */
export function webhookFields(order: KnownOrder, webhookId: string): Readonly<Record<string, unknown>> {
  const transactionId = newObjectId();
  return {
    all_scale_transaction_id: transactionId,
    all_scale_checkout_intent_id: order.intentId,
    webhook_id: webhookId,
    amount_cents: order.amountCents,
    currency: order.currency,
    currency_symbol: order.currencySymbol,
    amount_coins: order.amountCoins,
    coin_symbol: order.coinSymbol,
    coin_contract_address: contractAddress(order.coinSymbol, defaultChainId),
    chain_id: defaultChainId,
    tx_hash: madeUpTransactionHash(transactionId),
    tx_from: madeUpAddress(`payer:${order.intentId}`),
    payment_method_type: 1,
    order_id: order.orderId,
    user_id: order.userId,
    user_name: order.userName,
    extra_obj: order.extra,
  };
}
