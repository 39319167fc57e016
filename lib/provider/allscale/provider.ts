import type { PaymentId } from "@/lib/orders/order";
import type {
  CreatePaymentInput,
  CreatePaymentResult,
  PaymentObservation,
  PaymentProvider,
  ProviderFailure,
  ReadPaymentResult,
} from "../provider";
import { checkAmounts } from "./amount-check";
import { checkCheckoutUrl } from "./checkout-url";
import { type AllScaleClient, type AllScaleClientOptions, createAllScaleClient } from "./client";
import { pricingFields, type StableCoin, stableCoinId } from "./currency";
import { badAnswer } from "./errors";
import { reportedMoney, reportedTransaction } from "./observation";
import { type AllScaleStatus, statusOfNumber, toPaymentStatus } from "./status";
import { authenticateWebhook } from "./webhook";
import { parseWebhook } from "./webhook-body";
import type { IntentDetail } from "./wire";

export type AllScaleProviderOptions = AllScaleClientOptions & {
  /** During a rotation: webhooks signed with it are accepted as well. Requests are never signed with it. */
  readonly previousSecret: string | null;
  /** For fiat pricing, in order of preference. Empty leaves the choice to AllScale. */
  readonly acceptedStableCoins: readonly StableCoin[];
};

/** Longer descriptions were cut by the official plugin; AllScale publishes no limit (§5). */
const LONGEST_DESCRIPTION = 200;

/** AllScale behind the port of the flow. Settings that could never work throw, as in `createAllScaleClient`. */
export function createAllScaleProvider(options: AllScaleProviderOptions): PaymentProvider {
  const client = createAllScaleClient(options);
  const { apiKey } = options;
  const secrets = options.previousSecret ? [options.apiSecret, options.previousSecret] : [options.apiSecret];
  return {
    name: "allscale",
    createPayment: (input) => createPayment({ client, options, input }),
    readPayment: (paymentId, expecting) =>
      expecting === "ended" ? readDetail(client, paymentId) : readStatus(client, paymentId),
    authenticateWebhook: (delivery) => authenticateWebhook(delivery, { apiKey, secrets }),
    parseWebhook,
    ping: async () => {
      const result = await client.ping();
      return result.ok ? { ok: true } : result;
    },
  };
}

async function createPayment(context: {
  readonly client: AllScaleClient;
  readonly options: AllScaleProviderOptions;
  readonly input: CreatePaymentInput;
}): Promise<CreatePaymentResult> {
  const { client, options, input } = context;
  const pricing = pricingFields(input.price);
  const accepted = "currency" in pricing ? options.acceptedStableCoins : [];
  const answer = await client.createIntent({
    ...pricing,
    ...(accepted.length === 0 ? {} : { accepted_stable_coins: accepted.map(stableCoinId) }),
    order_id: input.orderReference,
    order_description: shortened(input.description),
    redirect_url: input.returnUrl,
  });
  if (!answer.ok) return failed(answer.failure);
  const { payload } = answer;
  const named = answer.requestId === null ? {} : { providerRequestId: answer.requestId };
  const amounts = checkAmounts(input.price, payload, accepted);
  // We know what was opened and do not pass it on, so there is nothing to be unsure about: nobody can pay it.
  if (!amounts.ok) {
    const message = "AllScale asks for another amount than ours, so the payment was not opened.";
    return failed({ kind: "amount_check_failed", message, maybeAccepted: false, reason: amounts.reason, ...named });
  }
  const checkout = checkCheckoutUrl(payload.checkout_url, options.baseUrl);
  if (!checkout.ok) {
    const message = "AllScale's checkout address does not lead to AllScale.";
    return failed({ kind: "unsafe_checkout_url", message, maybeAccepted: false, reason: checkout.reason, ...named });
  }
  const paymentId = payload.allscale_checkout_intent_id;
  const payment = { paymentId, checkoutUrl: checkout.url, payTo: null, expiresAt: null, quote: amounts.quote };
  return { outcome: "created", payment };
}

/** The status decides (§6); the detail (§7) adds what was paid, without which nothing counts as paid. */
async function readStatus(client: AllScaleClient, paymentId: PaymentId): Promise<ReadPaymentResult> {
  const answer = await client.getStatus(paymentId);
  if (!answer.ok) return failed(answer.failure);
  const status = statusOfNumber(answer.payload);
  if (status === null) return failed(unusable(`unknown_status:${answer.payload}`));
  if (!hasMoney(status)) return { outcome: "read", observation: observe(paymentId, status, null) };

  const detail = await client.getIntent(paymentId);
  const isPaid = status === "CONFIRMED";
  if (!detail.ok) {
    if (isPaid) return failed(detail.failure);
    const { retryAfterSeconds } = detail.failure;
    const observation = observe(paymentId, status, null);
    return { outcome: "read", observation, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  const { all_scale_checkout_intent_id: detailId, status: detailStatus = answer.payload } = detail.payload;
  if (detailId !== paymentId) return failed(unusable("the detail is of another intent"));
  const agrees = detailStatus === answer.payload;
  if (isPaid && !agrees) return failed(unusable(`status 20, but ${detailStatus} in the detail`));
  const observation = observe(paymentId, status, agrees ? detail.payload : null);
  if (isPaid && observation.money === null) return failed(unusable("paid, but the detail names no money"));
  return { outcome: "read", observation };
}

/** The detail (§7) has status and money in one answer: the cheaper way where there is probably money to be told of. */
async function readDetail(client: AllScaleClient, paymentId: PaymentId): Promise<ReadPaymentResult> {
  const detail = await client.getIntent(paymentId);
  if (!detail.ok) return failed(detail.failure);
  const { all_scale_checkout_intent_id: detailId, status: number } = detail.payload;
  if (detailId !== paymentId) return failed(unusable("the detail is of another intent"));
  if (number === undefined) return failed(unusable("the detail has no status"));
  const status = statusOfNumber(number);
  if (status === null) return failed(unusable(`unknown_status:${number}`));
  const observation = observe(paymentId, status, detail.payload);
  if (status === "CONFIRMED" && observation.money === null)
    return failed(unusable("paid, but the detail names no money"));
  return { outcome: "read", observation };
}

/** The statuses at which coins have moved, so that the detail has more to tell. */
function hasMoney(status: AllScaleStatus): boolean {
  return ["confirming", "underpaid", "refunding", "paid"].includes(toPaymentStatus(status));
}

function observe(paymentId: PaymentId, status: AllScaleStatus, detail: IntentDetail | null): PaymentObservation {
  // Before it is paid, `amount_coins` is what was asked for and not what came.
  const received = detail?.actual_paid_amount ?? (status === "CONFIRMED" ? detail?.amount_coins : undefined);
  return {
    paymentId,
    status: toPaymentStatus(status),
    providerStatus: status,
    money: detail && reportedMoney(detail),
    transaction: detail && reportedTransaction(detail, received),
    ...(detail?.order_id !== undefined && { orderReference: detail.order_id }),
  };
}

function shortened(description: string): string {
  return [...description.toWellFormed()].slice(0, LONGEST_DESCRIPTION).join("");
}

function unusable(reason: string): ProviderFailure {
  return { ...badAnswer(reason), maybeAccepted: false };
}

function failed(failure: ProviderFailure): { readonly outcome: "failed"; readonly failure: ProviderFailure } {
  return { outcome: "failed", failure };
}
