import type { Flow, Shop } from "@/lib/checkout/flow";
import { fulfil, onPaidEffect } from "@/lib/checkout/fulfil";
import { LEASE_MS } from "@/lib/checkout/leases";
import { payAgain } from "@/lib/checkout/pay-again";
import { readOrder } from "@/lib/checkout/read";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { type StartResult, startPayment } from "@/lib/checkout/start";
import type { OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { createAllScaleProvider } from "@/lib/provider/allscale/provider";
import type { PaymentProvider } from "@/lib/provider/provider";
import { AllScaleModel, type Intent } from "../allscale-model";
import { type Delivery, type DeliveryKind, makeDelivery } from "../deliveries";
import { Ledger } from "../ledger";
import type { Place } from "./stores";
import { Turnstile, withTurnstile } from "./turnstile";

const CREDENTIALS = { apiKey: "st_key_interleavings", apiSecret: "st_secret_interleavings" };
const BASE_URL = "http://127.0.0.1:4010";
const PUBLIC_URL = "http://127.0.0.1:3000";
const WEBHOOK_URL = `${PUBLIC_URL}/api/webhooks/allscale`;
const FIELDS = { amount: "5.00", anonymous: true } as const;
const PRICING = { currency: "USD", min: 100, max: 1_000_000, fixed: false } as const;
const unlimited = async () => ({ ok: true }) as const;
const NO_LIMIT = { take: unlimited, takeRepeat: unlimited, recentRefusal: () => null };

/** The server's use cases on a real store, an AllScale that is asked in process, and a clock that the story moves. */
export class World {
  /** Of the process that lives now: what waited at an earlier one never goes on, and runs no clean-up either. */
  turnstile = new Turnstile();
  readonly model = new AllScaleModel(BASE_URL);
  readonly ledger = new Ledger();
  readonly deliveries: Delivery[] = [];
  readonly orderIds = new Set<OrderId>();
  /** Orders that a payer or AllScale was told are paid. */
  readonly seenPaid = new Set<string>();
  /** Checkouts that a payer was sent to: what is paid there has to be found again. */
  readonly handedOut: { readonly id: OrderId; readonly checkoutUrl: string }[] = [];
  /** The ids of orders whose goods were delivered, each time they were. */
  readonly delivered: string[] = [];
  readonly errors: unknown[] = [];
  now = 1_800_000_000_000;
  /** No delivery may be repeated yet: there was no crash, and no runner stood still for as long as its lease. */
  isQuiet = true;
  #moved = 0;
  #store: OrderStore;
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
    this.#store = place.open();
  }

  /** The store itself, for looking at it between the steps. */
  get store(): OrderStore {
    return this.#store;
  }

  /** Everything that was under way is gone, the handle of the store included. */
  crash(): void {
    this.isQuiet = false;
    this.turnstile = new Turnstile();
    this.#store = this.#place.open();
  }

  /** A clock that is set right may also go back. */
  async wait(ms: number): Promise<void> {
    this.now += ms;
    this.#moved += Math.abs(ms);
    if (this.#moved >= LEASE_MS) this.isQuiet = false;
    if (ms > 0) await this.#place.age(ms);
  }

  /** Runs work with the flow of a process that goes through the turnstile. */
  start(work: (flow: Flow) => Promise<unknown>): void {
    const { turnstile } = this;
    const begin = (run: () => Promise<unknown>) =>
      turnstile.start(() =>
        run().then(
          () => undefined,
          (error: unknown) => void this.errors.push(error),
        ),
      );
    const flow: Flow = {
      store: this.#recording(withTurnstile(this.#store, turnstile)),
      providers: this.#providers((input, init) => turnstile.around(() => this.#ask(input, init))),
      payouts: new Map(),
      clock: {
        now: () => this.now,
        // Longer than was asked for, which costs a story fewer steps and is no less true.
        sleep: (ms) => turnstile.around(() => this.wait(ms * 20)),
      },
      effects: [onPaidEffect(({ id }) => turnstile.around(async () => void this.delivered.push(id)))],
      fulfil,
      defer: begin,
    };
    begin(() => work(flow));
  }

  /** The same without stops, to the end of what was put off as well. */
  async run<Result>(work: (flow: Flow) => Promise<Result>): Promise<Result> {
    const deferred: Promise<unknown>[] = [];
    const result = await work({
      store: this.#recording(this.#store),
      providers: this.#providers((input, init) => this.#ask(input, init)),
      payouts: new Map(),
      clock: { now: () => this.now, sleep: (ms) => this.wait(ms) },
      effects: [onPaidEffect(({ id }) => void this.delivered.push(id))],
      fulfil,
      defer: (more) => void deferred.push(more()),
    });
    await Promise.all(deferred);
    return result;
  }

  #recording(store: OrderStore): OrderStore {
    return {
      ...store,
      insert: (write) => {
        this.orderIds.add(write.order.id);
        return store.insert(write);
      },
    };
  }

  async #ask(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { pathname } = new URL(String(input));
    const body = init?.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : "";
    const answer = this.model.handle({ method: init?.method ?? "GET", path: pathname, body });
    return Response.json(answer.body, { status: answer.http });
  }

  #providers(ask: typeof fetch): ReadonlyMap<string, PaymentProvider> {
    const provider = createAllScaleProvider({
      ...CREDENTIALS,
      previousSecret: null,
      baseUrl: BASE_URL,
      acceptedStablecoins: [],
      signedResponses: false,
      testStore: false,
      timeoutMs: 600_000,
      now: () => this.now,
      fetch: ask,
    });
    return new Map([[provider.name, provider]]);
  }

  async checkout(flow: Flow, key: number | null): Promise<void> {
    const idempotencyKey = key === null ? null : `the key of a story ${key}`;
    this.#handOut(await startPayment(flow, shopOf(flow), { fields: FIELDS, idempotencyKey, limit: NO_LIMIT }));
  }

  async tryAgain(flow: Flow, orderId: OrderId): Promise<void> {
    this.#handOut(await payAgain(flow, shopOf(flow), { orderId, limit: NO_LIMIT }));
  }

  #handOut(result: StartResult): void {
    if (!result.ok || result.checkoutUrl === result.orderUrl) return;
    const { order, checkoutUrl } = result;
    this.ledger.promisedOrder(order.id);
    this.handedOut.push({ id: order.id, checkoutUrl });
  }

  async poll(flow: Flow, id: OrderId): Promise<void> {
    // In a story the provider is never slower than the patience of a page.
    const clock = { ...flow.clock, sleep: () => new Promise<never>(() => {}) };
    const result = await readOrder({ ...flow, clock }, id, { mayAsk: true });
    if (result.ok && result.order.status === "paid") this.seenPaid.add(id);
  }

  /** The payer pays, which AllScale knows at once. */
  pay(intent: Intent): void {
    this.model.confirm(intent);
    this.ledger.confirmed(intent.id);
  }

  makeDelivery(kind: DeliveryKind, paymentId: string, nonce?: string): Delivery | null {
    const intent = this.model.intents.get(paymentId);
    if (intent === undefined) return null;
    if (kind === "right") this.pay(intent);
    const seconds = Math.floor(this.now / 1_000);
    const parts = { kind, intent, url: WEBHOOK_URL, credentials: CREDENTIALS, seconds };
    const delivery = makeDelivery({ ...parts, ...(nonce !== undefined && { nonce }) });
    this.deliveries.push(delivery);
    return delivery;
  }

  /** Answers the result or the refusal, and books what was promised. */
  async receive(flow: Flow, delivery: Delivery): Promise<string> {
    const received = await receiveWebhook(flow, providerOf(flow), {
      method: "POST",
      path: new URL(WEBHOOK_URL).pathname,
      query: "",
      headers: new Headers(delivery.headers),
      body: new TextEncoder().encode(delivery.body),
      receivedAt: this.now,
    });
    this.ledger.record(delivery, { status: received.ok ? 200 : 503, result: received.ok ? received.result : null });
    if (received.ok && received.result === "paid") this.seenPaid.add(delivery.intent.orderId);
    return received.ok ? received.result : received.refusal.code;
  }
}

function providerOf({ providers }: Flow): PaymentProvider {
  const [provider] = providers.values();
  if (provider === undefined) throw new Error("A story has one provider.");
  return provider;
}

function shopOf(flow: Flow): Shop {
  return { provider: providerOf(flow), pricing: PRICING, publicUrl: PUBLIC_URL, name: "A story" };
}
