import { randomBytes } from "node:crypto";
import { createOrder } from "@/lib/checkout/create-order";
import { payAgain } from "@/lib/checkout/pay-again";
import { readOrder } from "@/lib/checkout/read-order";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { type ReconcileBounds, reconcile } from "@/lib/checkout/reconcile";
import { type OrderId, orderIdSchema } from "@/lib/orders/order";
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
const WEBHOOK_URL = "http://127.0.0.1:3000/api/webhooks/allscale";
const PRICE = { currency: "USD", minor: 500 } as const;

/** The server's use cases on a real store, an AllScale that is asked in process, and a clock that the story moves. */
export class World {
  readonly turnstile = new Turnstile();
  readonly model = new AllScaleModel(BASE_URL);
  readonly ledger = new Ledger();
  readonly deliveries: Delivery[] = [];
  readonly orderIds = new Set<OrderId>();
  /** Orders that somebody was told are paid. */
  readonly seenPaid = new Set<string>();
  /** Checkouts that a payer was sent to: whatever is paid there has to be found again. */
  readonly handedOut: { readonly id: OrderId; readonly checkoutUrl: string }[] = [];
  readonly errors: unknown[] = [];
  now = 1_800_000_000_000;
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
    this.turnstile.crash();
    this.#store = this.#place.open();
  }

  async wait(ms: number): Promise<void> {
    this.now += ms;
    await this.#place.forgetTurns();
  }

  /** `stepped`: each call to the outside waits for its turn. */
  #dependencies(stepped: boolean) {
    const store = stepped ? withTurnstile(this.#store, this.turnstile) : this.#store;
    return { store, provider: this.#provider(stepped), now: () => this.now };
  }

  #provider(stepped: boolean): PaymentProvider {
    const ask: typeof fetch = async (input, init) => {
      const { pathname } = new URL(String(input));
      const body = init?.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : "";
      const answer = this.model.handle({ method: init?.method ?? "GET", path: pathname, body });
      return Response.json(answer.body, { status: answer.http });
    };
    return createAllScaleProvider({
      ...CREDENTIALS,
      previousSecret: null,
      baseUrl: BASE_URL,
      acceptedStableCoins: [],
      signedResponses: false,
      timeoutMs: 600_000,
      now: () => this.now,
      fetch: stepped ? (input, init) => this.turnstile.around(() => ask(input, init)) : ask,
    });
  }

  #paymentDependencies(stepped: boolean) {
    return {
      ...this.#dependencies(stepped),
      sleep: async (ms: number) => {
        // Longer than was asked for, which costs a story fewer steps and is no less true.
        this.now += ms * 20;
        if (stepped) await this.turnstile.pass();
      },
      takeFromLimit: async () => ({ allowed: true }) as const,
      describeOrder: () => "A story",
      returnUrl: (id: OrderId) => `http://127.0.0.1:3000/orders/${id}`,
    };
  }

  async checkout(key: number | null, stepped = true): Promise<void> {
    const newOrderId = () => {
      const id = orderIdSchema.parse(randomBytes(18).toString("base64url"));
      this.orderIds.add(id);
      return id;
    };
    const idempotency = key === null ? null : { key: `key ${key}`, fingerprint: "the same" };
    const payer = { name: null, message: null, anonymous: true };
    const dependencies = { ...this.#paymentDependencies(stepped), newOrderId };
    const result = await createOrder(dependencies, { price: PRICE, payer, idempotency });
    if (result.outcome === "created") this.#handOut(result.order.id, result.checkoutUrl);
  }

  async tryAgain(id: OrderId): Promise<void> {
    const result = await payAgain(this.#paymentDependencies(true), id);
    if (result.outcome === "created") this.#handOut(id, result.checkoutUrl);
  }

  #handOut(id: OrderId, checkoutUrl: string): void {
    this.ledger.promisedOrder(id);
    this.handedOut.push({ id, checkoutUrl });
  }

  async poll(id: OrderId): Promise<void> {
    const result = await readOrder(this.#dependencies(true), id);
    if (result.outcome === "found" && result.order.status === "paid") this.seenPaid.add(id);
  }

  async reconcile(bounds: ReconcileBounds, stepped: boolean) {
    return reconcile(this.#dependencies(stepped), bounds);
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

  /** Answers the outcome, and books what was promised. */
  async receive(delivery: Delivery, stepped: boolean): Promise<string> {
    const received = await receiveWebhook(this.#dependencies(stepped), {
      method: "POST",
      path: new URL(WEBHOOK_URL).pathname,
      query: "",
      headers: new Headers(delivery.headers),
      body: new TextEncoder().encode(delivery.body),
      receivedAt: this.now,
    });
    const accepted = received.outcome === "accepted";
    const result = accepted ? received.result : null;
    this.ledger.record(delivery, { status: accepted ? 200 : 503, result });
    if (accepted && received.order.status === "paid") this.seenPaid.add(received.order.id);
    return accepted ? received.result : received.outcome;
  }
}
