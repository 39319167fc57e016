import { afterEach, beforeEach, expect, it } from "vitest";
import { fulfil } from "@/lib/checkout/fulfil";
import { readOrder } from "@/lib/checkout/read";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { reconcile } from "@/lib/checkout/reconcile";
import { gate, onBothStores, startedOrder, stored } from "@/test/flow-support";
import { localNotifySettings } from "@/test/local-notify-settings";
import { openSinks } from "@/test/notification-sinks";
import { notifyEffects } from "./notify";

const BOUNDS = { maxOrders: 50, deadlineMs: 45_000, asksDuringWaits: true };
const DAY_MS = 24 * 3_600_000;

function hang({ open }: { open: () => void }): Promise<undefined> {
  open();
  return new Promise(() => {});
}

onBothStores("four channels", (world) => {
  let sinks: Awaited<ReturnType<typeof openSinks>>;
  beforeEach(async () => {
    sinks = await openSinks();
  });
  afterEach(() => sinks.close());

  /** A process of its own, with all channels set up unless told otherwise. */
  const processWith = (env: Record<string, string> = sinks.env) => {
    const context = { siteName: "Zoë", publicUrl: "https://tips.example", hasAdmin: true };
    const effects = notifyEffects(localNotifySettings(env), { ...context, telegramApi: sinks.telegram.url });
    return world().process({ effects });
  };

  it("get one message each, although the webhook comes three times and two pages and a scheduler race", async () => {
    const { shop, provider, pass } = world();
    const flows = [processWith(), processWith()] as const;
    const { order, paymentId } = await startedOrder(flows[0], shop);
    await pass(60_000);
    provider.report(paymentId, "paid");
    const delivery = provider.webhook(paymentId);
    const race = [
      ...[0, 1, 0].map((index) => () => receiveWebhook(flows[index === 0 ? 0 : 1], provider, delivery)),
      ...flows.map((flow) => () => readOrder(flow, order.id, { mayAsk: true })),
      () => reconcile(flows[1], BOUNDS),
    ];
    await Promise.all(race.map((run) => run()));
    await Promise.all(flows.map((flow) => flow.runDeferred()));
    await Promise.all(flows.flatMap((flow) => [fulfil(flow, order.id), reconcile(flow, BOUNDS)]));
    await pass(DAY_MS);
    await reconcile(flows[0], BOUNDS);
    expect(sinks.counts()).toEqual([1, 1, 1, 1]);
    const { effects } = await stored(flows[0], order.id);
    expect(effects).toHaveLength(4);
    for (const effect of effects) expect(effect).toMatchObject({ doneAt: expect.any(Number), failures: 0 });
  });

  it("that are down hold up no payer, and get their message once they are back, once", async () => {
    const { shop, provider, pass } = world();
    const flow = processWith();
    sinks.setDown(true);
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    expect(await receiveWebhook(flow, provider, provider.webhook(paymentId))).toEqual({ ok: true, result: "paid" });
    await flow.runDeferred();
    for (const waitMs of [15_000, 30_000]) {
      await pass(waitMs);
      await reconcile(flow, BOUNDS);
    }
    const waiting = await stored(flow, order.id);
    expect(waiting.effects.map(({ doneAt, failures }) => [doneAt, failures])).toEqual(Array(4).fill([null, 3]));
    expect(sinks.counts()).toEqual([0, 0, 0, 0]);
    sinks.setDown(false);
    await pass(60_000);
    await Promise.all([reconcile(flow, BOUNDS), reconcile(processWith(), BOUNDS)]);
    await pass(DAY_MS);
    await reconcile(flow, BOUNDS);
    expect(sinks.counts()).toEqual([1, 1, 1, 1]);
  });

  it("hear of what needs attention too, once for each reason, of an order that was never paid", async () => {
    const { shop, provider, pass } = world();
    const flow = processWith();
    const { paymentId } = await startedOrder(flow, shop);
    for (const status of ["underpaid", "confirming", "underpaid"] as const) {
      await receiveWebhook(flow, provider, provider.webhook(paymentId, provider.report(paymentId, status)));
      await flow.runDeferred();
      await pass(1_000);
    }
    expect(sinks.counts()).toEqual([1, 1, 1, 1]);
    expect(JSON.parse(sinks.webhook.posts[0]?.body ?? "")).toMatchObject({
      data: { reason: "underpaid", paidAt: null },
    });
  });

  it("that are switched off end what an earlier process left for them, and the history says so", async () => {
    const { shop, provider } = world();
    const flow = processWith();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    await receiveWebhook(flow, provider, provider.webhook(paymentId));
    const { NOTIFY_DISCORD_URL: _off, ...others } = sinks.env;
    await fulfil(processWith(others), order.id);
    expect(sinks.counts()).toEqual([1, 0, 1, 1]);
    const { effects } = await stored(flow, order.id);
    expect(effects.every(({ doneAt }) => doneAt !== null)).toBe(true);
    const skipped = (await flow.store.events(order.id)).filter(({ facts }) => facts.skipped !== undefined);
    expect(skipped).toMatchObject([{ type: "effect_done", facts: { effect: "notify_discord" } }]);
  });

  it("lose nothing to a runner that dies while one hangs: another process sends the rest", async () => {
    const { shop, provider, pass } = world();
    const dying = processWith();
    const { order, paymentId } = await startedOrder(dying, shop);
    provider.report(paymentId, "paid");
    await receiveWebhook(dying, provider, provider.webhook(paymentId));
    const began = gate();
    const hanging = dying.effects.map((effect) => ({ ...effect, run: () => hang(began) }));
    const nothing = async () => {};
    const store = { ...dying.store, extend: nothing, release: nothing };
    fulfil({ ...dying, store, effects: hanging }, order.id).catch(() => {});
    await began.opened;
    await pass(11_000);
    await reconcile(processWith(), BOUNDS);
    expect(sinks.counts()).toEqual([1, 1, 1, 1]);
  });
});
