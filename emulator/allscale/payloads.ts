import { divide, formatUnits, parseDecimal, rescale } from "../core/decimal";
import type { Store } from "./account";
import { depositAddress, type Intent } from "./intent";
import { contractAddress, defaultChainId } from "./money";
import { WALLET_ASSIGNED } from "./statuses";

type Payload = Readonly<Record<string, unknown>>;

const feeBasisPoints = 60n;

/** The payload of create (§5). Here the id has no underscore in its prefix. */
export function createPayload({ settings }: Store, intent: Intent, publicUrl: string): Payload {
  const { order } = intent;
  const accepted = order.acceptedStableCoins ?? [order.coin.value];
  return {
    checkout_url: checkoutUrl(intent, publicUrl),
    allscale_checkout_intent_id: intent.id,
    amount_coins: order.amountCoins,
    stable_coin_type: order.coin.value,
    rate: order.rate,
    ...(settings.acceptedCoinsInResponse === "array" && { accepted_stable_coins: accepted }),
    ...(settings.acceptedCoinsInResponse === "number" && { accepted_stable_coins: order.coin.value }),
  };
}

export function checkoutUrl(intent: Intent, publicUrl: string): string {
  return `${publicUrl}/checkout/${intent.token}`;
}

export function statusPayload({ settings }: Store, { status }: Intent): number | Payload {
  return settings.statusShape === "int" ? status : { status };
}

export function detailPayload(store: Store, intent: Intent): Payload {
  const { order, payment, reported, status } = intent;
  const coinSymbol = reported.coin_symbol ?? payment?.coinSymbol ?? order.coin.symbol;
  const chainId = payment?.chainId ?? null;
  return {
    all_scale_checkout_intent_id: intent.id,
    ...fiatFields(store, intent),
    currency_rate: order.rate,
    chain_id: chainId,
    amount_coins: reported.amount_coins ?? order.amountCoins,
    coin_symbol: coinSymbol,
    coin_contract: contractAddress(coinSymbol, chainId ?? defaultChainId),
    status,
    tx_hash: payment?.txHash ?? null,
    tx_from: payment?.txFrom ?? null,
    tx_to: payment?.txTo ?? (status === WALLET_ASSIGNED ? depositAddress(intent.id) : null),
    payment_method_type: payment?.paymentMethodType ?? 0,
    ...paidFields(store, intent),
    order_id: order.orderId,
    order_description: order.orderDescription,
    user_id: order.userId,
    user_name: order.userName,
  };
}

function fiatFields({ settings }: Store, { order, reported }: Intent): Payload {
  const showsCents = order.currency !== null || settings.nativeAmountCents;
  const truth = {
    currency: order.currency?.value ?? null,
    currency_symbol: order.currency?.symbol ?? null,
    amount_cents: showsCents ? order.amountCents : null,
  };
  const { currency, currency_symbol, amount_cents } = { ...truth, ...reported };
  return { currency, currency_symbol, amount_cents };
}

function paidFields({ settings }: Store, { payment }: Intent): Payload {
  const paid = payment === null ? null : parseDecimal(payment.actualPaidAmount);
  if (payment === null || paid === null) {
    return { actual_paid_amount: null, service_fee_amount: null, net_income_amount: null };
  }
  const paidUnits = rescale(paid, settings.coinDecimals);
  const feeUnits = divide(paidUnits * feeBasisPoints, 10_000n);
  return {
    actual_paid_amount: payment.actualPaidAmount,
    service_fee_amount: formatUnits(feeUnits, settings.coinDecimals),
    net_income_amount: formatUnits(paidUnits - feeUnits, settings.coinDecimals),
  };
}

/** The webhook body of §8, in the order of the known-answer vector. The documented one has no status. */
export function webhookFields(store: Store, intent: Intent, payment: NonNullable<Intent["payment"]>): Payload {
  const { order, reported } = intent;
  const coinSymbol = reported.coin_symbol ?? payment.coinSymbol;
  const { amount_cents, currency, currency_symbol } = fiatFields(store, intent);
  const { webhookStatus } = store.settings;
  return {
    all_scale_transaction_id: payment.transactionId,
    all_scale_checkout_intent_id: intent.id,
    webhook_id: "",
    amount_cents,
    currency,
    currency_symbol,
    amount_coins: reported.amount_coins ?? order.amountCoins,
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
    ...(webhookStatus === "int" && { status: intent.status }),
  };
}
