import { formatAmount, isPlausible } from "@/lib/money/amount";
import type { Money } from "@/lib/money/currency";
import { equalDecimals } from "@/lib/money/decimal";
import type { PaymentObservation } from "@/lib/orders/observation";
import { type PaymentId, paymentIdSchema } from "@/lib/orders/order";
import { STATUS_RULES } from "@/lib/orders/status";
import { findingsOf } from "../diagnose";
import { exactNumber, readExactJson } from "../exact-json";
import { describeIssues } from "../parsing";
import type {
  CreatePaymentInput,
  CreatePaymentResult,
  PaymentProvider,
  ReadPaymentResult,
  WebhookContent,
} from "../provider";
import { badAnswer, refuse } from "../send-request";
import { type CalypsoClient, type ClientOptions, createCalypsoClient } from "./client";
import { type CalypsoCoin, COINS, coinOf, describeTransaction, isCoin, walletUri } from "./coins";
import { verify } from "./signing";
import { externalIdOf, type Invoice, LABEL, NAME, paidSchema, readExternalId, statusOf, webhookSchema } from "./wire";

export type CalypsoOptions = ClientOptions & {
  /** Of the webhook subscription; a second pair during a change. */
  readonly webhookKeys: readonly { readonly publicKey: string; readonly secretKey: string }[];
  /** What a payer pays in; of several, the widget lets the payer choose. */
  readonly coins: readonly [CalypsoCoin, ...CalypsoCoin[]];
  /** The address of the payment widget with `{key}` in it; null shows the address to pay to on our own page. */
  readonly widgetUrl: string | null;
};

const NOT_KNOWN =
  "where Calypso's widget is, how an intervention is resolved, and the rest of its error codes. Whether a subscription sends events to this app shows with the first one.";

/** Calypso Pay (§2): an invoice whose address our page shows, or the hosted widget, where its address is known. */
export function createCalypsoProvider(options: CalypsoOptions): PaymentProvider {
  const client = createCalypsoClient(options);
  const { now = Date.now, widgetUrl } = options;
  return {
    name: NAME,
    label: LABEL,
    testStore: false,
    createPayment: (input) =>
      widgetUrl === null ? openInvoice(client, options, input) : openWidget(client, { ...options, widgetUrl }, input),
    async readPayment(paymentId) {
      if (widgetUrl === null) {
        const found = await client.findInvoice({ operation: "status", paymentId }, { idempotencyKey: paymentId });
        return found.ok ? observe(found.data, { paymentId, nowMs: now() }) : found;
      }
      return readWidget(client, { paymentId, nowMs: now() });
    },
    async authenticateWebhook({ headers, body }) {
      const [key, signature] = [headers.get("Key"), headers.get("Sign")];
      if (!key || !signature) return { ok: false, diagnosis: "missing headers: Key, Sign" };
      const ours = options.webhookKeys.filter(({ publicKey }) => publicKey === key);
      if (ours.length === 0) return { ok: false, diagnosis: "Key is not that of our webhook subscription" };
      const checks = ours.map(({ secretKey }) => verify(body, signature, secretKey));
      if (!(await Promise.all(checks)).includes(true)) {
        const hint = "is this the subscription's own secret, not that of the API?";
        return { ok: false, diagnosis: `signature does not match: ${hint}` };
      }
      // Neither a time nor a nonce is signed: a repeated report changes nothing, and all but one are only hints.
      return { ok: true, deliveryId: signature.slice(0, 32).toLowerCase(), replay: null };
    },
    parseWebhook: ({ body }) => parseWebhook(body),
    async diagnose() {
      const credentials = "Compare CALYPSO_PUBLIC_KEY, CALYPSO_SECRET_KEY and CALYPSO_ACCOUNT.";
      const about = { label: LABEL, baseUrl: options.baseUrl, clockCodes: ["011"], notKnown: NOT_KNOWN };
      return findingsOf({ ...about, ping: await client.listSubscriptions(), credentials });
    },
  };
}

