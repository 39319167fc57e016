import type { BareApp } from "@/scripts/bare-app";
import { type Figure, figure, inTurn, ratio } from "./figure";
import { type Measured, median, rush, type Send } from "./load";
import { createOf, makeOrder, makeOrders, pollOf, settle, webhookOf } from "./orders";
import { type Rig, startBareHandlers, startRig } from "./rig";

type Pair = { readonly rig: Rig; readonly bare: BareApp };

const UPSTREAM_MS = 80;

async function withBoth(work: (pair: Pair) => Promise<Figure[]>): Promise<Figure[]> {
  const rig = await startRig();
  try {
    const bare = await startBareHandlers(rig.upstream);
    try {
      return await work({ rig, bare });
    } finally {
      bare.close();
    }
  } finally {
    await rig.close();
  }
}

const repeat = (send: Send, times: number): Send[] => Array.from({ length: times }, () => send);
const bareCreate: Send = { ...createOf(), path: "/create" };

export const benchCreate = () =>
  withBoth(async ({ rig, bare }) => {
    const both = (times: number, atOnce: number) =>
      inTurn(
        () => rush(rig.url, repeat(createOf(), times), atOnce),
        () => rush(bare.url, repeat(bareCreate, times), atOnce),
      );
    const busy = await both(800, 16);
    const single = await both(200, 1);
    await rig.upstream.setDelay(UPSTREAM_MS);
    const slow = await both(80, 4);
    const addedTo = (rounds: readonly Measured[]) => rounds.map(({ p50Ms }) => p50Ms - UPSTREAM_MS);
    return [
      ratio("create, 16 at once: throughput", busy, "perSecond", { atLeast: 0.75 }),
      ratio("create, 16 at once: p50", busy, "p50Ms", { atMost: 1.3 }),
      ratio("create, 1 at a time: p50", single, "p50Ms", { atMost: 1.5 }),
      figure(
        `create, upstream ${UPSTREAM_MS} ms, 4 at once: ms added to it (p50)`,
        addedTo(slow.app),
        { atMost: 6 },
        `bare adds ${median(addedTo(slow.bare)).toPrecision(3)} ms`,
      ),
    ];
  });

export const benchStatus = () =>
  withBoth(async ({ rig, bare }) => {
    const [settled, open] = [await makeOrder(rig.url), await makeOrder(rig.url)];
    await settle(rig.url, [settled]);
    const bareSettled = { path: `/status/${settled.orderId}` };
    const reading = await inTurn(
      () => rush(rig.url, repeat(pollOf(settled), 1_500), 16),
      () => rush(bare.url, repeat(bareSettled, 1_500), 16),
    );
    await rig.upstream.setDelay(UPSTREAM_MS);
    const bareAsked = { path: `/asked/${open.paymentId}` };
    const throttled = await inTurn(
      () => rush(rig.url, repeat(pollOf(open), 100), 1),
      () => rush(bare.url, repeat(bareAsked, 20), 1),
    );
    return [
      ratio("status of a settled order, 16 at once: throughput", reading, "perSecond", { atLeast: 0.8 }),
      ratio(`status, upstream ${UPSTREAM_MS} ms: p50 against asking each time`, throttled, "p50Ms", { atMost: 1 / 40 }),
    ];
  });

export const benchWebhook = () =>
  withBoth(async ({ rig, bare }) => {
    const perRound = 600;
    const rounds = await inTurn(
      // Orders are made and deliveries signed outside the time that counts.
      async () => {
        const orders = await makeOrders(rig.url, perRound);
        return rush(
          rig.url,
          orders.map((order) => webhookOf(rig.url, order)),
          32,
        );
      },
      async () => {
        const like = { orderId: "x", paymentId: "x" };
        const sends = Array.from({ length: perRound }, () => ({ ...webhookOf(rig.url, like), path: "/webhook" }));
        return rush(bare.url, sends, 32);
      },
    );
    return [ratio("webhook, durable on SQLite, 32 at once: throughput", rounds, "perSecond", { atLeast: 0.6 })];
  });
