import "server-only";
import { log } from "@/lib/log";
import { formatAmountForPeople } from "@/lib/money/amount";
import { type AmountRefusal, checkAmount } from "@/lib/money/limits";
import { orderIdSchema } from "@/lib/orders/order";
import type { Services } from "@/lib/services";
import { siteConfig } from "@/site.config";
import type { CheckoutRequest } from "./contract";
import { type CreateOrderResult, createOrder } from "./create-order";
import { fingerprintOf } from "./idempotency";
import type { OpenPaymentDependencies } from "./open-payment";
import { type PayAgainResult, payAgain } from "./pay-again";

type WithOrderUrl<Result extends { outcome: string }> =
  | (Extract<Result, { outcome: "created" }> & { readonly orderUrl: string })
  | Exclude<Result, { outcome: "created" }>;

type NotConfigured = { readonly outcome: "not_configured"; readonly names: readonly string[] };

export type StartCheckoutResult =
  | WithOrderUrl<CreateOrderResult>
  | NotConfigured
  | { readonly outcome: "amount_refused"; readonly problem: AmountRefusal; readonly message: string };

export type StartAgainResult = WithOrderUrl<PayAgainResult> | NotConfigured;

type Caller = { readonly address: string; readonly requestId: string };

/** From a well-formed request to an opened payment: bounds the amount on the server, then creates the order. */
export async function startCheckout(
  services: Services,
  request: Caller & { fields: CheckoutRequest; idempotencyKey: string | null },
): Promise<StartCheckoutResult> {
  const { settings, newOrderId } = services;
  const dependencies = paymentDependencies(services, request);
  if (dependencies === null || settings.pricing === null) return notConfigured(settings);
  const { amount, name, message, anonymous } = request.fields;
  const checked = checkAmount(amount, settings.pricing);
  if (!checked.ok) return { outcome: "amount_refused", problem: checked.problem, message: checked.message };

  const price = checked.money;
  const payer = { name: name ?? null, message: message ?? null, anonymous };
  const fingerprint = fingerprintOf([price.currency, price.minor, payer.name, payer.message, anonymous]);
  const idempotency = request.idempotencyKey === null ? null : { key: request.idempotencyKey, fingerprint };
  const result = await createOrder({ ...dependencies, newOrderId }, { price, payer, idempotency });
  report(result, request.requestId);
  return result.outcome === "created" ? { ...result, orderUrl: dependencies.returnUrl(result.order.id) } : result;
}

/** Another payment of an order that ended without money. The id as the request names it. */
export async function startAgain(services: Services, request: Caller & { orderId: string }): Promise<StartAgainResult> {
  const dependencies = paymentDependencies(services, request);
  if (dependencies === null) return notConfigured(services.settings);
  const orderId = orderIdSchema.safeParse(request.orderId);
  if (!orderId.success) return { outcome: "not_found" };
  const result = await payAgain(dependencies, orderId.data);
  report(result, request.requestId);
  return result.outcome === "created" ? { ...result, orderUrl: dependencies.returnUrl(result.order.id) } : result;
}

/** Null unless every setting is right: with one wrong, no payment is opened. */
function paymentDependencies(services: Services, { address }: Caller): OpenPaymentDependencies | null {
  const { settings, store, provider, limiter, now, sleep } = services;
  if (settings.problems.length > 0 || store === null || provider === null) return null;
  return {
    store,
    provider,
    now,
    sleep,
    takeFromLimit: () => limiter.take({ policy: "checkout", address }),
    describeOrder: (price) => `${siteConfig.name}: ${formatAmountForPeople(price, "en-US")}`,
    returnUrl: (orderId) => `${settings.publicUrl}/orders/${orderId}`,
  };
}

function notConfigured({ problems }: Services["settings"]): NotConfigured {
  return { outcome: "not_configured", names: problems.map(({ name }) => name) };
}

function report(result: CreateOrderResult | PayAgainResult, requestId: string): void {
  const { outcome } = result;
  if (outcome === "created") {
    log.info("checkout_created", { requestId, orderId: result.order.id });
  } else if (outcome === "failed") {
    const { kind, code, reason, providerRequestId, maybeAccepted } = result.failure;
    log.warn("checkout_failed", { requestId, kind, code, reason, providerRequestId, maybeAccepted });
  } else {
    log.info("checkout_refused", { requestId, outcome });
  }
}
