import { formatAmount, isPlausible } from "@/lib/money/amount";
import { isStablecoin, type Money, type Stablecoin } from "@/lib/money/currency";
import { divideDecimals, equalDecimals, isOver, isShort } from "@/lib/money/decimal";
import type { PaymentObservation } from "@/lib/orders/observation";
import type { Payment, PaymentId } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import { describeIssues, readJson } from "../parsing";
import type { PaymentProvider, ProviderFailure, ReadPaymentResult, WebhookContent, WebhookDelivery } from "../provider";
import { badAnswer } from "../send-request";
import { type AllScaleClient, type ClientOptions, createAllScaleClient } from "./client";
import { diagnose } from "./diagnose";
import { parsePayoutWebhook } from "./payouts";
import { authenticateWebhook } from "./signing";
import { signTestWebhook } from "./test-webhook";
import {
  CONFIRMED,
  type CreatedIntent,
  checkAllScaleUrl,
  type IntentDetail,
  LABEL,
  NAME,
  payoutNewsSchema,
  pricingFields,
  readTestWebhook,
  STABLECOIN_IDS,
  stablecoinOfId,
  statusOfNumber,
  toObservation,
  webhookBodySchema,
} from "./wire";

export type AllScaleOptions = ClientOptions & {
  /** During a rotation: webhooks signed with it are accepted as well. Requests are never signed with it. */
  readonly previousSecret: string | null;
  /** For fiat pricing, in order of preference. Empty leaves the choice to AllScale. */
  readonly acceptedStablecoins: readonly Stablecoin[];
  readonly testStore: boolean;
};

/** Longer descriptions were cut by the official plugin; AllScale publishes no limit (§5). */
const LONGEST_DESCRIPTION = 200;

export function createAllScaleProvider(options: AllScaleOptions): PaymentProvider {
  const client = createAllScaleClient(options);
  const { apiKey, apiSecret, previousSecret, testStore } = options;
  const secrets = previousSecret === null ? [apiSecret] : [apiSecret, previousSecret];
  return {
    name: NAME,
    label: LABEL,
    testStore,
    async createPayment({ price, orderReference, description, returnUrl }) {
      const pricing = pricingFields(price);
      if (pricing === null) return refuse({ kind: "amount_refused", message: "The amount is too large for AllScale." });
      const accepted = "currency" in pricing ? options.acceptedStablecoins : [];
      const answer = await client.createIntent({
        ...pricing,
        ...(accepted.length > 0 && { accepted_stable_coins: accepted.map((coin) => STABLECOIN_IDS[coin]) }),
        order_id: orderReference,
        order_description: [...description.toWellFormed()].slice(0, LONGEST_DESCRIPTION).join(""),
        redirect_url: returnUrl,
      });
      if (!answer.ok) return answer;
      const { payload, providerRequestId } = answer;
      const requestId = providerRequestId !== null && { providerRequestId };
      // The payer never gets a checkout that is refused below, so it cannot be paid: the refusal is certain.
      const quoted = checkQuote(price, payload, accepted);
      if (!quoted.ok) {
        const message = "AllScale asks for another amount than ours, so the payment was not opened.";
        return refuse({ kind: "amount_check_failed", message, reason: quoted.reason, ...requestId });
      }
      const checkout = checkAllScaleUrl(payload.checkout_url, options.baseUrl);
      if (!checkout.ok) {
        const message = "AllScale's checkout address does not lead to AllScale.";
        return refuse({ kind: "unsafe_checkout_url", message, reason: checkout.reason, ...requestId });
      }
      const { allscale_checkout_intent_id: paymentId } = payload;
      const payment = { paymentId, checkoutUrl: checkout.url, payTo: null, expiresAt: null, quote: quoted.quote };
      return { ok: true, payment };
    },
    async readPayment(paymentId, expecting) {
      if (expecting === "waiting") return readStatus(client, paymentId);
      // The detail (§7) has status and money in one answer: the cheaper call when money has probably moved.
      const detail = await client.getIntent(paymentId);
      return detail.ok ? observe(paymentId, detail.payload) : detail;
    },
    authenticateWebhook: (delivery) => authenticateWebhook(delivery, { apiKey, secrets }),
    parseWebhook,
    signTestWebhook: (url) => signTestWebhook(url, options),
    diagnose: () => diagnose(options),
  };
}

const refuse = (failure: Omit<ProviderFailure, "maybeAccepted">) =>
  ({ ok: false, failure: { ...failure, maybeAccepted: false } }) as const;
const unusable = (reason: string) => refuse(badAnswer(LABEL, reason));

/** Coins have moved, so that the detail has more to tell. */
const MOVED: readonly PaymentStatus[] = ["confirming", "underpaid", "refunding", "paid"];

