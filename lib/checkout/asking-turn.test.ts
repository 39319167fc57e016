import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Order } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { createPaymentProvider } from "@/lib/provider";
import type { PaymentProvider } from "@/lib/provider/provider";
import { AllScaleModel, type ApiAnswer, failure, type Intent } from "@/test/faults/allscale-model";
import { type HttpServer, startHttpServer } from "@/test/http-server";
import { sampleAttempt, sampleEvent, sampleOrder } from "@/test/sample-order";
import { readOrder } from "./read-order";
import { type ReconcileResult, reconcile } from "./reconcile";

const SECOND = 1_000;

/** One file, two processes that have it open, an AllScale that refuses what it is told to, and a clock that the test moves. */
describe("a provider that names a wait", () => {
  let folder: string;
  let stores: OrderStore[];
  let server: HttpServer;
  let provider: PaymentProvider;
  let model: AllScaleModel;
  let now: number;
  let asked: string[];
  /** What it answers instead, by the end of the path that is asked for. */
  let refusals: Record<"/status" | "/detail", ApiAnswer | null>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "turns-"));
    stores = [1, 2].map(() => openSqliteOrderStore({ path: join(folder, "orders.db") }));
    now = 1_800_000_000_000;
    asked = [];
    refusals = { "/status": null, "/detail": null };
    server = await startHttpServer((request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      const refusal = refusals[path.endsWith("/status") ? "/status" : "/detail"];
      const answer = refusal ?? model.handle({ method: "GET", path, body: "" });
      response.writeHead(answer.http, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
    });
    model = new AllScaleModel(server.url);
    provider = createPaymentProvider({
      apiKey: "st_key_turns",
      apiSecret: "st_secret_turns",
      previousSecret: null,
      baseUrl: server.url,
      acceptedStableCoins: [],
      signedResponses: false,
      timeoutMs: 10_000,
    });
  });
  afterEach(async () => {
    await server.close();
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });

  const using = (process: number) => {
    const store = stores[process % stores.length];
    if (store === undefined) throw new Error("There are no stores");
    return { store, provider, now: () => now };
  };
  const tooMany = (retryAfter: number) => failure(429, 40001, { retry_after: retryAfter });

  async function openOrder(attempts = 1): Promise<{ order: Order; intents: Intent[] }> {
    const order = sampleOrder({ createdAt: now, nextCheckAt: now, attempts: [] });
    for (let made = 0; made < attempts; made += 1) {
      const body = JSON.stringify({ amount_cents: 500, currency: 1, order_id: order.id });
      model.handle({ method: "POST", path: "/v1/checkout_intents/", body });
    }
    const intents = [...model.intents.values()].filter(({ orderId }) => orderId === order.id);
    const paid = intents.map(({ id }) => ({ ...sampleAttempt(), paymentId: id, createdAt: now }));
    const stored = sampleOrder({ ...order, attempts: paid as Order["attempts"] });
    await using(0).store.insert(stored, sampleEvent());
    return { order: stored, intents };
  }

  /** What a payer's poll shows, at the process that it happens to reach. */
  async function poll({ id }: Order, process: number): Promise<string> {
    const read = await readOrder(using(process), id);
    if (read.outcome === "not_found") return read.outcome;
    return `${read.order.status}${read.delayed ? ", delayed" : ""}`;
  }

  /** Polls for so long, every 5 s, and answers all that was seen. */
  async function pollFor(order: Order, seconds: number): Promise<Set<string>> {
    const seen = new Set<string>();
    const until = now + seconds * SECOND;
    for (let process = 0; now < until; process += 1) {
      seen.add(await poll(order, process));
      now = Math.min(until, now + 5 * SECOND);
    }
    return seen;
  }

  it("is not asked before it is over, by no process, and what is known is shown as delayed", async () => {
    const { order, intents } = await openOrder();
    refusals["/status"] = tooMany(60);
    expect(await poll(order, 0)).toBe("pending, delayed");
    refusals["/status"] = null;
    for (const intent of intents) model.confirm(intent);
    expect(await pollFor(order, 60)).toEqual(new Set(["pending, delayed"]));
    expect(asked).toHaveLength(1);
    expect(await poll(order, 1)).toBe("paid");
  });

  it("is left alone about all payments of the order, and about no other order", async () => {
    const { order } = await openOrder(2);
    const { order: other } = await openOrder();
    refusals["/status"] = tooMany(60);
    await poll(order, 0);
    expect(asked).toHaveLength(1);
    refusals["/status"] = null;
    expect(await poll(other, 0)).toBe("pending");
    expect(asked).toHaveLength(2);
  });

  it("cannot stop the watch for more than five minutes", async () => {
    const { order, intents } = await openOrder();
    refusals["/status"] = tooMany(1e9);
    await poll(order, 0);
    refusals["/status"] = null;
    for (const intent of intents) model.confirm(intent);
    expect(await pollFor(order, 300)).toEqual(new Set(["pending, delayed"]));
    expect(await poll(order, 1)).toBe("paid");
  });

  it("is heeded in the refusal of a detail, after a status that is shown", async () => {
    const { order, intents } = await openOrder();
    for (const intent of intents) intent.status = 10;
    refusals["/detail"] = tooMany(60);
    expect(await poll(order, 0)).toBe("confirming");
    expect(await pollFor(order, 60)).toEqual(new Set(["confirming, delayed"]));
    expect(asked).toHaveLength(2);
  });

  it.each([
    ["no wait", failure(429, 40001, {})],
    ["a wait of nothing", failure(429, 40001, { retry_after: 0 })],
    ["a wait that is shorter than a turn", failure(429, 40001, { retry_after: 1 })],
  ])("is asked again after the usual 4 s when it names %s", async (_name, refusal) => {
    const { order } = await openOrder();
    refusals["/status"] = refusal;
    await poll(order, 0);
    now += 4 * SECOND - 1;
    await poll(order, 1);
    expect(asked).toHaveLength(1);
    now += 1;
    await poll(order, 1);
    expect(asked).toHaveLength(2);
  });

  it("is asked by the scheduler all the same, and not by a visit", async () => {
    const { order, intents } = await openOrder();
    refusals["/status"] = tooMany(60);
    await poll(order, 0);
    refusals["/status"] = null;
    for (const intent of intents) model.confirm(intent);
    now += 5 * SECOND;
    const walk = (asksDuringWaits: boolean): Promise<ReconcileResult> =>
      reconcile(using(1), { maxOrders: 5, deadlineMs: 60_000, asksDuringWaits });
    expect(await walk(false)).toEqual({ checked: 0, changed: 0, paid: 0 });
    expect(await walk(true)).toEqual({ checked: 1, changed: 1, paid: 1 });
    expect(await poll(order, 0)).toBe("paid");
  });

  it("is heeded by polls when the scheduler was told of it", async () => {
    const { order } = await openOrder();
    refusals["/detail"] = tooMany(60);
    const bounds = { maxOrders: 5, deadlineMs: 60_000, asksDuringWaits: true };
    expect(await reconcile(using(0), bounds)).toEqual({ checked: 1, changed: 0, paid: 0 });
    expect(await pollFor(order, 60)).toEqual(new Set(["pending, delayed"]));
    expect(asked).toHaveLength(1);
    expect(await poll(order, 1)).toBe("pending");
  });
});
