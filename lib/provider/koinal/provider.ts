import type { z } from "zod";
import { formatAmount, isPlausible } from "@/lib/money/amount";
import { isStablecoin } from "@/lib/money/currency";
import { equalDecimals } from "@/lib/money/decimal";
import type { PaymentId } from "@/lib/orders/order";
import { callJson, type JsonAnswer } from "../call-json";
import { checkCheckoutUrl } from "../checkout-url";
import { findingsOf } from "../diagnose";
import { readExactJson } from "../exact-json";
import { printable } from "../parsing";
import type {
  CreatePaymentInput,
  CreatePaymentResult,
  PaymentProvider,
  ProviderCall,
  ProviderFailure,
  ProviderTools,
  ReadPaymentResult,
  WebhookContent,
} from "../provider";
import { badAnswer, failureOfStatus, isSuccess, refuse } from "../send-request";
import { authorizationHash, type CallbackSignature, type Credentials, verifyCallback } from "./signing";
import {
  AUTHORIZATION_HEADER,
  callbackSchema,
  envelopeSchema,
  LABEL,
  NAME,
  ORDER_PATH,
  orderBody,
  orderSchema,
  QUOTE_PATH,
  QUOTE_TOKEN_HEADER,
  quoteBody,
  quoteSchema,
  SIGNATURE_HEADER,
  statusOf,
  statusPath,
  statusSchema,
  timestampOf,
} from "./wire";

export type KoinalOptions = ProviderTools &
  Credentials & {
    readonly baseUrl: string;
    /** The host of Koinal's card page. */
    readonly checkoutHost: string;
    readonly callbackSecret: string;
    readonly callbackSignature: CallbackSignature;
    /** What the merchant receives, and where. */
    readonly cryptocurrency: string;
    readonly wallet: string;
    readonly tag: string | null;
    readonly now?: () => number;
  };

type Request<Data> = Pick<ProviderCall, "operation" | "paymentId" | "orderId"> & {
  readonly path: string;
  readonly customerReference: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<Data>;
};

const NOT_KNOWN =
  "paths, field names, status words and error codes of Koinal, the unit of its timestamp, and how it signs callbacks; all are our reading, in one file. Compare lib/provider/koinal/README.md with your contract, and pay once yourself.";

/** Koinal Checkout (§1): the payer pays by card, the merchant receives a cryptocurrency in a wallet. */
export function createKoinalProvider(options: KoinalOptions): PaymentProvider {
  return {
    name: NAME,
    label: LABEL,
    testStore: false,
    createPayment: (input) => createPayment(options, input),
    readPayment: (paymentId) => readPayment(options, paymentId),
    async authenticateWebhook({ headers, body }) {
      const signature = headers.get(SIGNATURE_HEADER);
      if (!signature) return { ok: false, diagnosis: `missing header: ${SIGNATURE_HEADER}` };
      const { callbackSecret: secret, callbackSignature: construction } = options;
      if (!(await verifyCallback({ body, signature, secret, construction }))) {
        const hint = "is this the callback secret, and the construction that Koinal uses (KOINAL_CALLBACK_SIGNATURE)?";
        return { ok: false, diagnosis: `signature does not match: ${hint}` };
      }
      // Nothing that is signed makes a callback fresh, so all it does is make us look.
      return { ok: true, deliveryId: signature.toLowerCase(), replay: null };
    },
    parseWebhook({ headers, body }): WebhookContent {
      const { success, data } = callbackSchema.safeParse(readExactJson(body));
      if (!success) return { kind: "unreadable", diagnosis: "the body is not JSON with an id" };
      return { kind: "hint", paymentId: data.id, deliveryId: headers.get(SIGNATURE_HEADER)?.toLowerCase() ?? "" };
    },
    async diagnose() {
      const credentials = "Compare KOINAL_MERCHANT_CODE and KOINAL_SECRET, and set the clock of this server.";
      // A quote is the only authenticated call that changes nothing.
      const ping = await getQuote(options, { amount: "100", currency: "USD" }, "ping");
      return findingsOf({ label: LABEL, baseUrl: options.baseUrl, ping, credentials, notKnown: NOT_KNOWN });
    },
  };
}

function getQuote(options: KoinalOptions, price: { amount: string; currency: string }, customerReference: string) {
  return call(options, {
    operation: "quote",
    orderId: customerReference,
    path: QUOTE_PATH,
    customerReference,
    body: quoteBody(price, options.cryptocurrency),
    schema: quoteSchema,
  });
}

