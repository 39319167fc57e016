import type { PaymentObservation } from "@/lib/orders/observation";
import type { PaymentId } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import type { PaymentProvider, ProviderFailure, ReadPaymentResult } from "../provider";
import { badAnswer } from "./answers";
import { checkCheckoutUrl, checkQuote } from "./check-created";
import { type AllScaleClient, type ClientOptions, createAllScaleClient } from "./client";
import { CONFIRMED, LABEL, NAME, pricingFields, STABLECOIN_IDS, type Stablecoin, statusOfNumber } from "./tables";
import { authenticateWebhook, parseWebhook } from "./webhook";
import { type IntentDetail, toObservation } from "./wire";

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
      const checkout = checkCheckoutUrl(payload.checkout_url, options.baseUrl);
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
    async ping() {
      const result = await client.ping();
      return result.ok ? { ok: true } : result;
    },
  };
}

const refuse = (failure: Omit<ProviderFailure, "maybeAccepted">) =>
  ({ ok: false, failure: { ...failure, maybeAccepted: false } }) as const;
const unusable = (reason: string) => refuse(badAnswer(reason));

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
