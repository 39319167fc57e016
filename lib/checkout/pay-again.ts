import "server-only";
import { formatAmount } from "@/lib/money/amount";
import { checkPrice, type Pricing } from "@/lib/money/catalogue";
import { type Order, type OrderId, orderIdSchema, type Payment } from "@/lib/orders/order";
import { type PaymentStatus, STATUSES } from "@/lib/orders/status";
import type { ProviderFailure } from "@/lib/provider/provider";
import { refuse } from "@/lib/web/refusals";
import type { Flow, Shop } from "./flow";
import { underLease } from "./leases";
import { settle } from "./settle";
import {
  creating,
  logged,
  openAnother,
  openedPayment,
  type PayerRequest,
  type PayerShop,
  type StartLimit,
  type StartResult,
  untilDecided,
} from "./start";
import { NOT_FOUND, notPayable, providerRefusal, rateRefusal } from "./start-refusals";

type AgainRequest<Id> = PayerRequest & { orderId: Id; limit: Omit<StartLimit, "takeRepeat"> };

/**
 * "Try again": opens another payment of an order that ended without money, once for all who ask at the same time. Every
 * earlier payment is asked about first, and one that money has reached stands in the way. Earlier payments stay watched; if
 * two are paid in the end, the order gets attention.
 */
export async function payAgain(flow: Flow, shop: Shop, request: AgainRequest<string>): Promise<StartResult> {
  const id = orderIdSchema.safeParse(request.orderId);
  if (!id.success) return refuse(NOT_FOUND);
  const payerShop = { ...shop, payerAddress: request.payerAddress ?? null };
  return logged(await untilDecided(flow, () => again(flow, payerShop, { ...request, orderId: id.data })), id.data);
}

async function again(flow: Flow, shop: PayerShop, request: AgainRequest<OrderId>): Promise<StartResult | null> {
  const { orderId, limit } = request;
  const { store, clock } = flow;
  const decide = (order: Order | null): StartResult | null => {
    if (order === null) return refuse(NOT_FOUND);
    const open = order.status === "pending" ? openedPayment(shop, order) : null;
    if (open) return open;
    return canPayAgain(order, { pricing: shop.pricing, now: clock.now() }) ? null : refuse(notPayable(order));
  };
  const decided = decide(await store.get(orderId));
  if (decided) return decided;
  const recent = limit.recentRefusal();
  if (recent !== null) return refuse(rateRefusal(recent));
  return underLease(flow, creating(orderId), async (lease) => {
    const order = await store.get(orderId);
    const result = decide(order);
    if (order === null || result) return result;
    const taken = await limit.take();
    if (!taken.ok) return refuse(rateRefusal(taken));
    const asked = await askAboutEarlier(flow, order);
    if (!asked.ok) return asked;
    return decide(asked.order) ?? openAnother(flow, shop, asked.order, lease);
  });
}

/** Money that was sent to an earlier payment must be seen before the payer is offered another one. */
async function askAboutEarlier(flow: Flow, order: Order) {
  const reads = await Promise.all(
    order.payments.map(({ provider, paymentId }) => flow.providers.get(provider)?.readPayment(paymentId, "ended")),
  );
  let latest = order;
  for (const read of reads) {
    if (read?.ok) {
      const settled = await settle(flow, { observation: read.observation, source: "poll" }, latest);
      if (settled.ok) latest = settled.order;
    } else if (read?.failure.kind !== "not_found") {
      return refuse(providerRefusal(read?.failure ?? NOT_CONFIGURED));
    }
  }
  return { ok: true, order: latest } as const;
}

const NOT_CONFIGURED: ProviderFailure = { kind: "unreachable", message: "Not configured.", maybeAccepted: false };

/** "Try again" opens another payment of the same order this often, and for this long. */
const MAX_PAYMENTS = 10;
const PAYABLE_FOR_MS = 24 * 60 * 60 * 1000;

/** Whether another payment of the order may be opened: no money was seen, it is recent, and today's settings would take its price. */
export function canPayAgain(order: Order, { pricing, now }: { pricing: Pricing | null; now: number }): boolean {
  if (order.payments.length > 0 && !STATUSES[order.status].canPayAgain) return false;
  if (order.payments.some(mayHoldMoney)) return false;
  if (pricing === null || pricing.currency !== order.price.currency) return false;
  if (order.payments.length >= MAX_PAYMENTS || now - order.createdAt > PAYABLE_FOR_MS) return false;
  const today = checkPrice({ amount: formatAmount(order.price), item: order.item }, pricing);
  return today.ok && today.money.minor === order.price.minor;
}

/** Money was seen, and the provider never said that it came to nothing: a second payment could charge twice. */
function mayHoldMoney({ seen, status }: Payment): boolean {
  const was = (earlier: PaymentStatus) => seen.some((step) => step.endsWith(`>${earlier}`));
  return was("underpaid") || was("refunding") || (was("confirming") && status !== "failed");
}
