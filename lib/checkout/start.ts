import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { log } from "@/lib/log";
import { formatAmountForPeople } from "@/lib/money/amount";
import { checkPrice } from "@/lib/money/catalogue";
import { creationEnded, creationStarted, IN_FLIGHT_MS } from "@/lib/orders/creation";
import { ORDER_FORMAT, type Order, type OrderId, orderIdSchema, paymentToShow } from "@/lib/orders/order";
import type { Lease, LeaseName } from "@/lib/orders/order-store";
import type { CheckoutRequest } from "@/lib/web/contract";
import type { RateDecision, Refused } from "@/lib/web/rate-limit";
import { type RefusalResult, refuse } from "@/lib/web/refusals";
import type { Flow, Shop } from "./flow";
import { holdLease, leaseOptions, newLease, underLease } from "./leases";
import { CONFLICT, priceRefusal, providerRefusal, rateRefusal } from "./start-refusals";
import { updateOrder } from "./write-order";

export type StartResult =
  | { readonly ok: true; readonly order: Order; readonly checkoutUrl: string; readonly orderUrl: string }
  | RefusalResult;

/** A shop while it serves one payer. */
export type PayerShop = Shop & { readonly payerAddress: string | null };

/** Counts one new payment against the limits of the caller. */
export type StartLimit = {
  readonly take: () => Promise<RateDecision>;
  /** Counts a request that repeats an idempotency key: it opens nothing, and costs as much as a status request. */
  readonly takeRepeat: () => Promise<RateDecision>;
  /** A refusal that still holds, from memory: a flood of refused requests writes nothing. */
  readonly recentRefusal: () => Refused | null;
};

const ORDER_ID_BYTES = 18;
const KEY_TTL_MS = 24 * 60 * 60 * 1000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1_000;

type StartRequest = PayerRequest & { fields: CheckoutRequest; idempotencyKey: string | null; limit: StartLimit };

export type PayerRequest = {
  /** The payer's IP address, for a provider that asks for it. */
  payerAddress?: string | null;
};

/**
 * Opens a payment for a new order, or answers again for the same idempotency key. The order is stored before the provider
 * is called, so that nothing the provider knows is unknown to us. A call whose answer was lost leaves the order "unsure";
 * asking again opens another payment of it, which cannot charge twice, because the first was never shown to a payer.
 */
export async function startPayment(flow: Flow, shop: Shop, request: StartRequest): Promise<StartResult> {
  const { fields, limit, payerAddress = null } = request;
  const payerShop = { ...shop, payerAddress };
  const checked = checkPrice(fields, shop.pricing);
  if (!checked.ok) return refuse(priceRefusal(checked));
  const item = "item" in checked ? checked.item : undefined;
  const order = newOrder({ price: checked.money, item, fields, now: flow.clock.now() });
  const key = request.idempotencyKey === null ? null : idempotencyKey(request.idempotencyKey, order);
  let repeat: Promise<RateDecision> | null = null;
  const once = () => (repeat ??= limit.takeRepeat());
  const attempt = () => start(flow, payerShop, { order, key, limit: { ...limit, takeRepeat: once } });
  return logged(await untilDecided(flow, attempt), null);
}

const keyValueSchema = z.object({ orderId: orderIdSchema, fingerprint: z.string() });

