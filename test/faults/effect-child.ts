/**
 * A process of its own that settles deliveries or reconciles, delivers what is paid by writing its id into a file, and
 * notifies the parent's sinks of it:
 * `effect-child.ts JOB`, then a line with the orders. It says what it has done line by line.
 */
import { appendFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Flow } from "@/lib/checkout/flow";
import { fulfil, onPaidEffect } from "@/lib/checkout/fulfil";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { reconcile } from "@/lib/checkout/reconcile";
import { notifyEffects } from "@/lib/merchant/notify/notify";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { createAllScaleProvider } from "@/lib/provider/allscale/provider";
import { localNotifySettings } from "@/test/local-notify-settings";
import { AllScaleModel, CONFIRMED } from "./allscale-model";
import { makeDelivery } from "./deliveries";
import type { EffectJob, PaidAtAllScale } from "./effect-job";
import { LATER_MS } from "./kill-backends";
import { inParallel } from "./shop";
import { silenceLog } from "./silence-log";

const CREDENTIALS = { apiKey: "st_key_effects", apiSecret: "st_secret_effects" };
const URL_OF_US = "http://127.0.0.1:3000/api/webhooks/allscale";
const AT_ONCE = 4;

silenceLog();
const { task, place, file, notify } = JSON.parse(process.argv[2] ?? "") as EffectJob;
const store = "path" in place ? openSqliteOrderStore(place) : openRedisOrderStore({ ...place, timeoutMs: 10_000 });
const say = (line: string) => writeSync(1, `${line}\n`);
const model = new AllScaleModel("http://127.0.0.1:4010");
const provider = createAllScaleProvider({
  ...CREDENTIALS,
  previousSecret: null,
  baseUrl: "http://127.0.0.1:4010",
  acceptedStablecoins: [],
  signedResponses: false,
  testStore: false,
  timeoutMs: 10_000,
  fetch: async (input) => {
    const { http, body } = model.handle({ method: "GET", path: new URL(String(input)).pathname, body: "" });
    return Response.json(body, { status: http });
  },
});

let aheadMs = 0;
const deferred: Promise<unknown>[] = [];
const flow: Flow = {
  store,
  providers: new Map([[provider.name, provider]]),
  payouts: new Map(),
  clock: { now: () => Date.now() + aheadMs, sleep },
  effects: [
    onPaidEffect(({ id }) => deliver(id)),
    ...notifyEffects(localNotifySettings(notify.env), {
      siteName: "Shop",
      publicUrl: "http://127.0.0.1:3000",
      hasAdmin: true,
      telegramApi: notify.telegramApi,
    }),
  ],
  fulfil,
  defer: (work) => void deferred.push(work()),
};

/** Takes a moment, as a call to another service does. */
async function deliver(orderId: string): Promise<void> {
  await sleep(Math.random() * 4);
  appendFileSync(file, `${orderId}\n`);
  say(`delivered ${orderId}`);
  await sleep(Math.random() * 4);
}

async function settle(orders: readonly PaidAtAllScale[]): Promise<void> {
  await inParallel(orders, AT_ONCE, async ({ orderId, paymentId }) => {
    const intent = model.intents.get(paymentId);
    if (intent === undefined) return;
    const { headers, body } = makeDelivery({ kind: "right", intent, url: URL_OF_US, credentials: CREDENTIALS });
    const result = await receiveWebhook(flow, provider, {
      method: "POST",
      path: new URL(URL_OF_US).pathname,
      query: "",
      headers: new Headers(headers),
      body: new TextEncoder().encode(body),
      receivedAt: Date.now(),
    });
    if (result.ok) say(`${result.result} ${orderId}`);
  });
  await Promise.all(deferred);
}

/** Until all is paid and delivered, at a time when the leases of the dead are over. */
async function reconcileAll(orders: readonly PaidAtAllScale[]): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    aheadMs += LATER_MS;
    await reconcile(flow, { maxOrders: 40, deadlineMs: 60_000, asksDuringWaits: true });
    await Promise.all(deferred);
    const stored = await Promise.all(orders.map(({ orderId }) => store.get(orderId)));
    if (stored.every((order) => order?.status === "paid" && order.effects.every(({ doneAt }) => doneAt !== null)))
      return;
  }
  throw new Error("Not all orders became paid and delivered.");
}

const input = createInterface({ input: process.stdin });
input.once("line", async (line) => {
  input.close();
  const orders = JSON.parse(line) as PaidAtAllScale[];
  for (const { orderId, paymentId: id } of orders) {
    const facts = { cents: 500, currency: 1, status: CONFIRMED, confirmed: true, transactionId: `tx_${id}` };
    model.intents.set(id, { id, orderId, ...facts });
  }
  await (task === "settle" ? settle(orders) : reconcileAll(orders));
  await store.close();
  process.exit(0);
});
say("ready");
