import fc from "fast-check";
import { expect, it, vi } from "vitest";
import type { OrderId, PaymentId } from "@/lib/orders/order";
import type { ProviderFailureKind } from "@/lib/provider/provider";
import {
  counted,
  failure,
  newestPayment,
  onBothStores,
  onSqlite,
  ScriptedProvider,
  startedOrder,
  stored,
  type TestFlow,
  type World,
} from "@/test/flow-support";
import { onPaidEffect } from "./fulfil";
import { readOrder } from "./read";
import { reconcile, reconcileOnVisit } from "./reconcile";
import { settle } from "./settle";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BOUNDS = { maxOrders: 500, deadlineMs: 45 * SECOND, asksDuringWaits: true };

/** Orders with one payment each, a second apart, the oldest first. */
async function openOrders({ shop, pass }: World, flow: TestFlow, count: number) {
  const orders: { id: OrderId; paymentId: PaymentId }[] = [];
  for (let opened = 0; opened < count; opened += 1) {
    const { order, paymentId } = await startedOrder(flow, shop);
    orders.push({ id: order.id, paymentId });
    await pass(SECOND);
  }
  return orders;
}

/** The same order with more payments, as "try again" makes it. */
async function addPayments(flow: TestFlow, id: OrderId, count: number): Promise<PaymentId[]> {
  const order = await stored(flow, id);
  const [payment = expect.fail()] = order.payments;
  const more = Array.from({ length: count - 1 }, (_, index) => ({
    ...payment,
    paymentId: `${payment.paymentId}-${index}` as PaymentId,
  }));
  const payments = [...order.payments, ...more];
  const next = { ...order, version: order.version + 1, payments };
  await flow.store.replace({ order: next, event: null, dueAt: order.createdAt, previous: order });
  return payments.map(({ paymentId }) => paymentId);
}

/** Takes every order out of the index of due orders. */
async function forgetAll({ store }: TestFlow, now: number): Promise<void> {
  for (const due of await store.due({ now: now + 10 * 24 * HOUR, limit: 1_000, from: "longest" })) {
    await store.postpone({ ...due, until: null });
  }
}

const ABOUT_ONE = [
  "forbidden",
  "not_found",
  "refused",
  "provider_error",
  "bad_answer",
  "bad_response_signature",
] as const;
const ABOUT_ALL = ["unreachable", "timeout", "rate_limited", "unauthorized"] as const;
const MISCHIEF = [
  ...ABOUT_ONE,
  ...ABOUT_ALL,
  "throws",
  "unreadable",
  "slow",
  "flaps",
  "ten payments",
  "effect fails",
] as const;

