import { expect, it, vi } from "vitest";
import { giveUpEffect, runEffectAgain } from "@/lib/merchant/repairs";
import { changeOrder } from "@/lib/orders/change-order";
import { orderIdSchema } from "@/lib/orders/order";
import { storeUnavailable } from "@/lib/orders/order-store";
import { eventually } from "@/test/eventually";
import { gate, onBothStores, startedOrder, stored, type TestFlow, type World, withStore } from "@/test/flow-support";
import type { Effect, OnPaid, PaidOrder } from "./flow";
import { fulfil, onPaidEffect } from "./fulfil";
import { LEASE_MS } from "./leases";
import { readOrder } from "./read";
import { receiveWebhook } from "./receive-webhook";
import { reconcile } from "./reconcile";
import { updateOrder } from "./write-order";

const SECOND = 1_000;
const BOUNDS = { maxOrders: 50, deadlineMs: 45 * SECOND, asksDuringWaits: true };

/** An effect, and what it was called with: the attempt of each call. */
function noting(run: OnPaid = () => {}, name = "deliver"): Effect & { calls: { order: PaidOrder; attempt: number }[] } {
  const calls: { order: PaidOrder; attempt: number }[] = [];
  const onPaid: OnPaid = async (order, context) => {
    calls.push({ order, attempt: context.attempt });
    await run(order, context);
  };
  return { ...onPaidEffect(onPaid, name), calls };
}

/** An order that a webhook has just made paid. What comes after the answer has not run yet. */
async function paidOrder({ shop, provider }: World, flow: TestFlow) {
  const { order, paymentId } = await startedOrder(flow, shop);
  provider.report(paymentId, "paid");
  const received = await receiveWebhook(flow, provider, provider.webhook(paymentId));
  expect(received).toEqual({ ok: true, result: "paid" });
  return { id: order.id, paymentId };
}

