import "server-only";
import { type Order, type OrderId, orderIdSchema } from "@/lib/orders/order";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { isTerminal } from "@/lib/orders/status";
import type { PaymentProvider, ProviderFailure } from "@/lib/provider/provider";
import { settle } from "./settle";

export type ReadOrderResult =
  | { readonly outcome: "not_found" }
  | { readonly outcome: "found"; readonly order: Order; readonly failure: ProviderFailure | null };

type Dependencies = {
  readonly store: OrderStore;
  /** Null where the credentials are missing: what is stored can still be shown. */
  readonly provider: PaymentProvider | null;
  readonly now: () => number;
};

/** However many pages poll an order, the provider is asked at most this often about it. */
const ASK_EVERY_MS = 4_000;
/** After an end other than paid, only a late confirmation is waited for. */
const ASK_EVERY_WHEN_ENDED_MS = 15_000;
const ASK_AT_MOST = 3;

/** The order with this id as a request names it. A malformed id and an unknown one are the same: not found. */
export async function loadOrder(
  { store, provider, now }: { store: OrderStore | null; provider: PaymentProvider | null; now: () => number },
  id: string,
): Promise<ReadOrderResult> {
  const orderId = orderIdSchema.safeParse(id);
  if (!orderId.success) return { outcome: "not_found" };
  if (store === null) throw new StoreUnavailableError("No order store is configured");
  return readOrder({ store, provider, now }, orderId.data);
}

/** The order as it stands, after asking the provider where that is due. A provider that cannot be asked changes nothing. */
export async function readOrder({ store, provider, now }: Dependencies, id: OrderId): Promise<ReadOrderResult> {
  const order = await store.get(id);
  if (order === null) return { outcome: "not_found" };
  if (provider === null || order.status === "paid" || order.attempts.length === 0) {
    return { outcome: "found", order, failure: null };
  }
  const ttlMs = isTerminal(order.status) ? ASK_EVERY_WHEN_ENDED_MS : ASK_EVERY_MS;
  const turn = await store.claim({ key: `asked:${id}`, value: "", ttlMs, now: now() });
  if (!turn.claimed) return { outcome: "found", order, failure: null };
  return ask({ store, provider, now }, order);
}

async function ask(
  { store, provider, now }: Dependencies & { provider: PaymentProvider },
  order: Order,
): Promise<ReadOrderResult> {
  let failure: ProviderFailure | null = null;
  const open = order.attempts.filter((attempt) => attempt.status !== "paid");
  for (const { paymentId } of open.slice(-ASK_AT_MOST)) {
    const read = await provider.readPayment(paymentId, "waiting");
    if (read.outcome === "failed") failure = read.failure;
    else await settle({ store, now }, { observation: read.observation, source: "poll" });
  }
  const fresh = (await store.get(order.id)) ?? order;
  return { outcome: "found", order: fresh, failure };
}