onBothStores("reconciliation", (world) => {
  it("finds paid orders for which no webhook came, once", async () => {
    const { process, provider, pass } = world();
    const flow = process();
    const orders = await openOrders(world(), flow, 3);
    for (const { paymentId } of orders) provider.report(paymentId, "paid");
    await pass(MINUTE);
    expect(await reconcile(flow, BOUNDS)).toEqual({ checked: 3, changed: 3, paid: 3 });
    await pass(HOUR);
    expect(await reconcile(process(), BOUNDS)).toEqual({ checked: 0, changed: 0, paid: 0 });
    expect(provider.asked).toHaveLength(3);
  });

  it("asks about every healthy order within a bounded number of runs, whatever the others do", {
    timeout: 120_000,
  }, async () => {
    const { kind, process, provider, shop, pass, clock, corrupt } = world();
    const fails = onPaidEffect(() => Promise.reject(new Error("as scripted")));
    const flow = process({ effects: [fails] });
    const behaviors = new Map<PaymentId, (typeof MISCHIEF)[number]>();
    provider.onRead = (answer, paymentId) => {
      const behavior = behaviors.get(paymentId);
      if (behavior === undefined) return answer;
      if (behavior === "throws") throw new Error("as scripted");
      if (behavior === "slow") clock.advance(20 * SECOND);
      if (behavior === "flaps") {
        const isConfirming = answer.ok && answer.observation.status === "confirming";
        provider.report(paymentId, isConfirming ? "review" : "confirming");
        return answer;
      }
      const refused = behavior === "ten payments" || behavior === "slow" ? "refused" : behavior;
      return failure(refused as ProviderFailureKind);
    };
    const mixes = fc.record({
      orders: fc.array(fc.constantFrom("healthy" as const, ...MISCHIEF), { minLength: 2, maxLength: 14 }),
      maxOrders: fc.integer({ min: 2, max: 9 }),
      gapMs: fc.constantFrom(5 * SECOND, MINUTE, HOUR),
    });
    await fc.assert(
      fc.asyncProperty(mixes, async ({ orders, maxOrders, gapMs }) => {
        const healthy: OrderId[] = [];
        for (const behavior of orders) {
          const { order, paymentId } = await startedOrder(flow, shop);
          if (behavior === "healthy" || behavior === "effect fails") provider.report(paymentId, "paid");
          if (behavior === "healthy") healthy.push(order.id);
          else if (behavior !== "effect fails") behaviors.set(paymentId, behavior);
          if (behavior === "effect fails") {
            await settle(flow, { observation: provider.report(paymentId, "paid"), source: "webhook" });
          }
          if (behavior === "ten payments") {
            for (const each of await addPayments(flow, order.id, 10)) behaviors.set(each, behavior);
          }
          if (behavior === "unreadable") await corrupt(order.id);
          await pass(SECOND);
        }
        await pass(MINUTE);
        for (let runs = 0; runs < orders.length; runs += 1) {
          await reconcile(flow, { maxOrders, deadlineMs: 15 * SECOND, asksDuringWaits: false });
          await pass(gapMs);
        }
        const statuses = await Promise.all(healthy.map(async (id) => (await stored(flow, id)).status));
        expect(statuses).toEqual(healthy.map(() => "paid"));
        await forgetAll(flow, clock.now());
      }),
      { numRuns: kind === "sqlite" ? 15 : 6 },
    );
  });

  it("puts off what it cannot read, at either end, and reaches what lies between in the next run", async () => {
    const { process, provider, pass, corrupt, logged } = world();
    const flow = process();
    const orders = await openOrders(world(), flow, 5);
    const [, , paid = expect.fail()] = orders;
    provider.report(paid.paymentId, "paid");
    for (const { id } of orders.filter(({ id }) => id !== paid.id)) await corrupt(id);
    await pass(MINUTE);
    expect(await reconcile(flow, { ...BOUNDS, maxOrders: 4 })).toEqual({ checked: 0, changed: 0, paid: 0 });
    await pass(5 * SECOND);
    expect(await reconcile(flow, { ...BOUNDS, maxOrders: 4 })).toEqual({ checked: 1, changed: 1, paid: 1 });
    expect(logged("reconcile_order_failed")).toHaveLength(4);
  });

  it("logs a refusal about one payment once, and asks again with growing gaps for seven days", async () => {
    const { process, provider, pass, clock, logged } = world();
    const flow = process();
    const [order = expect.fail()] = await openOrders(world(), flow, 1);
    provider.onRead = () => failure("refused", { code: "30001" });
    const askedAt: number[] = [];
    for (;;) {
      const [due] = await flow.store.due({ now: clock.now() + 10 * 24 * HOUR, limit: 1, from: "longest" });
      if (due === undefined) break;
      await pass(Math.max(0, due.dueAt - clock.now()));
      const asked = provider.asked.length;
      await reconcile(flow, BOUNDS);
      if (provider.asked.length > asked) askedAt.push(clock.now());
    }
    const gaps = askedAt.slice(1).map((at, index) => at - (askedAt[index] ?? at));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15 * SECOND);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(Math.max(...gaps)).toBe(6 * HOUR);
    expect(askedAt.length).toBeLessThan(80);
    expect((askedAt.at(-1) ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThan(6.5 * 24 * HOUR);
    expect(logged("payment_cannot_be_read")).toEqual([
      { orderId: order.id, paymentId: order.paymentId, kind: "refused", code: "30001" },
    ]);
  });

  it("ends a run at what concerns all payments, and begins the next one with other orders", async () => {
    for (const kind of ABOUT_ALL) {
      const { process, provider, pass, clock } = world();
      const flow = process();
      await openOrders(world(), flow, 10);
      await pass(MINUTE);
      provider.asked.length = 0;
      provider.onRead = () => failure(kind);
      for (const run of [1, 2]) {
        expect(await reconcile(flow, BOUNDS)).toEqual({ checked: 4, changed: 0, paid: 0 });
        expect(new Set(provider.asked).size).toBe(4 * run);
        await pass(5 * SECOND);
      }
      provider.onRead = (answer) => answer;
      await forgetAll(flow, clock.now());
    }
  });

  it("goes on past a payment that alone times out, and stops at a refused key or limit", async () => {
    const { process, provider, pass, clock } = world();
    const flow = process();
    for (const [kind, checked] of [
      ["timeout", 9],
      ["unreachable", 9],
      ["unauthorized", 4],
      ["rate_limited", 4],
    ] as const) {
      const orders = await openOrders(world(), flow, 9);
      for (const { paymentId } of orders) provider.report(paymentId, "paid");
      provider.onRead = (answer, paymentId) => (paymentId === orders[0]?.paymentId ? failure(kind) : answer);
      await pass(MINUTE);
      expect(await reconcile(flow, BOUNDS)).toEqual({ checked, changed: checked - 1, paid: checked - 1 });
      await forgetAll(flow, clock.now());
    }
  });

  it("reaches the payments of one provider, and due effects, although another provider is out of order", async () => {
    const { process, provider, shop, pass } = world();
    const down = new ScriptedProvider("down");
    down.onRead = () => failure("unauthorized");
    const delivered: string[] = [];
    const deliver = onPaidEffect(({ id }) => void delivered.push(id));
    const flow = process({ providers: [provider, down], effects: [deliver] });
    await openOrders({ ...world(), shop: { ...shop, provider: down } }, flow, 8);
    const [paid = expect.fail()] = await openOrders(world(), flow, 1);
    await settle(flow, { observation: provider.report(paid.paymentId, "paid"), source: "webhook" });
    const [order = expect.fail()] = await openOrders(world(), flow, 1);
    await openOrders({ ...world(), shop: { ...shop, provider: down } }, flow, 8);
    provider.report(order.paymentId, "paid");
    await pass(MINUTE);
    expect(await reconcile(flow, BOUNDS)).toMatchObject({ paid: 1 });
    expect(down.asked.length).toBeLessThanOrEqual(4);
    expect(delivered).toEqual([paid.id]);
  });

  it("finds a paid order behind any number of others, at either end, in the first small run", async () => {
    const { process, provider, pass, clock } = world();
    const flow = process();
    for (const isNewest of [true, false]) {
      const orders = await openOrders(world(), flow, 30);
      const paid = isNewest ? orders.at(-1) : orders[0];
      if (paid !== undefined) provider.report(paid.paymentId, "paid");
      await pass(MINUTE);
      expect(await reconcile(flow, { ...BOUNDS, maxOrders: 4 })).toEqual({ checked: 4, changed: 1, paid: 1 });
      await forgetAll(flow, clock.now());
    }
  });

  it("asks about the newest payment of an order first, and stops at the deadline inside it", async () => {
    const { process, provider, clock, pass } = world();
    const flow = process();
    const [order = expect.fail()] = await openOrders(world(), flow, 1);
    const payments = await addPayments(flow, order.id, 10);
    await pass(MINUTE);
    provider.onRead = () => {
      clock.advance(10 * SECOND);
      return failure("refused");
    };
    const startedAt = clock.now();
    expect(await reconcile(flow, BOUNDS)).toMatchObject({ checked: 1 });
    expect(provider.asked).toEqual(payments.slice(-4).toReversed());
    expect(clock.now() - startedAt).toBeLessThanOrEqual(BOUNDS.deadlineMs + 10 * SECOND);
    expect(await flow.store.due({ now: clock.now() + 14 * SECOND, limit: 1, from: "longest" })).toEqual([]);
  });

  it("leaves a payment alone that a page asked about just now, but not the older ones, which no page asks about", async () => {
    const { process, provider, pass } = world();
    const flow = process();
    const [few = expect.fail(), many = expect.fail()] = await openOrders(world(), flow, 2);
    const payments = await addPayments(flow, many.id, 4);
    await pass(MINUTE);
    for (const { id } of [few, many]) await readOrder(flow, id, { mayAsk: true });
    provider.asked.length = 0;
    expect(await reconcile(process(), BOUNDS)).toMatchObject({ checked: 1 });
    expect(provider.asked).toEqual(payments.toReversed());
  });

  it("puts an order off whose status changes at every look, and keeps its history short", async () => {
    const { process, provider, pass } = world();
    const flow = process();
    const [order = expect.fail()] = await openOrders(world(), flow, 1);
    await pass(10 * MINUTE);
    provider.onRead = (answer) => {
      provider.report(
        order.paymentId,
        answer.ok && answer.observation.status === "confirming" ? "review" : "confirming",
      );
      return answer;
    };
    for (let run = 0; run < 60; run += 1) {
      await reconcile(flow, BOUNDS);
      await pass(5 * SECOND);
    }
    expect(provider.asked.length).toBeLessThanOrEqual(3);
    for (let run = 0; run < 60; run += 1) {
      await pass(HOUR);
      await reconcile(flow, BOUNDS);
    }
    expect((await flow.store.events(order.id)).length).toBeLessThanOrEqual(6);
  });

  it("puts an order off before it asks, so that one that kills the process is not the first again", async () => {
    const { process, provider, pass, clock } = world();
    const flow = process();
    const orders = await openOrders(world(), flow, 2);
    await pass(10 * MINUTE);
    const due: number[] = [];
    provider.onRead = async (answer) => {
      due.push((await flow.store.due({ now: clock.now(), limit: 5, from: "longest" })).length);
      return answer;
    };
    await reconcile(flow, BOUNDS);
    expect(due).toEqual([0, 0]);
    expect(newestPayment(await stored(flow, orders[0]?.id ?? expect.fail()))).toBe(orders[0]?.paymentId);
  });

  it("takes orders that are gone or over out of the index, and keeps those that no provider can be asked about", async () => {
    const { process, pass, clock, logged, provider } = world();
    const flow = process();
    const [order = expect.fail()] = await openOrders(world(), flow, 1);
    await pass(MINUTE);
    await reconcile(process({ providers: [] }), BOUNDS);
    expect(logged("payment_cannot_be_read")).toMatchObject([{ kind: "provider_not_configured" }]);
    expect(await flow.store.due({ now: clock.now() + HOUR, limit: 5, from: "longest" })).toHaveLength(1);
    // The last look may come late, and comes once.
    await pass(7.5 * 24 * HOUR);
    provider.asked.length = 0;
    expect(await reconcile(flow, BOUNDS)).toEqual({ checked: 1, changed: 0, paid: 0 });
    expect(provider.asked).toEqual([order.paymentId]);
    expect(await flow.store.due({ now: clock.now() + 100 * 24 * HOUR, limit: 5, from: "longest" })).toEqual([]);
    // A late confirmation is settled all the same.
    await settle(flow, { observation: provider.report(order.paymentId, "paid"), source: "webhook" });
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid" });
  });
});

onSqlite("visits", (world) => {
  it("carry a small run each 5 s, after their answer", async () => {
    const { process, provider, pass } = world();
    vi.useFakeTimers({ toFake: ["performance"] });
    vi.advanceTimersByTime(HOUR);
    const flow = process();
    const { store, calls } = counted(flow.store);
    const orders = await openOrders(world(), flow, 8);
    for (const { paymentId } of orders) provider.report(paymentId, "paid");
    await pass(MINUTE);
    for (let visit = 0; visit < 10; visit += 1) reconcileOnVisit({ ...flow, store });
    expect(calls).toEqual([]);
    await flow.runDeferred();
    expect(provider.asked).toHaveLength(4);
    expect(calls.filter((name) => name === "due")).toHaveLength(2);
    vi.advanceTimersByTime(5 * SECOND);
    reconcileOnVisit(flow);
    await flow.runDeferred();
    expect(provider.asked).toHaveLength(8);
  });
});
