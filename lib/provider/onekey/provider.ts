import { formatAmount } from "@/lib/money/amount";
import type { PaymentId } from "@/lib/orders/order";
import { checkCheckoutUrl } from "../checkout-url";
import { readExactJson } from "../exact-json";
import type {
  CreatePaymentInput,
  CreatePaymentResult,
  PaymentProvider,
  ReadPaymentResult,
  WebhookContent,
} from "../provider";
import { badAnswer, refuse } from "../send-request";
import { authenticateCashout, isCashoutNotification, parseCashout } from "./cashouts";
import { type CashoutCredentials, callDeposits, type DepositOptions } from "./client";
import { diagnose } from "./diagnose";
import {
  createdSchema,
  DEPOSITS_PATH,
  depositBody,
  depositPath,
  LABEL,
  NAME,
  newInvoiceId,
  notificationSchema,
  orderReferenceOf,
  statusOf,
  statusSchema,
} from "./wire";

export type OneKeyOptions = DepositOptions & {
  readonly isStaging: boolean;
  /** Two letters. */
  readonly country: string;
  /** Null lets the payer choose on OneKey's page. */
  readonly paymentMethod: string | null;
  readonly checkoutHosts: readonly string[];
  /** Null where cashouts are not set up. */
  readonly cashouts: CashoutCredentials | null;
};

/** OneKey deposits (§3.4): the payer pays by a local method or card, in the currency of the price. */
export function createOneKeyProvider(options: OneKeyOptions): PaymentProvider {
  return {
    name: NAME,
    label: LABEL,
    testStore: options.isStaging,
    createPayment: (input) => createPayment(options, input),
    readPayment: (paymentId) => readPayment(options, paymentId),
    /** How a notification is signed is not documented (§3.4): it is a hint, and only its id is believed. */
    async authenticateWebhook(delivery) {
      if (isCashoutNotification(delivery)) return authenticateCashout(delivery, options.cashouts?.secret);
      return { ok: true, deliveryId: crypto.randomUUID(), replay: null, isUnproven: true };
    },
    parseWebhook(delivery): WebhookContent {
      if (isCashoutNotification(delivery)) return parseCashout(delivery);
      const { success, data } = notificationSchema.safeParse(readExactJson(delivery.body));
      if (!success) return { kind: "unreadable", diagnosis: "the body is not JSON with a deposit_id" };
      return { kind: "hint", paymentId: data.deposit_id, deliveryId: data.deposit_id };
    },
    diagnose: () => diagnose(options),
  };
}

async function createPayment(options: OneKeyOptions, input: CreatePaymentInput): Promise<CreatePaymentResult> {
  const { country, paymentMethod, checkoutHosts } = options;
  const { price, orderReference, description, returnUrl, payerAddress } = input;
  const { currency } = price;
  const amount = formatAmount(price);
  const invoiceId = newInvoiceId(orderReference);
  const terms = { country, currency, amount, invoiceId, paymentMethod, description, payerAddress, returnUrl };
  const about = { operation: "create", orderId: orderReference, path: DEPOSITS_PATH };
  const created = await callDeposits(options, { ...about, body: depositBody(terms), schema: createdSchema });
  if (!created.ok) return created;
  const { deposit_id: paymentId, redirect_url, merchant_invoice_id } = created.data;
  if (merchant_invoice_id && merchant_invoice_id !== invoiceId) {
    return { ok: false, failure: badAnswer(LABEL, "the answer is about another invoice") };
  }
  if (!redirect_url) {
    const message = "OneKey opened a payment without a page, which we cannot show: see ONEKEY_PAYMENT_METHOD.";
    return { ok: false, failure: { ...badAnswer(LABEL, "no redirect_url"), message } };
  }
  const isProvider = (hostname: string) => checkoutHosts.includes(hostname);
  const checkout = checkCheckoutUrl(redirect_url, { ...options, isProvider });
  if (!checkout.ok) {
    const message = "OneKey's checkout address leads to a host that is not in ONEKEY_CHECKOUT_HOSTS.";
    return refuse("unsafe_checkout_url", message, checkout.reason);
  }
  // No coins: the money is in the currency of the price, and so is what is asked of the payer.
  const quote = { coin: currency, amount, rate: null, accepted: [currency] };
  return { ok: true, payment: { paymentId, checkoutUrl: checkout.url, payTo: null, expiresAt: null, quote } };
}

async function readPayment(options: OneKeyOptions, paymentId: PaymentId): Promise<ReadPaymentResult> {
  const about = { operation: "status", paymentId, path: depositPath(paymentId) };
  const read = await callDeposits(options, { ...about, schema: statusSchema });
  if (!read.ok) return read;
  const { deposit_id, invoice_id, status: word, currency, local_amount: amount, refunded } = read.data;
  if (deposit_id !== paymentId) return { ok: false, failure: badAnswer(LABEL, "the status is of another deposit") };
  const status = statusOf(word, refunded);
  const coins = { coin: currency, amount };
  const isPaid = status === "paid";
  return {
    ok: true,
    observation: {
      provider: NAME,
      paymentId,
      status,
      providerStatus: word,
      orderReference: orderReferenceOf(invoice_id),
      money: isPaid ? { price: { currency, amount }, coins } : null,
      transaction: isPaid ? { chain: "none", ...coins } : null,
    },
  };
}
