import { createHash, createHmac, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { Redis } from "ioredis";
import Database from "libsql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, vi } from "vitest";
import type { Effect, Flow, Shop } from "@/lib/checkout/flow";
import { fulfil } from "@/lib/checkout/fulfil";
import { type StartLimit, type StartResult, startPayment } from "@/lib/checkout/start";
import { log } from "@/lib/log";
import { formatAmount } from "@/lib/money/amount";
import type { PaymentObservation } from "@/lib/orders/observation";
import { type Order, type OrderId, type PaymentId, paymentIdSchema } from "@/lib/orders/order";
import type { LeaseOptions, OrderStore } from "@/lib/orders/order-store";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import type { PaymentStatus } from "@/lib/orders/status";
import type { PayoutProvider } from "@/lib/provider/payout";
import type {
  CreatePaymentInput,
  CreatePaymentResult,
  PaymentProvider,
  ProviderFailure,
  ReadPaymentResult,
  WebhookContent,
  WebhookDelivery,
} from "@/lib/provider/provider";
import { createRateLimiter } from "@/lib/web/rate-limit";
import { ageLeases } from "./age-leases";
import { startRedisServer } from "./redis-server";
import { startUpstashBridge } from "./upstash-bridge";

/** Time that a test moves. What sleeps wakes when the clock gets there, or after that long in real time. */
export class TestClock {
  #now = 1_800_000_000_000;
  readonly #sleepers = new Set<() => void>();
  readonly now = () => this.#now;

  readonly sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const at = this.#now + ms;
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(check);
        resolve();
      };
      const check = () => this.#now >= at && wake();
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(check);
    });

  /** Also back, as a clock that is set right does. */
  advance(ms: number): void {
    this.#now += ms;
    for (const check of [...this.#sleepers]) check();
  }
}

export function failure(kind: ProviderFailure["kind"], facts: Partial<ProviderFailure> = {}) {
  return { ok: false, failure: { kind, message: "As scripted.", maybeAccepted: false, ...facts } } as const;
}

type Known = { readonly input: CreatePaymentInput; observation: PaymentObservation };
const SECRET = "scripted-secret";

/** A payment system of its own in memory, which a test can have fail, wait or lie. It asks 1 USDT for 1 USD. */
export class ScriptedProvider implements PaymentProvider {
  readonly label = "Scripted";
  testStore = false;
  /** Every payment that it opened, in order, those included whose answer was lost. */
  readonly opened: PaymentId[] = [];
  /** Every question about a payment, in order. */
  readonly asked: PaymentId[] = [];
  readonly #payments = new Map<PaymentId, Known>();
  /** What create and status calls answer in place of the truth, or after something else happened. */
  onCreate: (
    answer: CreatePaymentResult,
    input: CreatePaymentInput,
  ) => CreatePaymentResult | Promise<CreatePaymentResult> = (answer) => answer;
  onRead: (answer: ReadPaymentResult, id: PaymentId) => ReadPaymentResult | Promise<ReadPaymentResult> = (answer) =>
    answer;

  constructor(readonly name = "scripted") {}

  async createPayment(input: CreatePaymentInput): Promise<CreatePaymentResult> {
    const paymentId = paymentIdSchema.parse(`pay-${randomUUID()}`);
    const bare = { provider: this.name, paymentId, providerStatus: "pending", money: null, transaction: null } as const;
    this.#payments.set(paymentId, { input, observation: { ...bare, status: "pending" } });
    this.opened.push(paymentId);
    const checkoutUrl = `https://pay.example/${paymentId}`;
    const quote = { coin: "USDT", amount: formatAmount(input.price), rate: null, accepted: ["USDT", "USDC"] };
    return await this.onCreate(
      { ok: true, payment: { paymentId, checkoutUrl, payTo: null, expiresAt: null, quote } },
      input,
    );
  }

  async readPayment(paymentId: PaymentId): Promise<ReadPaymentResult> {
    this.asked.push(paymentId);
    const known = this.#payments.get(paymentId);
    return await this.onRead(
      known === undefined ? failure("not_found") : { ok: true, observation: known.observation },
      paymentId,
    );
  }

  /** From now on the payment has this status; a paid one has the right money unless told otherwise. */
  report(paymentId: PaymentId, status: PaymentStatus, facts: Partial<PaymentObservation> = {}): PaymentObservation {
    const known = this.#payments.get(paymentId);
    if (known === undefined) throw new Error("There is no such payment.");
    const amount = formatAmount(known.input.price);
    const transaction = { transactionId: `tx-${paymentId}`, chain: "main", coin: "USDT", amount } as const;
    const paid = {
      money: { price: { currency: known.input.price.currency, amount }, coins: { coin: "USDT", amount } },
    };
    const money = status === "paid" ? { ...paid, transaction } : { money: null, transaction: null };
    known.observation = { ...known.observation, status, providerStatus: status, ...money, ...facts };
    return known.observation;
  }

  /** A signed delivery of what the payment's state is now. Each has a nonce of its own. */
  webhook(paymentId: PaymentId, facts: Partial<PaymentObservation> = {}): WebhookDelivery {
    const known = this.#payments.get(paymentId);
    if (known === undefined) throw new Error("There is no such payment.");
    const observation = { ...known.observation, orderReference: known.input.orderReference, ...facts };
    return this.signed(JSON.stringify({ observation }));
  }

  /** Any body, signed. */
  signed(text: string, { nonce = randomUUID() as string, id = "delivery" } = {}): WebhookDelivery {
    const headers = new Headers({ "x-nonce": nonce, "x-id": id, "x-signature": sign(nonce, Buffer.from(text)) });
    const body = new TextEncoder().encode(text);
    return { method: "POST", path: `/api/webhooks/${this.name}`, query: "", headers, body, receivedAt: 0 };
  }

  async authenticateWebhook({ headers, body }: WebhookDelivery) {
    const nonce = headers.get("x-nonce") ?? "";
    const fingerprint = sign(nonce, body);
    if (headers.get("x-signature") !== fingerprint) return { ok: false, diagnosis: "the signature differs" } as const;
    return {
      ok: true,
      deliveryId: headers.get("x-id") ?? "",
      replay: { nonce, fingerprint, ttlMs: 600_000 },
    } as const;
  }

  parseWebhook({ headers, body }: WebhookDelivery): WebhookContent {
    try {
      const { observation, hint, id, payout } = JSON.parse(new TextDecoder().decode(body));
      const deliveryId = headers.get("x-id") ?? "";
      if (id !== undefined && id !== deliveryId) return { kind: "contradictory", diagnosis: "another id" };
      if (payout !== undefined) return { kind: "payout_event", report: payout, deliveryId };
      if (hint !== undefined) return { kind: "hint", paymentId: paymentIdSchema.parse(hint), deliveryId };
      return { kind: "event", observation, deliveryId };
    } catch {
      return { kind: "unreadable", diagnosis: "not JSON" };
    }
  }

  async diagnose() {
    return [];
  }
}

function sign(nonce: string, body: Uint8Array): string {
  return createHmac("sha256", SECRET).update(`${nonce}.`).update(body).digest("hex");
}

export type TestFlow = Flow & {
  /** Does what was put off until after the answers; while it is not called, the process died before it got there. */
  runDeferred(): Promise<void>;
};

/** What one process runs on. */
export function testFlow(
  store: OrderStore,
  parts: Pick<Flow, "clock"> & {
    providers: readonly PaymentProvider[];
    payouts?: readonly PayoutProvider[];
    effects?: readonly Effect[];
  },
): TestFlow {
  const deferred: (() => Promise<unknown>)[] = [];
  return {
    store,
    providers: new Map(parts.providers.map((each) => [each.name, each])),
    payouts: new Map((parts.payouts ?? []).map((each) => [each.name, each])),
    clock: parts.clock,
    effects: parts.effects ?? [],
    defer: (work) => void deferred.push(work),
    fulfil,
    async runDeferred() {
      while (deferred.length > 0) await Promise.all(deferred.splice(0).map((work) => work()));
    },
  };
}

/** One order store that is empty, the provider, and the clock that all processes go by. */
export type World = {
  readonly kind: OrderStore["kind"];
  readonly clock: TestClock;
  readonly provider: ScriptedProvider;
  readonly shop: Shop;
  /** Another process, with a connection of its own to the store. */
  process(
    parts?: Partial<
      Pick<Flow, "clock"> & { effects: readonly Effect[]; providers: PaymentProvider[]; payouts: PayoutProvider[] }
    >,
  ): TestFlow;
  /** Lets time pass, for the database as well. */
  pass(ms: number): Promise<void>;
  /** Equal as long as nothing was written. */
  fingerprint(): Promise<string>;
  /** Makes a document that no version can read. */
  corrupt(id: OrderId): Promise<void>;
  /** Lines of the log by their event. */
  logged(event: string): Record<string, unknown>[];
};

type Backend = Pick<World, "kind" | "fingerprint" | "corrupt"> & {
  open(): OrderStore;
  /** Leases of the database, whose time a test cannot move, get this much older. */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** Runs the tests on SQLite and on a real Redis, each test in an empty store. */
export function onBothStores(name: string, tests: (world: () => World) => void): void {
  onSqlite(name, tests);
  onRedis(name, tests);
}

export function onSqlite(name: string, tests: (world: () => World) => void): void {
  describe(`${name}, on SQLite`, () => tests(useWorld(sqliteBackend)));
}

export function onRedis(name: string, tests: (world: () => World) => void): void {
  describe(`${name}, on Redis`, () => {
    let redis: Awaited<ReturnType<typeof startRedis>>;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.close());
    tests(useWorld(() => redis.backend()));
  });
}

function useWorld(openBackend: () => Backend): () => World {
  let world: World | null = null;
  let end: () => Promise<void> = async () => {};
  beforeEach(async () => {
    const backend = openBackend();
    const clock = new TestClock();
    const provider = new ScriptedProvider();
    const stores: OrderStore[] = [];
    const lines: { event: string; fields: Record<string, unknown> }[] = [];
    vi.spyOn(log, "info").mockImplementation((event, fields) => void lines.push({ event, fields: { ...fields } }));
    vi.spyOn(log, "warn").mockImplementation((event, fields) => void lines.push({ event, fields: { ...fields } }));
    vi.spyOn(log, "error").mockImplementation(
      (event, error, fields) => void lines.push({ event, fields: { ...fields, error } }),
    );
    world = {
      ...backend,
      clock,
      provider,
      shop: { provider, pricing: PRICING, publicUrl: "https://tips.example", name: "Zoë" },
      process(parts) {
        const store = backend.open();
        stores.push(store);
        return testFlow(store, { clock, providers: [provider], ...parts });
      },
      async pass(ms) {
        clock.advance(ms);
        await backend.age(ms);
      },
      logged: (event) => lines.filter((line) => line.event === event).map(({ fields }) => fields),
    };
    end = async () => {
      for (const store of stores) await store.close();
      await backend.close();
    };
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await end();
  });
  return () => {
    if (world === null) throw new Error("The world exists inside a test only.");
    return world;
  };
}

const PRICING: Shop["pricing"] = { currency: "USD", min: 1_00, max: 10_000_00, fixed: false };

function sqliteBackend(): Backend {
  const folder = mkdtempSync(join(tmpdir(), "flow-"));
  const path = join(folder, "orders.db");
  return {
    kind: "sqlite",
    open: () => openSqliteOrderStore({ path }),
    age: async () => {},
    async fingerprint() {
      const hash = createHash("sha256");
      for (const file of [path, `${path}-wal`]) hash.update(existsSync(file) ? readFileSync(file) : "");
      return hash.digest("hex");
    },
    async corrupt(id) {
      const db = new Database(path);
      db.prepare("UPDATE orders SET doc = '{' WHERE id = ?").run(id);
      db.close();
    },
    async close() {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Redis keeps the time of leases itself: there a second lasts this many, so that a slow machine does not end them. */
const SLOWER = 100;

const slower = (lease: LeaseOptions) => ({ ...lease, ttlMs: lease.ttlMs * SLOWER });

function withSlowLeases(store: OrderStore): OrderStore {
  return {
    ...store,
    acquire: (lease, ...more) => store.acquire(slower(lease), ...more.map(slower)),
    overwrite: (lease) => store.overwrite(slower(lease)),
    extend: (lease) => store.extend(slower(lease)),
  };
}

async function startRedis() {
  const server = await startRedisServer();
  const bridge = await startUpstashBridge({ redisPort: server.port, token: "flow" });
  const redis = new Redis({ host: "127.0.0.1", port: server.port });
  return {
    backend(): Backend {
      const keyPrefix = `${randomUUID()}:`;
      const { url, token } = bridge;
      return {
        kind: "redis",
        open: () => withSlowLeases(openRedisOrderStore({ url, token, timeoutMs: 10_000, keyPrefix })),
        age: (ms) => ageLeases(redis, { keyPrefix, ms: ms * SLOWER }),
        async fingerprint() {
          return /rdb_changes_since_last_save:(\d+)/.exec(await redis.info("persistence"))?.[0] ?? "unknown";
        },
        corrupt: async (id) => void (await redis.hset(`${keyPrefix}order:${id}`, "doc", "{")),
        close: async () => {},
      };
    },
    async close() {
      redis.disconnect();
      await bridge.close();
      await server.close();
    },
  };
}

/** The real limits of one address, counted in this process. */
export function limitOf(limit: number): StartLimit {
  const rate = { limit, windowMs: 60_000 };
  const ignore = () => {};
  const limiter = createRateLimiter({
    rates: { checkout: rate, status: { ...rate, limit: limit * 100 } },
    redis: null,
    onRefused: ignore,
    onDegraded: ignore,
  });
  const caller = { policy: "checkout", address: "192.0.2.1" } as const;
  return {
    take: () => limiter.take(caller),
    takeRepeat: () => limiter.take({ ...caller, policy: "status" }),
    recentRefusal: () => limiter.recentRefusal(caller),
  };
}

/** Starts a payment as the tip page does. Without a key each call is an order of its own. */
export function start(
  flow: Flow,
  shop: Shop,
  {
    key = null,
    amount = "5.00",
    limit = limitOf(1_000),
  }: { key?: string | null; amount?: string; limit?: StartLimit } = {},
): Promise<StartResult> {
  return startPayment(flow, shop, { fields: { amount, anonymous: true }, idempotencyKey: key, limit });
}

/** A new order with one open payment. */
export async function startedOrder(flow: Flow, shop: Shop): Promise<{ order: Order; paymentId: PaymentId }> {
  const result = await start(flow, shop);
  if (!result.ok) throw new Error(`It was refused: ${result.refusal.code}.`);
  return { order: result.order, paymentId: newestPayment(result.order) };
}

export function newestPayment({ payments }: Order): PaymentId {
  const newest = payments.at(-1);
  if (newest === undefined) throw new Error("The order has no payment.");
  return newest.paymentId;
}

export async function stored({ store }: Flow, id: OrderId): Promise<Order> {
  const order = await store.get(id);
  if (order === null) throw new Error("The order is not stored.");
  return order;
}

/** The flow with other store methods in place of its own. */
export function withStore(flow: TestFlow, changes: Partial<OrderStore>): TestFlow {
  return { ...flow, store: { ...flow.store, ...changes } };
}

/** The same store, with every call noted by the name of its method; `idle` waits for those that are under way. */
export function counted(store: OrderStore): { store: OrderStore; calls: string[]; idle: () => Promise<void> } {
  const calls: string[] = [];
  const running = new Set<Promise<unknown>>();
  async function idle() {
    while (running.size > 0) await Promise.allSettled(running);
  }
  const noting = new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...values: unknown[]) => {
        calls.push(String(name));
        const call: Promise<unknown> = method.apply(target, values);
        running.add(call);
        const ended = () => void running.delete(call);
        call.then(ended, ended);
        return call;
      };
    },
  });
  return { store: noting, calls, idle };
}

/** A door that stays shut until it is opened: what waits at it is in the middle of something. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** False when it ends without waiting for anything outside of this process. */
export async function isUnderWay(work: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([work, turnOfTheLoop("under way")])) === "under way";
}
