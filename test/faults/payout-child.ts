/**
 * A process that presses the buttons of refunds and sends them, or that reconciles what others left:
 * `payout-child.ts JOB`, then a line with the orders. It says what it has done line by line.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Flow } from "@/lib/checkout/flow";
import { fulfil } from "@/lib/checkout/fulfil";
import { reconcile } from "@/lib/checkout/reconcile";
import { startRefund } from "@/lib/merchant/refunds";
import type { OrderId } from "@/lib/orders/order";
import { openRedisOrderStore } from "@/lib/orders/redis-order-store";
import { openSqliteOrderStore } from "@/lib/orders/sqlite-order-store";
import { PROVIDERS } from "@/lib/provider/registry";
import { SettingReader } from "@/lib/settings";
import { LATER_MS, type Place } from "./kill-backends";
import { inParallel } from "./shop";
import { silenceLog } from "./silence-log";

export type PayoutJob = {
  readonly task: "press" | "reconcile";
  readonly place: Place;
  readonly provider: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Of its emulator. */
  readonly url: string;
  readonly coin: string;
  readonly amount: string;
  readonly receiver: Readonly<Record<string, string>>;
};

const AT_ONCE = 4;
const PRESSES = 3;

silenceLog();
const { task, place, provider, settings, url, coin, amount, receiver } = JSON.parse(process.argv[2] ?? "") as PayoutJob;
const store = "path" in place ? openSqliteOrderStore(place) : openRedisOrderStore({ ...place, timeoutMs: 10_000 });
const say = (line: string) => writeSync(1, `${line}\n`);

const send = globalThis.fetch;
// A kill at one of these lines strikes before the request has arrived, or before its answer is stored.
globalThis.fetch = async (input, init) => {
  const isOfProvider = String(input instanceof Request ? input.url : input).startsWith(url);
  if (isOfProvider) say("asks");
  const answer = await send(input, init);
  if (isOfProvider) say("is answered");
  return answer;
};

const loaded = PROVIDERS.find(({ name }) => name === provider)?.load(new SettingReader(settings));
const payouts = loaded?.createPayouts?.({ timeoutMs: 10_000, webhookUrl: "http://127.0.0.1:1/api/webhooks/none" });
if (payouts === undefined) throw new Error("The settings of the job allow no payouts.");

let aheadMs = 0;
const deferred: Promise<unknown>[] = [];
const flow: Flow = {
  store,
  providers: new Map(),
  payouts: new Map([[payouts.name, payouts]]),
  clock: { now: () => Date.now() + aheadMs, sleep },
  effects: [],
  fulfil,
  defer: (work) => void deferred.push(work()),
};

async function press(orders: readonly OrderId[]): Promise<void> {
  await inParallel(orders, AT_ONCE, async (orderId) => {
    const choice = { number: 1, coin, amount, message: "Sorry", receiver } as const;
    const presses = Array.from({ length: PRESSES }, () => startRefund(flow, orderId, choice));
    const results = await Promise.all(presses);
    if (results.some(({ ok }) => ok)) say(`pressed ${orderId}`);
    await Promise.all(deferred);
  });
}

/** Until every refund that was pressed is known to be sent, at a time when the leases of the dead are over. */
async function reconcileAll(orders: readonly OrderId[]): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    aheadMs += LATER_MS;
    await reconcile(flow, { maxOrders: 500, deadlineMs: 60_000, asksDuringWaits: true });
    await Promise.all(deferred);
    const stored = await Promise.all(orders.map((orderId) => store.get(orderId)));
    if (stored.every((order) => order?.refunds.every(({ status }) => status === "waiting"))) return;
    say(`round ${round}`);
  }
  throw new Error("Not all refunds were sent.");
}

const input = createInterface({ input: process.stdin });
input.once("line", async (line) => {
  input.close();
  const orders = JSON.parse(line) as OrderId[];
  await (task === "press" ? press(orders) : reconcileAll(orders));
  await store.close();
  process.exit(0);
});
say("ready");
