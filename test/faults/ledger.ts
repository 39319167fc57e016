import type { StoredEvent, StoredOrder } from "@/e2e/support/app";
import type { Delivery, Receipt } from "./deliveries";

export type Audit = {
  readonly deliveries: number;
  /** Answered 200: the app promised that what the delivery said is durable. */
  readonly acknowledged: number;
  /** Of those, how many the store bears out. */
  readonly settled: number;
  readonly lost: number;
  /** Orders that are paid without the right money, or were paid twice over. */
  readonly wronglySettled: number;
  readonly complaints: readonly string[];
};

/** How the stored truth is read: from the store's own files or keys, never through the app. */
export type StoredOrders = {
  orders(): Promise<StoredOrder[]>;
  events(orderId: string): Promise<StoredEvent[]>;
};

/** Remembers what was promised, and holds the store against it. */
export class Ledger {
  readonly #promised: Delivery[] = [];
  readonly #orderIds = new Set<string>();
  readonly #confirmed = new Set<string>();
  #deliveries = 0;

  /** For orders that the app said it had opened; each must exist afterwards. */
  promisedOrder(orderId: string): void {
    this.#orderIds.add(orderId);
  }

  record(delivery: Delivery, receipt: Receipt): void {
    this.#deliveries += 1;
    if (receipt.status === 200) this.#promised.push(delivery);
  }

  /** The deliveries of these orders that were answered 200. */
  promised(): readonly Delivery[] {
    return this.#promised;
  }

  async audit(store: StoredOrders): Promise<Audit> {
    const histories = await readHistories(store);
    const orders = new Map(histories.map(({ order }) => [order.id, order]));
    const complaints = [...this.#orderIds].filter((id) => !orders.has(id)).map((id) => `order ${id} is gone`);
    const lost = this.#promised.filter((delivery) => !isBorneOut(delivery, orders.get(delivery.intent.orderId)));
    for (const { kind, intent } of lost.slice(0, 5)) complaints.push(`lost: ${kind} for ${intent.orderId}`);
    const wrong = histories.flatMap((history) => {
      const reason = this.#wrongness(history);
      return reason === null ? [] : [`wrong: ${history.order.id} ${reason}`];
    });
    complaints.push(...wrong);
    const acknowledged = this.#promised.length;
    const settled = acknowledged - lost.length;
    const counts = { deliveries: this.#deliveries, acknowledged, settled, lost: lost.length };
    return { ...counts, wronglySettled: wrong.length, complaints };
  }

  /** The payment was truly made: only such an order may be paid. Noted before the first delivery says so. */
  confirmed(paymentId: string): void {
    this.#confirmed.add(paymentId);
  }

  #wrongness({ order, events }: History): string | null {
    const { status, version, payments, effects } = order;
    for (const payment of payments) {
      if (payment.status === "paid" && !this.#confirmed.has(payment.paymentId))
        return "is paid without the right money";
    }
    if (status === "paid" && payments.every((payment) => payment.status !== "paid")) return "is paid by no payment";
    // What has to follow is written in the step that makes an order paid.
    if (effects.length !== (status === "paid" ? 1 : 0)) return `is ${status} and has ${effects.length} effects`;
    // Each write has at most one event, and one that only repeats has none.
    const repeats = payments.reduce((sum, payment) => sum + payment.repeats, 0);
    if (events.length + repeats > version) return `has ${events.length} events, ${repeats} repeats, version ${version}`;
    const observed = events.filter(({ type }) => type === "payment_observed");
    const paid = observed.filter(({ from, to }) => to === "paid" && from !== "paid").length;
    if (paid !== (status === "paid" ? 1 : 0)) return `became paid ${paid} times`;
    return null;
  }
}

type History = { readonly order: StoredOrder; readonly events: readonly StoredEvent[] };

/** Each order with its history of the same moment: an app that is alive goes on writing between two reads. */
async function readHistories(store: StoredOrders): Promise<History[]> {
  const known = new Map<string, History>();
  for (;;) {
    const orders = await store.orders();
    const moved = orders.filter(({ id, version }) => known.get(id)?.order.version !== version);
    if (moved.length === 0) return orders.flatMap(({ id }) => known.get(id) ?? []);
    for (const order of moved) known.set(order.id, { order, events: await store.events(order.id) });
  }
}

/** Whether the store holds what a delivery said. The right money on a payment on hold waits for the merchant. */
function isBorneOut({ kind, intent }: Delivery, order: StoredOrder | undefined): boolean {
  const payment = order?.payments.find(({ paymentId }) => paymentId === intent.id);
  if (order === undefined || payment === undefined) return false;
  const mismatch = order.attention.includes("money_mismatch");
  switch (kind) {
    case "right":
      return payment.status === "paid" || (payment.onHold && mismatch);
    case "wrong_money":
      return mismatch;
    case "forged":
      return false;
  }
}