onBothStores("an effect", (world) => {
  const stateOf = async (flow: TestFlow, id: Parameters<typeof fulfil>[1]) => {
    const { status, effects } = await stored(flow, id);
    return { status, effects };
  };

  it("runs once, after the answers, for 20 deliveries, pages and schedulers that race in two processes", async () => {
    const { shop, process, provider, clock, pass } = world();
    const effect = noting();
    const flows = [process({ effects: [effect] }), process({ effects: [effect] })] as const;
    const { order, paymentId } = await startedOrder(flows[0], shop);
    await pass(60 * SECOND);
    provider.report(paymentId, "paid");
    const delivery = provider.webhook(paymentId);
    const race = async (index: number) => {
      const flow = flows[index % 2 === 0 ? 0 : 1];
      if (index % 3 === 0) await receiveWebhook(flow, provider, delivery);
      else if (index % 3 === 1) await readOrder(flow, order.id, { mayAsk: true });
      else await reconcile(flow, BOUNDS);
      await flow.runDeferred();
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => race(index)));
    await Promise.all(flows.flatMap((flow) => [fulfil(flow, order.id), reconcile(flow, BOUNDS)]));
    const { transaction } = (await stored(flows[0], order.id)).payments[0] ?? expect.fail();
    expect(effect.calls).toEqual([
      {
        attempt: 1,
        order: {
          id: order.id,
          amount: "5.00",
          currency: "USD",
          item: null,
          payer: { name: null, message: null, anonymous: true },
          paidAt: clock.now(),
          payment: { provider: "scripted", paymentId, testStore: false, transaction },
          attention: [],
        },
      },
    ]);
    const done = { name: "deliver", doneAt: clock.now(), failures: 0 };
    expect(await stateOf(flows[0], order.id)).toMatchObject({ status: "paid", effects: [done] });
    const events = await flows[0].store.events(order.id);
    expect(events.filter(({ type }) => type === "effect_done")).toHaveLength(1);
  });

  it("is not lost when the process dies after the answer: the next run of another process has it", async () => {
    const { process, pass } = world();
    const effect = noting();
    const died = process({ effects: [effect] });
    const { id } = await paidOrder(world(), died);
    expect(effect.calls).toEqual([]);
    await pass(SECOND);
    const flow = process({ effects: [effect] });
    expect(await reconcile(flow, BOUNDS)).toMatchObject({ changed: 0 });
    await pass(24 * 3_600 * SECOND);
    await reconcile(flow, BOUNDS);
    expect(effect.calls.map(({ order }) => order.id)).toEqual([id]);
    // The same where reconciliation itself found the money, of an order that it looks at every few hours.
    const { order, paymentId } = await startedOrder(died, world().shop);
    world().provider.report(paymentId, "paid");
    await pass(24 * 3_600 * SECOND);
    expect(await reconcile(died, BOUNDS)).toMatchObject({ paid: 1 });
    await pass(SECOND);
    await reconcile(flow, BOUNDS);
    expect(effect.calls.map((call) => call.order.id)).toEqual([id, order.id]);
  });

  it("that throws is tried again with growing gaps, and the payment stays paid", async () => {
    const { process, pass, clock, logged } = world();
    const thrown: unknown[] = [new Error("first"), null, "third"];
    const effect = noting(() => {
      if (thrown.length > 0) throw thrown.shift();
    });
    const flow = process({ effects: [effect] });
    const { id } = await paidOrder(world(), flow);
    await flow.runDeferred();
    for (const [failures, gapMs] of [15, 30, 60].map((seconds, index) => [index + 1, seconds * SECOND] as const)) {
      expect(effect.calls).toHaveLength(failures);
      const state = { event: "paid", name: "deliver", doneAt: null, failures, nextAt: clock.now() + gapMs };
      expect(await stateOf(flow, id)).toEqual({ status: "paid", effects: [state] });
      await pass(gapMs - 1);
      await Promise.all([reconcile(flow, BOUNDS), fulfil(flow, id)]);
      expect(effect.calls).toHaveLength(failures);
      await pass(1);
      await reconcile(flow, BOUNDS);
    }
    expect(effect.calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(await stateOf(flow, id)).toMatchObject({ status: "paid", effects: [{ doneAt: clock.now(), failures: 0 }] });
    expect(logged("effect_failed")).toMatchObject([{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }]);
    expect(await flow.store.due({ now: clock.now() + 1e9, limit: 5, from: "longest" })).toEqual([]);
  });

  it("has gaps of six hours at most, however often it failed", async () => {
    const { process, pass, clock } = world();
    const flow = process({ effects: [noting(() => Promise.reject(new Error("as scripted")))] });
    const { id } = await paidOrder(world(), flow);
    await flow.runDeferred();
    const gaps: number[] = [];
    for (let failures = 1; failures < 16; failures += 1) {
      const [effect = expect.fail()] = (await stored(flow, id)).effects;
      expect(effect.failures).toBe(failures);
      gaps.push(effect.nextAt - clock.now());
      await pass(effect.nextAt - clock.now());
      await reconcile(flow, BOUNDS);
    }
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps.slice(-4)).toEqual(Array(4).fill(6 * 3_600 * SECOND));
  });

  it("that never ends is aborted after 30 s, and until then no other process runs it", async () => {
    const { process, pass, clock } = world();
    const signals: AbortSignal[] = [];
    const effect = noting((_order, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    const flow = process({ effects: [effect] });
    const { id } = await paidOrder(world(), flow);
    let extensions = 0;
    const extend: typeof flow.store.extend = async (lease) => {
      await flow.store.extend(lease);
      extensions += 1;
    };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
    const running = fulfil(withStore(flow, { extend }), id);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    while (effect.calls.length === 0) await turn();
    for (let seconds = 3; seconds < 30; seconds += 3) {
      await vi.advanceTimersByTimeAsync(3 * SECOND);
      while (extensions < seconds / 3) await turn();
      await pass(3 * SECOND);
      await fulfil(process({ effects: [effect] }), id);
      expect(effect.calls).toHaveLength(1);
      expect(signals[0]?.aborted).toBe(false);
    }
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    await running;
    expect(signals[0]?.aborted).toBe(true);
    const state = { doneAt: null, failures: 1, nextAt: clock.now() + 15 * SECOND };
    expect(await stateOf(flow, id)).toMatchObject({ status: "paid", effects: [state] });
  });

  it("of a runner that died in the middle runs again, once its lease is over", async () => {
    const { process, pass } = world();
    const insideEffect = gate();
    const hanging = noting(() => {
      insideEffect.open();
      return new Promise(() => {});
    });
    const dying = process({ effects: [hanging] });
    const { id } = await paidOrder(world(), dying);
    const nothing = async () => {};
    // The cut-off may come after the end of this test, when the store is closed.
    fulfil(withStore(dying, { extend: nothing, release: nothing }), id).catch(() => {});
    await insideEffect.opened;
    const effect = noting();
    const flow = process({ effects: [effect] });
    await pass(LEASE_MS - SECOND);
    await fulfil(flow, id);
    expect(effect.calls).toEqual([]);
    await pass(SECOND);
    await fulfil(flow, id);
    expect(effect.calls).toMatchObject([{ order: { id } }]);
  });

  it("whose success could not be written down runs again", async () => {
    const { process, pass } = world();
    const effect = noting();
    const flow = process({ effects: [effect] });
    const { id } = await paidOrder(world(), flow);
    const full = withStore(flow, { replace: () => Promise.reject(storeUnavailable("full")) });
    await expect(fulfil(full, id)).rejects.toThrow("unavailable (full)");
    await pass(SECOND);
    await reconcile(flow, BOUNDS);
    await reconcile(flow, BOUNDS);
    expect(effect.calls.map(({ order }) => order.id)).toEqual([id, id]);
  });

  it("does not hold up the others, and one that this version does not know waits for one that does", async () => {
    const { process, pass, provider } = world();
    const [known, failing, newer] = [noting(), noting(() => Promise.reject(new Error("down")), "fails"), noting()];
    const newerEffects = [failing, { ...newer, name: "newer" }, known];
    const { id, paymentId } = await paidOrder(world(), process({ effects: newerEffects }));
    const older = process({ effects: [failing, known] });
    await fulfil(older, id);
    const states = { fails: { doneAt: null, failures: 1 }, newer: { doneAt: null, failures: 1 } };
    const effects = [states.fails, states.newer, { doneAt: expect.any(Number), failures: 0 }];
    expect(await stateOf(older, id)).toMatchObject({ status: "paid", effects });
    await pass(15 * SECOND);
    await reconcile(process({ effects: newerEffects }), BOUNDS);
    expect([known.calls.length, failing.calls.length, newer.calls.length]).toEqual([1, 2, 1]);
    // What is reported later changes nothing of it.
    await receiveWebhook(older, provider, provider.webhook(paymentId, { status: "refunding" }));
    await older.runDeferred();
    expect(await stateOf(older, id)).toMatchObject({ status: "paid", effects: [{ failures: 2 }, { failures: 0 }, {}] });
    expect(known.calls).toHaveLength(1);
  });

  it("of any other event runs too, whatever the status, knows what happened, and is named in the history", async () => {
    const { process, shop, provider } = world();
    const causes: unknown[] = [];
    const watch: Effect = {
      name: "watch",
      events: ["paid", "attention", "refund"],
      run: ({ order, ...cause }) => void causes.push([order.status, cause]),
    };
    const flow = process({ effects: [watch] });
    const { order, paymentId } = await startedOrder(flow, shop);
    for (const status of ["underpaid", "confirming", "underpaid", "review", "paid"] as const) {
      await receiveWebhook(flow, provider, provider.webhook(paymentId, provider.report(paymentId, status)));
      await flow.runDeferred();
    }
    const paid = await stored(flow, order.id);
    const facts = {
      kind: "recorded",
      provider: null,
      payoutId: null,
      coin: "USDT",
      amount: "5",
      network: null,
    } as const;
    const more = { claimUrl: null, transactionHash: "0x1", note: null, createdAt: 1, updatedAt: 1 };
    const refund = { reference: "refund-0123456789", ...facts, status: "sent", ...more } as const;
    const updated = await updateOrder(flow, {
      find: async () => paid,
      change: (current) => ({
        write: { ...changeOrder(current, { refunds: [refund] }, { event: null, now: flow.clock.now() }), dueAt: null },
      }),
    });
    expect(updated?.change.write?.dueAt).toBe(flow.clock.now());
    await reconcile(flow, BOUNDS);
    expect(causes).toEqual([
      ["underpaid", { kind: "attention", reason: "underpaid" }],
      ["review", { kind: "attention", reason: "review" }],
      ["paid", { kind: "paid" }],
      ["paid", { kind: "attention", reason: "paid_late" }],
      ["paid", { kind: "refund", refund }],
    ]);
    const events = (await flow.store.events(order.id)).filter(({ type }) => type === "effect_done");
    expect(events.map(({ facts }) => facts.event)).toEqual([
      "underpaid",
      "review",
      "paid",
      "paid_late",
      "refund:refund-0123456789",
    ]);
  });

  it("does not wait for one that hangs, nor for a later event while one is running", async () => {
    const { process, shop, provider } = world();
    const [inside, mayEnd] = [gate(), gate()];
    const noted: string[] = [];
    const slow = onPaidEffect(async () => {
      inside.open();
      await mayEnd.opened;
    }, "slow");
    const watch: Effect = {
      name: "watch",
      events: ["paid", "attention"],
      run: (cause) => void noted.push(cause.kind),
    };
    const flow = process({ effects: [slow, watch] });
    const { paymentId } = await startedOrder(flow, shop);
    await receiveWebhook(flow, provider, provider.webhook(paymentId, provider.report(paymentId, "paid")));
    const running = flow.runDeferred();
    await inside.opened;
    await eventually(() => noted.length === 1 || undefined);
    const other = process({ effects: [slow, watch] });
    await receiveWebhook(other, provider, provider.webhook(paymentId, { status: "refunding" }));
    await other.runDeferred();
    expect(noted).toEqual(["paid"]);
    mayEnd.open();
    await running;
    expect(noted).toEqual(["paid", "attention"]);
  });

  it("that fails is given up at the merchant's wish, unless it succeeds after all", async () => {
    const { process, pass } = world();
    const inside = gate();
    const ends = gate();
    let isDown = true;
    const effect = noting(async () => {
      if (isDown) throw new Error("down");
      inside.open();
      await ends.opened;
    });
    const flow = process({ effects: [effect] });
    const { id } = await paidOrder(world(), flow);
    const name = { event: "paid", name: "deliver" };
    const needAttention = async () => (await flow.store.list({ filter: "attention", cursor: null, limit: 5 })).orders;
    expect(await giveUpEffect(flow, id, name)).toEqual({ ok: false, refusal: "no_change" });
    await flow.runDeferred();
    expect((await needAttention()).some((order) => order.id === id)).toBe(true);
    expect(await giveUpEffect(flow, id, name)).toMatchObject({
      ok: true,
      order: { effects: [{ doneAt: expect.any(Number), failures: 1 }] },
    });
    expect((await needAttention()).some((order) => order.id === id)).toBe(false);
    await pass(24 * 3_600 * SECOND);
    await reconcile(flow, BOUNDS);
    expect(effect.calls).toHaveLength(1);

    await runEffectAgain(flow, id, name);
    await flow.runDeferred();
    isDown = false;
    await pass(15 * SECOND);
    const running = reconcile(flow, BOUNDS);
    await inside.opened;
    expect(await giveUpEffect(flow, id, name)).toMatchObject({ ok: true });
    ends.open();
    await running;
    expect(await stateOf(flow, id)).toMatchObject({ effects: [{ doneAt: expect.any(Number), failures: 0 }] });
  });

  it("that has nothing to do says why, and is done", async () => {
    const { process } = world();
    const off: Effect = { ...noting(), run: () => ({ skipped: "switched off" }) };
    const flow = process({ effects: [off] });
    const { id } = await paidOrder(world(), flow);
    await flow.runDeferred();
    expect(await stateOf(flow, id)).toMatchObject({ effects: [{ doneAt: expect.any(Number), failures: 0 }] });
    const facts = { effect: "deliver", event: "paid", attempt: 1, skipped: "switched off" };
    expect((await flow.store.events(id)).at(-1)).toMatchObject({ type: "effect_done", source: "effect", facts });
  });

  it("runs again at the merchant's wish, done or failed, and that is in the history", async () => {
    const { process, pass } = world();
    let fails = false;
    const effect = noting(() => (fails ? Promise.reject(new Error("down")) : undefined));
    const flow = process({ effects: [effect] });
    const { id } = await paidOrder(world(), flow);
    const name = { event: "paid", name: "deliver" };
    const attempts = () => effect.calls.map(({ attempt }) => attempt);
    // It has not run at all: nothing to write, but it runs.
    expect(await runEffectAgain(flow, id, name)).toMatchObject({ ok: true });
    await flow.runDeferred();
    expect(attempts()).toEqual([1]);

    fails = true;
    expect(await runEffectAgain(flow, id, name)).toMatchObject({ ok: true, order: { effects: [{ doneAt: null }] } });
    await flow.runDeferred();
    await pass(15 * SECOND);
    await reconcile(flow, BOUNDS);
    expect(attempts()).toEqual([1, 1, 2]);
    fails = false;
    await runEffectAgain(flow, id, name);
    await flow.runDeferred();
    await pass(24 * 3_600 * SECOND);
    await reconcile(flow, BOUNDS);
    expect(attempts()).toEqual([1, 1, 2, 1]);
    expect(await stateOf(flow, id)).toMatchObject({ effects: [{ doneAt: expect.any(Number), failures: 0 }] });

    const again = (await flow.store.events(id)).filter(({ source }) => source === "merchant");
    const facts = { action: "run_effect_again", effect: "deliver", event: "paid" };
    expect(again).toMatchObject(Array(2).fill({ type: "merchant_action", from: "paid", to: "paid", facts }));
    for (const unknown of [
      { event: "paid", name: "mail" },
      { event: "review", name: "deliver" },
    ]) {
      expect(await runEffectAgain(flow, id, unknown)).toEqual({ ok: false, refusal: "unknown_effect" });
    }
    const noOrder = orderIdSchema.parse("x".repeat(22));
    expect(await runEffectAgain(flow, noOrder, name)).toEqual({ ok: false, refusal: "unknown_order" });
  });
});
