import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@/emulator/server";
import type { OrderId } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { sampleOrder, samplePayment, sampleWrite } from "@/test/sample-order";
import { type Child, startChild } from "@/test/start-child";
import type { Case } from "./case";
import { type KillBackend, openRedisBackend, openSqliteBackend } from "./kill-backends";
import type { PayoutJob } from "./payout-child";
import type { Sizes } from "./sizes";

/** A provider that sends money, beside its emulator. */
export type PayoutSystem = Pick<PayoutJob, "provider" | "coin" | "receiver"> & {
  readonly credentials: { readonly apiKey: string; readonly apiSecret: string };
  settings(url: string): PayoutJob["settings"];
  /** The emulator's name of the call that sends money, and its list of what was sent. */
  readonly operation: string;
  readonly list: string;
  /** What only the first answer tells, and what is lost with it. */
  readonly onceOnly: "claimUrl" | "payoutId";
  sent(answer: Record<string, unknown>): readonly Sent[];
};
type Sent = { readonly reference: string; readonly amount: string };

type Options = {
  readonly system: PayoutSystem;
  readonly store: string;
  readonly kills: (sizes: Sizes) => number;
  readonly open: (folder: string) => Promise<KillBackend>;
};

const AMOUNT = "3.20";

/** On both stores. */
export const payoutKillsOf = (system: PayoutSystem): readonly Case[] => [
  payoutKills({ system, store: "sqlite", kills: (sizes) => sizes.payoutKills, open: openSqliteBackend }),
  payoutKills({
    system,
    store: "redis",
    kills: (sizes) => Math.ceil(sizes.payoutKills / 4),
    open: openRedisBackend,
  }),
];

/**
 * SIGKILL of processes that send refunds, each button pressed three times: before the intent is stored, between that
 * and the call, and between the call and its answer. Afterwards a process that is left alone reconciles: at the
 * emulator there is one payout for each refund that was pressed, of what was received, and none besides.
 */
function payoutKills({ system, store: kind, kills, open }: Options): Case {
  const { provider, coin, receiver, credentials } = system;
  const name = `${provider}-${kind}`;
  return {
    name: `payout-kills-${name}`,
    async run({ report, sizes }) {
      const folder = mkdtempSync(join(tmpdir(), "payout-kills-"));
      const emulator = await startEmulator({ provider, ...credentials });
      const { place, store, later, close } = await open(folder);
      const settings = system.settings(emulator.url);
      const control = controlOf(emulator.url, credentials.apiKey);
      const about = { place, provider, settings, url: emulator.url, coin, amount: AMOUNT, receiver };
      const start = (task: PayoutJob["task"]) =>
        startChild("faults/payout-child.ts", JSON.stringify({ task, ...about } satisfies PayoutJob));
      const work = async (child: Child, orders: readonly OrderId[]) => {
        await later();
        child.go(JSON.stringify(orders));
      };
      try {
        // A call takes a moment, so that kills strike while it is under way.
        await control("POST", "/faults", { op: system.operation, kind: "delay", delay: "20ms" });
        const orders: OrderId[] = [];
        const pressed: string[] = [];
        let [killed, interrupted] = [0, 0];
        let next = start("press");
        while (killed < kills(sizes)) {
          const child = await next;
          next = start("press");
          const opened = await openOrders(store, { system, count: Math.ceil(sizes.ordersPerKill / 2) });
          orders.push(...opened);
          await work(child, opened);
          // Three lines for each order.
          await child.said(1 + randomInt(1, opened.length * 2));
          await child.kill();
          if ((await child.ended) === null) killed += 1;
          pressed.push(...saidBy(child, "pressed "));
          const refunds = await refundsOf(store, opened);
          interrupted += refunds.filter(({ status }) => status === "sending" || status === "unsure").length;
        }
        await (await next).kill();
        report.check(`${name}: kills struck between stored and sent`, interrupted > 0, { killed });
        const [one, other] = await Promise.all([start("reconcile"), start("reconcile")]);
        await Promise.all([work(one, orders), work(other, orders)]);
        const codes = [await one.ended, await other.ended];
        report.check(
          `${name}: two new processes send the rest`,
          codes.every((code) => code === 0),
          codes,
        );

        const links = system.sent(await control("GET", system.list));
        const refunds = await refundsOf(store, orders);
        const complaints = refunds.flatMap(({ reference, status }) => {
          const made = links.filter((link) => link.reference === reference && link.amount === AMOUNT).length;
          return made === 1 && status === "waiting" ? [] : [`${reference} is ${status} and was made ${made} times`];
        });
        const lost = pressed.filter((id) => !refunds.some(({ reference }) => reference.startsWith(id))).length;
        const counts = { deliveries: orders.length, acknowledged: pressed.length, settled: refunds.length };
        report.row(`${killed} SIGKILLs of processes that send refunds, ${name}`, {
          ...counts,
          lost,
          wronglySettled: links.length - refunds.length,
          complaints,
        });
        const unnamed = refunds.filter((refund) => refund[system.onceOnly] === null).length;
        report.figure(
          `payout-kills-${name}: ${interrupted} of ${refunds.length} refunds were under way when their process was killed; ` +
            `the emulator made ${links.length} payouts; of ${unnamed} the ${system.onceOnly} was lost with the answer`,
        );
      } finally {
        await store.close();
        await close();
        await emulator.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function controlOf(url: string, apiKey: string) {
  return async (method: "GET" | "POST", path: string, body?: object) => {
    const headers = { "X-API-Key": apiKey, "Content-Type": "application/json" };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${url}/_emulator${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
}

async function openOrders(
  store: OrderStore,
  { system: { provider, coin }, count }: { system: PayoutSystem; count: number },
): Promise<OrderId[]> {
  const now = Date.now();
  const transaction = { chain: "main", coin, amount: AMOUNT } as const;
  const orders = Array.from({ length: count }, () => {
    const payments = [samplePayment({ provider, createdAt: now, status: "underpaid", transaction })];
    return sampleOrder({ createdAt: now, updatedAt: now, status: "underpaid", payments });
  });
  for (const order of orders) await store.insert(sampleWrite(order, { dueAt: null }));
  return orders.map(({ id }) => id);
}

async function refundsOf(store: OrderStore, orders: readonly OrderId[]) {
  const found = await Promise.all(orders.map((id) => store.get(id)));
  return found.flatMap((order) => order?.refunds ?? []);
}

const saidBy = (child: Child, word: string) =>
  child.lines().flatMap((line) => (line.startsWith(word) ? [line.slice(word.length)] : []));