/** The status decides (§6); the detail (§7) adds what was received, without which nothing counts as paid. */
async function readStatus(client: AllScaleClient, paymentId: PaymentId): Promise<ReadPaymentResult> {
  const answer = await client.getStatus(paymentId);
  if (!answer.ok) return answer;
  const number = answer.payload;
  const status = statusOfNumber(number);
  if (status === null) return unusable(`unknown_status:${number}`);
  const bare = { provider: NAME, paymentId, status: status.status, providerStatus: status.name };
  const observation: PaymentObservation = { ...bare, money: null, transaction: null };
  if (!MOVED.includes(status.status)) return { ok: true, observation };
  const detail = await client.getIntent(paymentId);
  const isPaid = number === CONFIRMED;
  if (!detail.ok) {
    if (isPaid) return detail;
    const { retryAfterSeconds } = detail.failure;
    return { ok: true, observation, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  const detailStatus = detail.payload.status ?? number;
  if (detailStatus === number) return observe(paymentId, { ...detail.payload, status: number });
  return isPaid ? unusable(`status 20, but ${detailStatus} in the detail`) : { ok: true, observation };
}

function observe(paymentId: PaymentId, detail: IntentDetail): ReadPaymentResult {
  if (detail.all_scale_checkout_intent_id !== paymentId) return unusable("the detail is of another intent");
  const { status: number } = detail;
  if (number === undefined) return unusable("the detail has no status");
  const status = statusOfNumber(number);
  if (status === null) return unusable(`unknown_status:${number}`);
  const observation = toObservation(status, detail);
  if (number === CONFIRMED && observation.money === null) return unusable("paid, but the detail names no money");
  return { ok: true, observation };
}

const unreadable = (diagnosis: string) => ({ kind: "unreadable", diagnosis }) as const;
const OTHER_ID = { kind: "contradictory", diagnosis: "webhook_id differs from X-Webhook-Id" } as const;

/** Reads a delivery that was authenticated before (§8). A diagnosis names fields and never their values. */
export function parseWebhook(delivery: WebhookDelivery): WebhookContent {
  const json = readJson(delivery.body);
  if (json === undefined) return unreadable("the body is not JSON in UTF-8");
  // The signature covers both ids, but the header is what was checked for replays.
  const isOther = (id: string) => id !== delivery.headers.get("X-Webhook-Id");
  const test = readTestWebhook(json);
  if (test !== null) return isOther(test) ? OTHER_ID : { kind: "test", deliveryId: test };
  const news = payoutNewsSchema.safeParse(json).data;
  if (news !== undefined) return isOther(news.webhook_id) ? OTHER_ID : parsePayoutWebhook(json, news);
  const { success, data: body, error } = webhookBodySchema.safeParse(json);
  if (!success) return unreadable(`the body is not a payment: ${describeIssues(error)}`);
  if (isOther(body.webhook_id)) return OTHER_ID;
  const { all_scale_checkout_intent_id: paymentId, webhook_id: deliveryId, event } = body;
  // A later kind of event, which need not be about money that came.
  if (event !== undefined && body.status === undefined) return { kind: "hint", paymentId, deliveryId };
  // No status is documented: AllScale calls when a payment is confirmed, and only then.
  const number = body.status ?? CONFIRMED;
  const status = statusOfNumber(number);
  if (status === null) return unreadable(`unknown_status:${number}`);
  return { kind: "event", observation: toObservation(status, body), deliveryId };
}

type Checked<Success> = ({ readonly ok: true } & Success) | { readonly ok: false; readonly reason: string };
type CheckedQuote = Checked<{ readonly quote: NonNullable<Payment["quote"]> }>;

/** Checks what AllScale asks of the payer (§5): a wrong unit would charge a hundred times too much or too little. */
export function checkQuote(price: Money, created: CreatedIntent, accepted: readonly Stablecoin[]): CheckedQuote {
  const { amount_coins: amount, rate, stable_coin_type: coinId } = created;
  const priceText = formatAmount(price);
  const facts = `price=${priceText} ${price.currency} coins=${amount} coin=${coinId} rate=${rate}`;
  const differ = (why: string) => ({ ok: false, reason: `${why}: ${facts}` }) as const;
  const coin = stablecoinOfId(coinId);
  if (coin === null) return differ("unknown coin");
  if (isStablecoin(price.currency)) {
    if (coin !== price.currency) return differ("other coin");
    if (!equalDecimals(amount, priceText)) return differ("other amount");
    return { ok: true, quote: { coin, amount, rate: null, accepted: [coin] } };
  }
  if (accepted.length > 0 && !accepted.includes(coin)) return differ("coin not accepted");
  if (!isPlausible({ price, coins: amount })) return differ("implausible amount");
  const isDollar = price.currency === "USD";
  // A coin is worth a US dollar, so for USD no rate is needed and none can move the coins away from the price.
  if (isDollar && !isNear(priceText, amount)) return differ("amounts disagree");
  const agreed = rate === null ? null : coinsPerUnit({ price: priceText, coins: amount, rate });
  if (agreed === null && (rate !== null || !isDollar)) return differ("amounts disagree");
  return { ok: true, quote: { coin, amount, rate: agreed, accepted: accepted.length > 0 ? [...accepted] : [coin] } };
}

/** The rate's direction is not documented: the inverse is taken too. Null for a rate that does not give these coins. */
function coinsPerUnit({ price, coins, rate }: Record<"price" | "coins" | "rate", string>): string | null {
  if (isNear(divideDecimals(coins, price, 12), rate)) return rate;
  return isNear(divideDecimals(price, coins, 12), rate) ? divideDecimals("1", rate, 8) : null;
}

/** Room for the rounding of rates and coins: 1 %. */
function isNear(expected: string, actual: string): boolean {
  return !isOver({ expected, actual, percent: 1 }) && !isShort({ expected, actual, permille: 10 });
}
