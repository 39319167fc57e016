import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Order } from "@/lib/orders/order";
import type { OrderStore } from "@/lib/orders/order-store";
import { openSinks } from "@/test/notification-sinks";
import { sampleOrder, samplePayment, sampleWrite } from "@/test/sample-order";
import { type Child, startChild } from "@/test/start-child";
import type { Case } from "./case";
import type { EffectJob, PaidAtAllScale } from "./effect-job";
import { type KillBackend, openRedisBackend, openSqliteBackend } from "./kill-backends";
import type { Sizes } from "./sizes";

type Options = {
  readonly name: string;
  readonly kills: (sizes: Sizes) => number;
  readonly open: (folder: string) => Promise<KillBackend>;
};

type Sinks = Awaited<ReturnType<typeof openSinks>>;

/** Every fourth victim is one that clears up after the others. */
const RECONCILES_EVERY = 4;

/**
 * SIGKILL of processes between making orders paid and delivering them. Afterwards a process that is left alone
 * reconciles: each order is paid and was delivered at least once, and so was the notification of each channel. What was
 * delivered more than once is counted.
 */
function effectKills({ name, kills, open }: Options): Case {
  return {
    name: `effect-kills-${name}`,
    async run({ report, sizes }) {
      const folder = mkdtempSync(join(tmpdir(), "effect-kills-"));
      const file = join(folder, "delivered");
      const { place, store, later, close } = await open(folder);
      const sinks = await openSinks();
      const notify = { env: sinks.env, telegramApi: sinks.telegram.url };
      const start = (task: EffectJob["task"]) =>
        startChild("faults/effect-child.ts", JSON.stringify({ task, place, file, notify } satisfies EffectJob));
      const work = async (child: Child, orders: readonly PaidAtAllScale[]) => {
        await later();
        child.go(JSON.stringify(orders));
      };
      const promised: string[] = [];
      try {
        const orders: PaidAtAllScale[] = [];
        let interrupted = 0;
        let killed = 0;
        let next = start("settle");
        for (let victims = 1; killed < kills(sizes); victims += 1) {
          const child = await next;
          next = start(victims % RECONCILES_EVERY === RECONCILES_EVERY - 1 ? "reconcile" : "settle");
          const reconciles = victims % RECONCILES_EVERY === 0;
          const opened = reconciles ? [] : await openOrders(store, sizes.ordersPerKill);
          orders.push(...opened);
          await work(child, reconciles ? orders : opened);
          await child.said(1 + randomInt(1, sizes.ordersPerKill));
          await child.kill();
          if ((await child.ended) === null) killed += 1;
          promised.push(...paidBy(child));
          interrupted += (await stored(store, opened)).filter(
            (order) => order.status === "paid" && !isDone(order),
          ).length;
        }
        await (await next).kill();
        report.check(`${name}: kills struck between paid and delivered`, interrupted > 0, { killed });

        const [undisturbed, reconciler] = await Promise.all([start("settle"), start("reconcile")]);
        const calm = await openOrders(store, sizes.ordersPerKill);
        await work(undisturbed, calm);
        report.check(`${name}: what is left alone comes to its end`, (await undisturbed.ended) === 0);
        promised.push(...paidBy(undisturbed));
        const sentOnce = ({ orderId }: PaidAtAllScale) => messages(sinks, orderId).every((count) => count === 1);
        const once = calm.filter((order) => deliveries(file, order.orderId) === 1 && sentOnce(order)).length;
        report.check(`${name}: it delivers once`, once === calm.length, `${once} of ${calm.length}`);
        await work(reconciler, orders);
        report.check(`${name}: a new process reconciles`, (await reconciler.ended) === 0);

        const all = await stored(store, [...orders, ...calm]);
        const complaints = all.flatMap((order) =>
          complaintsAbout(order, [deliveries(file, order.id), ...messages(sinks, order.id)]),
        );
        const lost = promised.filter((id) => !all.some((order) => order.id === id && order.status === "paid")).length;
        const acknowledged = promised.length;
        const audit = { deliveries: all.length, acknowledged, settled: acknowledged - lost, lost, wronglySettled: 0 };
        report.row(`${killed} SIGKILLs between paid and delivered, ${name}`, { ...audit, complaints });
        const twice = all.filter(({ id }) => deliveries(file, id) > 1).length;
        const twiceSent = all.filter(({ id }) => messages(sinks, id).some((count) => count > 1)).length;
        report.figure(
          `effect-kills-${name}: ${interrupted} of ${all.length} orders were paid and not delivered when the process was killed; ` +
            `after reconciliation ${complaints.length} were, and ${twice} had been delivered, ${twiceSent} notified, more than once`,
        );
      } finally {
        await store.close();
        await close();
        await sinks.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

async function openOrders(store: OrderStore, count: number): Promise<PaidAtAllScale[]> {
  const now = Date.now();
  const orders = Array.from({ length: count }, () => {
    const payments = [samplePayment({ provider: "allscale", createdAt: now })];
    return sampleOrder({ createdAt: now, updatedAt: now, payments });
  });
  for (const order of orders) await store.insert(sampleWrite(order, { dueAt: now }));
  return orders.flatMap(({ id: orderId, payments }) => payments.map(({ paymentId }) => ({ orderId, paymentId })));
}

async function stored(store: OrderStore, orders: readonly PaidAtAllScale[]): Promise<Order[]> {
  const found = await Promise.all(orders.map(({ orderId }) => store.get(orderId)));
  return found.filter((order) => order !== null);
}

function isDone({ effects }: Order): boolean {
  return effects.every(({ doneAt }) => doneAt !== null);
}

/** What AllScale was told is paid. */
function paidBy(child: Child): string[] {
  return child.lines().flatMap((line) => (line.startsWith("paid ") ? [line.slice("paid ".length)] : []));
}

function deliveries(file: string, orderId: string): number {
  const ids = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return ids.filter((id) => id === orderId).length;
}

/** How many messages about the order each channel got. */
function messages({ webhook, discord, telegram, email }: Sinks, orderId: string): number[] {
  const escaped = orderId.replace(/[-_]/g, "\\$&");
  const posts = [webhook, telegram].map(({ posts }) => posts.filter(({ body }) => body.includes(orderId)));
  const chats = discord.posts.filter(({ body }) => JSON.parse(body).content.includes(escaped));
  return [...posts, chats, email.mails.filter(({ raw }) => raw.includes(`<${orderId}-paid@`))].map(
    ({ length }) => length,
  );
}

function complaintsAbout(order: Order, times: number[]): string[] {
  const isEach = order.effects.length === times.length && times.every((count) => count > 0);
  const isRight = order.status === "paid" && isDone(order) && isEach;
  return isRight ? [] : [`${order.id} is ${order.status}; delivered and notified: ${times.join(", ")}`];
}

export const sqliteEffectKills = effectKills({
  name: "sqlite",
  kills: ({ effectKills }) => effectKills,
  open: openSqliteBackend,
});

export const redisEffectKills = effectKills({
  name: "redis",
  kills: ({ effectKills }) => Math.ceil(effectKills / 4),
  open: openRedisBackend,
});