async function createPayment(options: KoinalOptions, input: CreatePaymentInput): Promise<CreatePaymentResult> {
  const { cryptocurrency, wallet, tag } = options;
  const { price, orderReference, payerAddress } = input;
  if (payerAddress === null || !/^[\da-f.:]{3,45}$/i.test(payerAddress)) {
    const message = "Koinal needs the payer's IP address, which is not known here: see TRUSTED_PROXY_HOPS.";
    return refuse("refused", message, "no payer address");
  }
  const asked = { amount: formatAmount(price), currency: price.currency };
  const quoted = await getQuote(options, asked, orderReference);
  // A quote opens nothing, however its call ended.
  if (!quoted.ok) return { ok: false, failure: { ...quoted.failure, maybeAccepted: false } };
  const { token, currency, currency_amount, cryptocurrency: coin, cryptocurrency_amount: amount } = quoted.data;
  const isAsked = currency === asked.currency && equalDecimals(currency_amount, asked.amount);
  // What a dollar coin may cost is known; of other coins the quote has to be believed.
  const isDear = isStablecoin(coin) && !isPlausible({ price, coins: amount });
  if (!isAsked || coin !== cryptocurrency || isDear) {
    const message = "Koinal quoted another amount than ours, so no payment was opened.";
    const reason = `price=${asked.amount} ${asked.currency} quoted=${currency_amount} ${currency} coins=${amount} ${coin}`;
    return refuse("amount_check_failed", message, reason);
  }
  const created = await call(options, {
    operation: "create",
    orderId: orderReference,
    path: ORDER_PATH,
    customerReference: orderReference,
    headers: { [QUOTE_TOKEN_HEADER]: token },
    body: orderBody({ token, wallet, tag, payerAddress }),
    schema: orderSchema,
  });
  if (!created.ok) return created;
  const { id: paymentId, checkout_url } = created.data;
  const isProvider = (hostname: string) => hostname === options.checkoutHost;
  const checkout = checkCheckoutUrl(checkout_url, { ...options, isProvider });
  if (!checkout.ok) {
    return refuse("unsafe_checkout_url", "Koinal's checkout address does not lead to Koinal.", checkout.reason);
  }
  const quote = { coin, amount, rate: null, accepted: [coin] };
  return { ok: true, payment: { paymentId, checkoutUrl: checkout.url, payTo: null, expiresAt: null, quote } };
}

async function readPayment(options: KoinalOptions, paymentId: PaymentId): Promise<ReadPaymentResult> {
  const path = statusPath(paymentId);
  const about = { operation: "status", paymentId, path, customerReference: paymentId };
  const read = await call(options, { ...about, schema: statusSchema });
  if (!read.ok) return read;
  const { id, status: word, currency, currency_amount, cryptocurrency: coin, ...more } = read.data;
  if (id !== paymentId) return { ok: false, failure: badAnswer(LABEL, "the status is of another order") };
  const status = statusOf(word);
  const bare = { provider: NAME, paymentId, status, providerStatus: word };
  if (status !== "paid") return { ok: true, observation: { ...bare, money: null, transaction: null } };
  const coins = { coin, amount: more.cryptocurrency_amount };
  const money = { price: { currency, amount: currency_amount }, coins };
  // Koinal does not name the network that it delivers on; the payer's money moved on a card.
  const transaction = { chain: "none", ...coins, ...(more.transaction_id && { hash: more.transaction_id }) } as const;
  return { ok: true, observation: { ...bare, money, transaction } };
}

async function call<Data>(options: KoinalOptions, request: Request<Data>): JsonAnswer<Data> {
  const { now = Date.now, baseUrl, secret } = options;
  const { path, body, customerReference } = request;
  const timestamp = timestampOf(now());
  const headers = {
    Accept: "application/json",
    [AUTHORIZATION_HEADER]: await authorizationHash(options, { customerReference, timestamp }),
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...request.headers,
  };
  return callJson(
    { ...options, label: LABEL },
    {
      ...request,
      url: baseUrl + path,
      init: { method: body === undefined ? "GET" : "POST", headers, body: body ?? null },
      schema: envelopeSchema.transform(({ data }) => data).pipe(request.schema),
      failureOf: (status, json) => failureOf(status, { json, secret }),
    },
  );
}

/** Koinal's error codes are not known, so the HTTP status decides; its own words go to the log alone. */
function failureOf(status: number, { json, secret }: { json: unknown; secret: string }): ProviderFailure | null {
  const envelope = envelopeSchema.safeParse(json).data;
  if (isSuccess(status) && envelope?.code === "00") return null;
  const said = envelope && `: ${envelope.code} ${envelope.message ?? ""}`.trim();
  const reason = printable(`http_${status}${said ?? ""}`, [secret]);
  return failureOfStatus(status < 400 && said !== undefined ? 400 : status, LABEL, reason);
}
