import "server-only";
import { log } from "@/lib/log";
import { applyObservation, type Report } from "@/lib/orders/apply-observation";
import { isBeingCreated, newPayment } from "@/lib/orders/creation";
import type { PaymentObservation } from "@/lib/orders/observation";
import { isPayment, type Order, orderIdSchema, type PaymentName } from "@/lib/orders/order";
import type { PaymentStatus } from "@/lib/orders/status";
import type { Flow } from "./flow";
import { updateOrder } from "./write-order";

export type Settled = {
  readonly ok: true;
  readonly order: Order;
  readonly from: PaymentStatus;
  /** True when the report told something new; the change is durable. */
  readonly changed: boolean;
  /** False for a report of `paid` with other money than the order's. */
  readonly counts: boolean;
  /** When the order is due, as it was just written; undefined where nothing was. */
  readonly dueAt: number | null | undefined;
};

/**
 * The only writer of what a report changes: asks the pure rule what a report means, whatever its source, and compare-and-sets
 * the result together with its event and the effects of what changed. Throws `StoreUnavailableError` when the
 * result could not be made durable. `known` saves a read where the caller has the order. Not ok: no order has this payment.
 */
export async function settle(flow: Flow, report: Report, known?: Order): Promise<Settled | { readonly ok: false }> {
  const { observation, source } = report;
  const now = flow.clock.now();
  const updated = await updateOrder(flow, {
    known,
    find: async () => (await flow.store.findByPayment(observation)) ?? (await findUnexpected(flow, report)),
    change: (order) => applyObservation(withUnexpected(flow, order, report), { ...report, now }),
  });
  if (updated === null) return { ok: false };
  const { before, order } = updated;
  const { write, counts } = updated.change;
  const result = {
    ok: true,
    order,
    from: before.status,
    changed: write !== null,
    counts,
    dueAt: write?.dueAt,
  } as const;
  if (write === null) return result;

  const ids = { orderId: order.id, paymentId: observation.paymentId };
  log.info("order_changed", { ...ids, from: before.status, to: order.status, source });
  if (!counts) log.warn("money_needs_review", { ...ids, source, ...moneyFacts(observation) });
  if (order.attention.length > before.attention.length) {
    log.warn("order_needs_attention", { ...ids, attention: order.attention.join(" ") });
  }
  return result;
}

/**
 * A signed confirmation of a payment that we never heard of, with our order's id on it: the answer to a create call was
 * lost. The money is there, so the payment is added to its order. Not while a create call is under way, whose answer will
 * bring the payment: the delivery is then sent again.
 */
async function findUnexpected(flow: Flow, report: Report): Promise<Order | null> {
  const id = orderIdSchema.safeParse(report.observation.orderReference);
  if (!mayBeUnexpected(report) || !id.success) return null;
  const order = await flow.store.get(id.data);
  // The answer to the create call may have been stored a moment ago, between the search for the payment and this.
  const isKnown = order !== null && hasPayment(order, report.observation);
  return isKnown || (order !== null && !isBeingCreated(order, flow.clock.now())) ? order : null;
}

const mayBeUnexpected = ({ observation, source }: Report) =>
  (source === "webhook" || source === "hint") && observation.status === "paid";

const hasPayment = ({ payments }: Order, name: PaymentName) => payments.some((payment) => isPayment(payment, name));

function withUnexpected(flow: Flow, order: Order, report: Report): Order {
  if (!mayBeUnexpected(report) || hasPayment(order, report.observation)) return order;
  const { provider, paymentId } = report.observation;
  const testStore = flow.providers.get(provider)?.testStore ?? false;
  const created = { paymentId, checkoutUrl: null, payTo: null, expiresAt: null, quote: null };
  return {
    ...order,
    payments: [...order.payments, newPayment({ provider, testStore, created, now: flow.clock.now() })],
  };
}

function moneyFacts({ money, transaction }: PaymentObservation) {
  return {
    price: money?.price ? `${money.price.amount} ${money.price.currency}` : null,
    coins: money?.coins ? `${money.coins.amount} ${money.coins.coin}` : null,
    chain: transaction?.chain ?? null,
  };
}
