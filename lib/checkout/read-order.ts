import "server-only";
import { assertNever } from "@/lib/assert-never";
import { log } from "@/lib/log";
import { type Order, type OrderId, orderIdSchema } from "@/lib/orders/order";
import { type OrderStore, StoreUnavailableError } from "@/lib/orders/order-store";
import { isTerminal } from "@/lib/orders/status";
import type { PaymentProvider } from "@/lib/provider/provider";
import { ASK_EVERY_MS, heedWait, takeTurn } from "./asking-turn";
import { settle } from "./settle";

export type ReadOrderResult =
  | { readonly outcome: "not_found" }
  /**
   * `delayed`: the provider could not be asked, wants to be left alone, did not answer soon, or what it said could not be
   * stored; the order is as it was last known.
   */
  | { readonly outcome: "found"; readonly order: Order; readonly delayed: boolean };

type Dependencies = {
  readonly store: OrderStore;
  /** Null where the credentials are missing: what is stored can still be shown. */
  readonly provider: PaymentProvider | null;
  readonly now: () => number;
};

type Asking = Dependencies & { readonly provider: PaymentProvider };

type Patience = {
  readonly sleep: (ms: number) => Promise<void>;
  /** Keeps the process at work that goes on after the answer, and logs what it throws. */
  readonly inBackground: (work: Promise<unknown>) => void;
};

/** After an end other than paid, only a late confirmation is waited for. */
const ASK_EVERY_WHEN_ENDED_MS = 15_000;
const ASK_AT_MOST = 3;
/** How long a page waits for a slow provider before it shows what is known. */
const PATIENCE_MS = 3_000;

/**
 * The order with this id as a request names it; a malformed id and an unknown one are the same. Whoever asks does not wait
 * for a slow provider: after a while what is known is shown, and what the provider says in the end is settled all the same.
 */
export async function loadOrder(
  { sleep, inBackground, ...services }: Omit<Dependencies, "store"> & Patience & { readonly store: OrderStore | null },
  id: string,
): Promise<ReadOrderResult> {
  const orderId = orderIdSchema.safeParse(id);
  if (!orderId.success) return { outcome: "not_found" };
  const { store, provider, now } = services;
  if (store === null) throw new StoreUnavailableError("No order store is configured");
  const reading = readOrder({ store, provider, now }, orderId.data);
  const read = await Promise.race([reading, sleep(PATIENCE_MS).then(() => null)]);
  if (read !== null) return read;
  inBackground(reading);
  const order = await store.get(orderId.data);
  return order === null ? { outcome: "not_found" } : { outcome: "found", order, delayed: true };
}

/**
 * The order as it stands, after asking the provider where that is due. A provider that cannot be asked changes nothing, and
 * neither does a store that can be read and not written: it is not even asked then, as its answer could not be kept.
 */
export async function readOrder({ store, provider, now }: Dependencies, id: OrderId): Promise<ReadOrderResult> {
  const order = await store.get(id);
  if (order === null) return { outcome: "not_found" };
  const known = { outcome: "found", order, delayed: false } as const;
  if (provider === null || order.status === "paid" || order.attempts.length === 0) return known;
  try {
    return await askInTurn({ store, provider, now }, order);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    log.error("store_unavailable", error, { orderId: id });
    return { ...known, delayed: true };
  }
}

async function askInTurn(dependencies: Asking, order: Order): Promise<ReadOrderResult> {
  const everyMs = isTerminal(order.status) ? ASK_EVERY_WHEN_ENDED_MS : ASK_EVERY_MS;
  const turn = await takeTurn(dependencies, { orderId: order.id, everyMs });
  switch (turn) {
    case "ours":
      return ask(dependencies, order);
    case "taken":
      return { outcome: "found", order, delayed: false };
    case "waiting":
      return { outcome: "found", order, delayed: true };
    default:
      return assertNever(turn);
  }
}

async function ask({ store, provider, now }: Asking, order: Order): Promise<ReadOrderResult> {
  let delayed = false;
  const open = order.attempts.filter((attempt) => attempt.status !== "paid");
  for (const { paymentId } of open.slice(-ASK_AT_MOST)) {
    const read = await provider.readPayment(paymentId, "waiting");
    if (read.outcome === "failed") delayed = true;
    else await settle({ store, now }, { observation: read.observation, source: "poll" });
    if (await heedWait({ store, now }, { orderId: order.id, read })) break;
  }
  const fresh = (await store.get(order.id)) ?? order;
  return { outcome: "found", order: fresh, delayed };
}
