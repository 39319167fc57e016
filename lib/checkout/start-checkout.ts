import "server-only";
import { setTimeout as sleep } from "node:timers/promises";
import { log } from "@/lib/log";
import { formatAmountForPeople } from "@/lib/money/amount";
import { type AmountRefusal, checkAmount } from "@/lib/money/limits";
import type { OrderId } from "@/lib/orders/order";
import type { Services } from "@/lib/services";
import { siteConfig } from "@/site.config";
import type { CheckoutRequest } from "./contract";
import { type CreateOrderResult, createOrder } from "./create-order";
import { fingerprintOf } from "./idempotency";

export type StartCheckoutResult =
  | (Extract<CreateOrderResult, { outcome: "created" }> & { readonly orderUrl: string })
  | Exclude<CreateOrderResult, { outcome: "created" }>
  | { readonly outcome: "not_configured"; readonly names: readonly string[] }
  | {
      readonly outcome: "amount_refused";
      readonly problem: AmountRefusal;
      readonly message: string;
    };

/** From a well-formed request to an opened payment: bounds the amount on the server, then creates the order. */
export async function startCheckout(
  services: Services,
  request: { fields: CheckoutRequest; idempotencyKey: string | null; address: string; requestId: string },
): Promise<StartCheckoutResult> {
  const { settings, store, provider, limiter, now, newOrderId } = services;
  const { pricing, problems } = settings;
  if (problems.length > 0 || pricing === null || store === null || provider === null) {
    return { outcome: "not_configured", names: problems.map((problem) => problem.name) };
  }
  const { amount, name, message, anonymous } = request.fields;
  const checked = checkAmount(amount, pricing);
  if (!checked.ok) return { outcome: "amount_refused", problem: checked.problem, message: checked.message };

  const price = checked.money;
  const payer = { name: name ?? null, message: message ?? null, anonymous };
  const fingerprint = fingerprintOf([price.currency, price.minor, payer.name, payer.message, anonymous]);
  const idempotency = request.idempotencyKey === null ? null : { key: request.idempotencyKey, fingerprint };
  const returnUrl = (orderId: OrderId) => `${settings.publicUrl}/orders/${orderId}`;
  const result = await createOrder(
    {
      store,
      provider,
      now,
      newOrderId,
      sleep: (ms) => sleep(ms),
      takeFromLimit: () => limiter.take({ policy: "checkout", address: request.address }),
      describeOrder: (asked) => `${siteConfig.name}: ${formatAmountForPeople(asked, "en-US")}`,
      returnUrl,
    },
    { price, payer, idempotency },
  );
  report(result, request.requestId);
  return result.outcome === "created" ? { ...result, orderUrl: returnUrl(result.order.id) } : result;
}

function report(result: CreateOrderResult, requestId: string): void {
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