/** Hashed, so that a key of any content makes a well-formed name; the same key with another request is a conflict. */
function idempotencyKey(key: string, { price, item, payer }: Order) {
  const parts = [price.currency, price.minor, payer.name, payer.message, payer.anonymous, ...(item ? [item] : [])];
  return { name: `idempotency:${sha256(key)}`, fingerprint: sha256(JSON.stringify(parts)) };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Repeats an attempt that answers null while another request is at work on the same order. */
export async function untilDecided({ clock }: Flow, attempt: () => Promise<StartResult | null>): Promise<StartResult> {
  const giveUpAt = clock.now() + IN_FLIGHT_MS;
  for (let waitMs = FIRST_WAIT_MS; clock.now() < giveUpAt; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    const result = await attempt();
    if (result !== null) return result;
    await clock.sleep(waitMs);
  }
  const detail = "The same request is still being worked on. Ask again with the same Idempotency-Key.";
  return refuse({ code: "provider_timeout", detail, retryAfterSeconds: 5 });
}

/** Not where a limit refused: the limiter logs that itself, in a way that a flood does not fill the log. */
export function logged(result: StartResult, orderId: OrderId | null): StartResult {
  const code = result.ok ? null : result.refusal.code;
  if (code !== null && code !== "rate_limited" && code !== "busy") log.info("checkout_refused", { orderId, code });
  return result;
}

type Attempt = { order: Order; key: ReturnType<typeof idempotencyKey> | null; limit: StartLimit };

async function start(flow: Flow, shop: PayerShop, { order, key, limit }: Attempt): Promise<StartResult | null> {
  const { store, clock } = flow;
  if (key === null) {
    const taken = await limit.take();
    if (!taken.ok) return refuse(rateRefusal(taken));
    await storeNew(flow, order);
    return openPayment(flow, shop, order);
  }
  const recent = limit.recentRefusal();
  if (recent !== null && (await store.leaseValue({ key: key.name, now: clock.now() })) === null) {
    return refuse(rateRefusal(recent));
  }
  const value = JSON.stringify({ orderId: order.id, fingerprint: key.fingerprint });
  const lease = newLease(creating(order.id));
  const keyLease = { key: key.name, value, ttlMs: KEY_TTL_MS, now: clock.now() };
  // One round trip for the limit and the key. A repeat is not counted, so what was taken for it is released.
  const [taken, acquired] = await Promise.all([
    recent ?? limit.take(),
    // Both in one step: until the order is stored, the lease keeps others with this key from storing it too.
    store.acquire(keyLease, leaseOptions(flow, lease)),
  ]);
  if (acquired.ok) return holdLease(flow, lease, () => openFirst(flow, shop, { order, keyLease, taken, lease }));
  const existing = { key: key.name, value: acquired.value };
  const { orderId, fingerprint } = keyValueSchema.parse(JSON.parse(existing.value));
  const releasing = taken.ok ? taken.release?.() : undefined;
  if (fingerprint !== key.fingerprint) {
    await releasing;
    return refuse(CONFLICT);
  }
  const [repeat, known] = await Promise.all([limit.takeRepeat(), store.get(orderId), releasing]);
  if (!repeat.ok) return refuse(rateRefusal(repeat));
  const opened = known && openedPayment(shop, known);
  if (opened) return opened;
  if (recent !== null) return refuse(rateRefusal(recent));
  return underLease(flow, creating(orderId), async (lease) => {
    // Another request with the key may have been here first, and have stored the order or released the key.
    const [holder, current] = await Promise.all([
      store.leaseValue({ key: key.name, now: clock.now() }),
      store.get(orderId),
    ]);
    if (holder !== existing.value) return null;
    const already = current && openedPayment(shop, current);
    if (already) return already;
    const taken = await limit.take();
    if (current === null) {
      return openFirst(flow, shop, { order: { ...order, id: orderId }, keyLease: existing, taken, lease });
    }
    if (!taken.ok) return refuse(rateRefusal(taken));
    return openAnother(flow, shop, current, lease);
  });
}

type First = { order: Order; keyLease: LeaseName; taken: RateDecision; lease: Lease };

/** Stores the order and opens its first payment. If the order is not stored now, the key is free again. */
async function openFirst(
  flow: Flow,
  shop: PayerShop,
  { order, keyLease, taken, lease }: First,
): Promise<StartResult | null> {
  const { store } = flow;
  if (!taken.ok) {
    await store.release(keyLease);
    return refuse(rateRefusal(taken));
  }
  try {
    await storeNew(flow, order);
  } catch (error) {
    // Stored all the same: its answer was lost, or this process stood still for longer than its lease and another came first.
    if ((await store.get(order.id).catch(() => null)) !== null) return null;
    await store.release(keyLease).catch(() => undefined);
    throw error;
  }
  return openPayment(flow, shop, order, lease);
}

/** The lease for the one create call that an order may have at a time, in all processes. */
export const creating = (orderId: OrderId) => `creating:${orderId}`;

function storeNew({ store }: Flow, order: Order): Promise<void> {
  const { createdAt: at, status: to } = order;
  const event = { at, type: "order_created", source: "create", paymentId: null, from: null, to, facts: {} } as const;
  return store.insert({ order, event, dueAt: null, previous: null });
}

export async function openAnother(
  flow: Flow,
  shop: PayerShop,
  order: Order,
  lease: Lease,
): Promise<StartResult | null> {
  const write = creationStarted(order, flow.clock.now());
  if ((await flow.store.replace({ ...write, previous: order })) === "conflict") return null;
  return openPayment(flow, shop, write.order, lease);
}

/** Asks the provider for a payment of an order that is marked "in flight", and stores what came of it; that ends the lease. */
async function openPayment(flow: Flow, shop: PayerShop, order: Order, lease?: Lease): Promise<StartResult> {
  const { provider } = shop;
  const { id, price } = order;
  const result = await provider.createPayment({
    price,
    orderReference: id,
    description: `${shop.name}: ${formatAmountForPeople(price, "en-US")}`,
    returnUrl: orderUrl(shop, id),
    payerAddress: shop.payerAddress,
  });
  const updated = await updateOrder(flow, {
    known: order,
    lease,
    find: () => flow.store.get(id),
    change: (current) => ({ write: creationEnded(current, { provider, result, now: flow.clock.now() }) }),
  });
  if (updated === null) throw new Error("An order that was just stored is gone.");
  if (!result.ok) {
    const { kind, code, reason, providerRequestId, maybeAccepted } = result.failure;
    log.warn("checkout_failed", { orderId: id, kind, code, reason, providerRequestId, maybeAccepted });
    return refuse(providerRefusal(result.failure));
  }
  log.info("checkout_created", { orderId: id, paymentId: result.payment.paymentId, provider: provider.name });
  // Not always the payment that was just opened: an earlier one may have been paid meanwhile.
  const opened = openedPayment(shop, updated.order);
  if (opened === null) throw new Error("A payment that was just stored is gone.");
  return opened;
}

/** The answer of an order: its newest open payment, or the one that gave it its status. Null when none was opened. */
export function openedPayment(shop: Shop, order: Order): StartResult | null {
  const payment = paymentToShow(order);
  if (payment === undefined) return null;
  const url = orderUrl(shop, order.id);
  return { ok: true, order, checkoutUrl: payment.checkoutUrl ?? url, orderUrl: url };
}

const orderUrl = ({ publicUrl }: Shop, orderId: OrderId) => `${publicUrl}/orders/${orderId}`;

type NewOrder = { price: Order["price"]; item: string | undefined; fields: CheckoutRequest; now: number };

function newOrder({ price, item, fields, now }: NewOrder): Order {
  const { name = null, message = null, anonymous } = fields;
  return {
    format: ORDER_FORMAT,
    id: newOrderId(),
    version: 1,
    createdAt: now,
    updatedAt: now,
    price,
    ...(item !== undefined && { item }),
    payer: { name, message, anonymous },
    status: "pending",
    creation: { state: "in_flight", at: now },
    payments: [],
    attention: [],
    handled: [],
    hidden: false,
    refunds: [],
    effects: [],
  };
}

/** Spreadsheets take what begins with a hyphen for a formula, so that exports would have to write such an id otherwise. */
function newOrderId(): OrderId {
  const id = randomBytes(ORDER_ID_BYTES).toString("base64url");
  return id.startsWith("-") ? newOrderId() : orderIdSchema.parse(id);
}