/** What both ways of paying have in common. The id is ours, and the key under which Calypso opens it once. */
function terms({ price, orderReference, description, returnUrl }: CreatePaymentInput) {
  const paymentId = paymentIdSchema.parse(crypto.randomUUID());
  const payload = {
    fiatAmount: exactNumber(formatAmount(price)),
    fiatCurrency: price.currency,
    description: [...description.toWellFormed()].slice(0, 200).join(""),
    idempotencyKey: paymentId,
    externalId: externalIdOf(orderReference, paymentId),
    returnUrl,
  };
  return { paymentId, payload, about: { operation: "create", orderId: orderReference, paymentId } };
}

async function openInvoice(
  client: CalypsoClient,
  { coins }: CalypsoOptions,
  input: CreatePaymentInput,
): Promise<CreatePaymentResult> {
  const { paymentId, payload, about } = terms(input);
  const [currency] = coins;
  const created = await client.createInvoice(about, { ...payload, currency });
  if (!created.ok) return created;
  const invoice = created.data;
  const { invoiceAddress: address, amount, expiration: expiresAt = null } = invoice;
  const { price } = input;
  const isOurs = invoice.currency === currency && isPriceOf(invoice, price);
  if (!isOurs || amount === undefined || !isPlausible({ price, coins: amount })) {
    const asked = `price=${formatAmount(price)} ${price.currency} asked=${amount} ${invoice.currency}`;
    const message = "Calypso Pay asks for another amount than ours, so the payment was not opened.";
    return refuse("amount_check_failed", message, asked);
  }
  if (!/^[0-9A-Za-z]{20,100}$/.test(address)) return { ok: false, failure: badAnswer(LABEL, "no address to pay to") };
  const { coin, network } = COINS[currency];
  const payTo = { address, amount, coin, network, uri: walletUri(currency, { address, amount }) };
  const quote = { coin, amount, rate: null, accepted: [coin] };
  return { ok: true, payment: { paymentId, checkoutUrl: null, payTo, expiresAt, quote } };
}

async function openWidget(
  client: CalypsoClient,
  { coins, widgetUrl }: CalypsoOptions & { widgetUrl: string },
  input: CreatePaymentInput,
): Promise<CreatePaymentResult> {
  const { paymentId, payload, about } = terms(input);
  const created = await client.createWidget(about, { ...payload, cryptoCurrencies: coins });
  if (!created.ok) return created;
  const { idempotencyKey, expiration: expiresAt = null } = created.data;
  if (idempotencyKey !== paymentId) return { ok: false, failure: badAnswer(LABEL, "the widget is another one") };
  const checkoutUrl = widgetUrl.replaceAll("{key}", paymentId);
  // Which coin will be paid, and how much of it, is decided on the widget's page.
  return { ok: true, payment: { paymentId, checkoutUrl, payTo: null, expiresAt, quote: null } };
}

const isPriceOf = ({ fiatAmount, fiatCurrency }: Pick<Invoice, "fiatAmount" | "fiatCurrency">, price: Money) =>
  fiatCurrency === price.currency && fiatAmount !== undefined && equalDecimals(fiatAmount, formatAmount(price));

type About = { readonly paymentId: PaymentId; readonly nowMs: number };

function observe(invoice: Invoice, { paymentId, nowMs }: About): ReadPaymentResult {
  const reference = readExternalId(invoice.externalId);
  // A widget has several invoices, which all carry the widget's payment.
  if (reference?.paymentId !== paymentId)
    return { ok: false, failure: badAnswer(LABEL, "the invoice is of another payment") };
  const { state, currency, amount, fiatAmount, fiatCurrency, lastDepositHash } = invoice;
  const status = statusOf(invoice, nowMs);
  if (status === null) return { ok: false, failure: badAnswer(LABEL, `unknown_state:${state}`) };
  const isPaid = status === "paid";
  if (isPaid && amount === undefined)
    return { ok: false, failure: badAnswer(LABEL, "paid, but the invoice names no money") };
  const observation: PaymentObservation = {
    provider: NAME,
    paymentId,
    status,
    providerStatus: state,
    orderReference: reference.orderReference,
    // An invoice repeats what was asked; that this much arrived is what its state says (§2.3).
    money: isPaid && amount !== undefined ? moneyOf({ amount, currency, fiatAmount, fiatCurrency }) : null,
    transaction: lastDepositHash || isPaid ? describeTransaction(currency, lastDepositHash) : null,
    ...(status === "pending" && amount !== undefined && { asks: asksOf(invoice, amount) }),
  };
  return { ok: true, observation };
}

