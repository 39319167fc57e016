import { contractAddress, defaultChainId } from "../protocol/chains";
import { divide, formatUnits, parseDecimal, powerOfTen, rescale } from "../protocol/decimal";
import type { Account } from "../state/account";
import type { Intent } from "../state/intent";

type Payload = Readonly<Record<string, unknown>>;

/** The payload of create (§5). Here the id has no underscore in its prefix. */
export function createPayload(account: Account, intent: Intent, publicUrl: string): Payload {
  const { order } = intent;
  const { acceptedCoinsInResponse } = account.settings;
  const accepted = order.acceptedStableCoins ?? [order.coin.value];
  return {
    checkout_url: checkoutUrl(account, intent, publicUrl),
    allscale_checkout_intent_id: intent.id,
    amount_coins: order.amountCoins,
    stable_coin_type: order.coin.value,
    rate: shownRate(account, order.rate),
    ...(acceptedCoinsInResponse === "array" ? { accepted_stable_coins: accepted } : {}),
    ...(acceptedCoinsInResponse === "number" ? { accepted_stable_coins: order.coin.value } : {}),
  };
}

export function checkoutUrl(account: Account, intent: Intent, publicUrl: string): string {
  const path = account.settings.checkoutUrlStyle === "checkout" ? "/checkout/" : "/pay/checkout/";
  return `${publicUrl}${path}${intent.token}`;
}

/** The payload of status (§6): a bare integer, unless the account imitates the clients that expected an object. */
export function statusPayload(account: Account, intent: Intent): number | Payload {
  return account.settings.statusShape === "int" ? intent.status : { status: intent.status };
}

/** The payload of detail (§7). */
export function detailPayload(account: Account, intent: Intent): Payload {
  const { order, payment } = intent;
  const coinSymbol = intent.reported.coinSymbol ?? payment?.coinSymbol ?? order.coin.symbol;
  const chainId = payment?.chainId ?? null;
  return {
    all_scale_checkout_intent_id: intent.id,
    ...fiatFields(account, intent),
    currency_rate: shownRate(account, order.rate),
    chain_id: chainId,
    amount_coins: intent.reported.amountCoins ?? order.amountCoins,
    coin_symbol: coinSymbol,
    coin_contract: contractAddress(coinSymbol, chainId ?? defaultChainId),
    status: intent.status,
    tx_hash: payment?.txHash ?? null,
    tx_from: payment?.txFrom ?? null,
    tx_to: payment?.txTo ?? null,
    payment_method_type: payment?.paymentMethodType ?? 0,
    ...paidFields(account, intent),
    order_id: order.orderId,
    order_description: order.orderDescription,
    user_id: order.userId,
    user_name: order.userName,
  };
}

/** The fiat figures that detail and webhook share; null for native pricing unless the account shows cents (§10). */
export function fiatFields(account: Account, intent: Intent): Payload {
  const { order, reported } = intent;
  const showsCents = order.currency !== null || account.settings.nativeAmountCents;
  return {
    currency: reported.currency === undefined ? (order.currency?.value ?? null) : reported.currency,
    currency_symbol: reported.currencySymbol === undefined ? (order.currency?.symbol ?? null) : reported.currencySymbol,
    amount_cents: reported.amountCents === undefined ? (showsCents ? order.amountCents : null) : reported.amountCents,
  };
}

/** What arrived and what the fee takes from it. Nothing is known before a payment. */
function paidFields(account: Account, intent: Intent): Payload {
  const { payment } = intent;
  const paid = payment === null ? null : parseDecimal(payment.actualPaidAmount);
  if (payment === null || paid === null) {
    return { actual_paid_amount: null, service_fee_amount: null, net_income_amount: null };
  }
  const { coinDecimals, feeBasisPoints, rounding } = account.settings;
  const paidUnits = rescale(paid, coinDecimals, rounding);
  const feeUnits = divide(paidUnits * BigInt(feeBasisPoints), 10_000n, "half_up");
  return {
    actual_paid_amount: payment.actualPaidAmount,
    service_fee_amount: formatUnits(feeUnits, coinDecimals),
    net_income_amount: formatUnits(paidUnits - feeUnits, coinDecimals),
  };
}

/** The rate as the account writes it: nobody has said which way round it is (§13). */
function shownRate(account: Account, rate: string | null): string | null {
  const parsed = rate === null ? null : parseDecimal(rate);
  if (parsed === null || account.settings.rateDirection === "coins_per_fiat") return rate;
  return formatUnits(divide(powerOfTen(parsed.scale + 6), parsed.units, "half_up"), 6);
}