/** Calypso works out the coins again every 15 minutes (§2.3). */
function asksOf({ currency, invoiceAddress: address }: Invoice, amount: string) {
  return { coin: coinOf(currency), amount, uri: isCoin(currency) ? walletUri(currency, { address, amount }) : null };
}

type Told = Pick<Invoice, "currency" | "fiatAmount" | "fiatCurrency"> & { readonly amount: string };

function moneyOf({ amount, currency, fiatAmount, fiatCurrency }: Told): PaymentObservation["money"] {
  const isPriced = fiatAmount !== undefined && fiatCurrency !== undefined;
  return {
    price: isPriced ? { amount: fiatAmount, currency: fiatCurrency } : null,
    coins: { coin: coinOf(currency), amount },
  };
}

/** The invoice that is furthest on decides; a payer who picked another coin leaves the others open. */
async function readWidget(client: CalypsoClient, about: About): Promise<ReadPaymentResult> {
  const { paymentId } = about;
  const found = await client.findWidget({ operation: "status", paymentId }, paymentId);
  if (!found.ok) return found;
  const { widgetState, invoices } = found.data;
  const results: ReadPaymentResult[] = [];
  for (const { invoiceId } of invoices) {
    const invoice = await client.findInvoice({ operation: "status", paymentId }, { id: invoiceId });
    results.push(invoice.ok ? observe(invoice.data, about) : invoice);
  }
  const seen = results.flatMap((result) => (result.ok ? [result.observation] : []));
  const weight = ({ status }: PaymentObservation) => STATUS_RULES[status].weight;
  const [first] = seen.filter((each) => weight(each) > 0).toSorted((a, b) => weight(b) - weight(a));
  if (first !== undefined) return { ok: true, observation: first };
  const failed = results.find((result) => !result.ok);
  if (failed !== undefined) return failed;
  // What is asked for in one of several coins is nothing to show on our page.
  const bare = { provider: NAME, paymentId, providerStatus: widgetState, money: null, transaction: null };
  return { ok: true, observation: { ...bare, status: widgetState === "ARCHIVED" ? "expired" : "pending" } };
}

/** Only INVOICE_PAID names what was received, as `realAmount` (§2.5); all else makes us ask, as the documents advise. */
function parseWebhook(body: Uint8Array): WebhookContent {
  const json = readExactJson(body);
  const { success, data: told, error } = webhookSchema.safeParse(json);
  if (!success) {
    return { kind: "unreadable", diagnosis: `the body is not an event: ${describeIssues(error)}` };
  }
  const { id: deliveryId, eventType, data } = told;
  const reference = readExternalId(data.externalId);
  if (reference === null) return { kind: "unreadable", diagnosis: "the event is not about a payment of ours" };
  const { paymentId, orderReference } = reference;
  const paid = paidSchema.safeParse(json).data?.data;
  const amount = paid?.realAmount;
  if (paid === undefined || amount === undefined) return { kind: "hint", paymentId, deliveryId };
  const { currency, fiatAmount, fiatCurrency, transactionHash } = paid;
  const observation: PaymentObservation = {
    provider: NAME,
    paymentId,
    status: "paid",
    providerStatus: eventType,
    orderReference,
    money: moneyOf({ amount, currency, fiatAmount, fiatCurrency }),
    transaction: { ...describeTransaction(currency, transactionHash), amount },
  };
  return { kind: "event", observation, deliveryId };
}
