import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { storeUnavailable } from "@/lib/orders/order-store";
import {
  counted,
  failure,
  gate,
  isUnderWay,
  newestPayment,
  onBothStores,
  onSqlite,
  startedOrder,
  stored,
  type TestFlow,
  withStore,
} from "@/test/flow-support";
import { payAgain } from "./pay-again";
import { readOrder } from "./read";
import { reconcile } from "./reconcile";
import { settle } from "./settle";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** What a page shows: the status, and whether it is the last known one only. */
async function poll(flow: TestFlow, id: string, mayAsk = true): Promise<string> {
  const read = await readOrder(flow, id, { mayAsk });
  if (!read.ok) return "not found";
  return read.delayed ? `${read.order.status}, delayed` : read.order.status;
}

onBothStores("reading an order", (world) => {
  it("asks the provider once in 4.9 s, and once in 15 s after an end, for all pages and processes together", async () => {
    const { shop, process, pass, provider } = world();
    const flows = [process(), process()] as const;
    const { order, paymentId } = await startedOrder(flows[0], shop);
    const pollAll = () =>
      Promise.all(Array.from({ length: 10 }, (_, page) => poll(flows[page % 2 === 0 ? 0 : 1], order.id)));
    await pollAll();
    expect(provider.asked).toEqual([paymentId]);
    await pass(4 * SECOND);
    await pollAll();
    expect(provider.asked).toHaveLength(1);
    await pass(SECOND);
    provider.report(paymentId, "expired");
    await pollAll();
    expect(provider.asked).toHaveLength(2);

    await pass(5 * SECOND);
    await pollAll();
    expect(provider.asked).toHaveLength(3);
    await pass(14 * SECOND);
    await pollAll();
    expect(provider.asked).toHaveLength(3);
    provider.report(paymentId, "paid");
    await pass(SECOND);
    expect(await pollAll()).toContain("paid");
    await pass(HOUR);
    await pollAll();
    expect(provider.asked).toHaveLength(4);
  });

  it.each([1, 6, 20])(
    "asks twelve times a minute for %i pages that poll every 5 s, however they are staggered",
    async (pages) => {
      const { shop, process, pass, provider } = world();
      const flow = process();
      const { order } = await startedOrder(flow, shop);
      for (let n = 0; n < 12 * pages; n += 1) {
        await poll(flow, order.id);
        await pass(Math.ceil((5 * SECOND) / pages));
      }
      expect(provider.asked).toHaveLength(12);
    },
  );

  it("reads the order once, and writes only what the answer changed", async () => {
    const { shop, process, pass, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const callsOf = async (mayAsk = true) => {
      const { store, calls } = counted(flow.store);
      await readOrder({ ...flow, store }, order.id, { mayAsk });
      return calls;
    };
    expect(await callsOf(false)).toEqual(["get", "leaseValue"]);
    expect(await callsOf()).toEqual(["get", "leaseValue", "acquire"]);
    expect(await callsOf()).toEqual(["get", "leaseValue"]);
    expect(provider.asked).toHaveLength(1);
    await pass(5 * SECOND);
    provider.report(paymentId, "paid");
    expect(await callsOf()).toEqual(["get", "leaseValue", "acquire", "replace"]);
    expect(await callsOf()).toEqual(["get", "leaseValue"]);
  });

  it("shows what is stored to those who asked too often, and asks and writes nothing", async () => {
    const { shop, process, provider, fingerprint } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "paid");
    const before = await fingerprint();
    for (let view = 0; view < 5; view += 1) expect(await poll(flow, order.id, false)).toBe("pending");
    for (const strange of ["x", "__proto__", "../orders", randomBytes(18).toString("base64url")]) {
      expect(await poll(flow, strange)).toBe("not found");
    }
    expect(await fingerprint()).toBe(before);
    expect(provider.asked).toEqual([]);
  });

  it("respects a Retry-After in every process, about all payments of the order and about no other order", async () => {
    const { shop, process, pass, provider } = world();
    const flows = [process(), process()] as const;
    const { order, paymentId: first } = await startedOrder(flows[0], shop);
    await settle(flows[0], { observation: provider.report(first, "failed"), source: "poll" });
    const limit = { take: async () => ({ ok: true }) as const, recentRefusal: () => null };
    await payAgain(flows[0], shop, { orderId: order.id, limit });
    const { order: other } = await startedOrder(flows[0], shop);
    provider.asked.length = 0;
    provider.onRead = () => failure("rate_limited", { retryAfterSeconds: 60 });
    expect(await poll(flows[0], order.id)).toBe("pending, delayed");
    provider.onRead = (answer) => answer;
    provider.report(newestPayment(await stored(flows[0], order.id)), "paid");
    for (let waited = 0; waited < 55; waited += 5) {
      await pass(5 * SECOND);
      expect(await poll(flows[waited % 2 === 0 ? 1 : 0], order.id)).toBe("pending, delayed");
    }
    expect(provider.asked).toHaveLength(1);
    expect(await poll(flows[1], other.id)).toBe("pending");
    await pass(5 * SECOND);
    expect(await poll(flows[1], order.id)).toBe("paid");
  });

  it("is not kept from asking by a Retry-After for more than 5 minutes, nor by one of nothing", async () => {
    const { shop, process, pass, provider } = world();
    const flow = process();
    const { order } = await startedOrder(flow, shop);
    for (const [retryAfterSeconds, waitedSeconds] of [
      [1e9, 300],
      [0, 5],
      [-5, 5],
      [1, 5],
    ] as const) {
      // A wait may come with a good answer too.
      provider.onRead = (answer) => (answer.ok ? { ...answer, retryAfterSeconds } : answer);
      provider.asked.length = 0;
      await poll(flow, order.id);
      await pass((waitedSeconds - 1) * SECOND);
      await poll(flow, order.id);
      expect(provider.asked).toHaveLength(1);
      provider.onRead = (answer) => answer;
      await pass(SECOND);
      expect(await poll(flow, order.id)).toBe("pending");
      expect(provider.asked).toHaveLength(2);
      await pass(5 * SECOND);
    }
  });

  it("shares a Retry-After with reconciliation: a scheduler asks all the same, a visit does not", async () => {
    const { shop, process, pass, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const run = (asksDuringWaits: boolean) =>
      reconcile(process(), { maxOrders: 5, deadlineMs: 60_000, asksDuringWaits });
    await pass(60 * SECOND);
    provider.onRead = () => failure("rate_limited", { retryAfterSeconds: 120 });
    expect(await run(true)).toMatchObject({ checked: 1, changed: 0 });
    provider.onRead = (answer) => answer;
    provider.report(paymentId, "paid");
    await pass(60 * SECOND);
    expect(await poll(flow, order.id)).toBe("pending, delayed");
    expect(await run(false)).toEqual({ checked: 0, changed: 0, paid: 0 });
    await pass(40 * SECOND);
    expect(await run(true)).toEqual({ checked: 1, changed: 1, paid: 1 });
  });

  it("does not make a page wait for a slow provider for more than 3 s, and settles the answer all the same", async () => {
    const { shop, process, clock, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const answering = gate();
    provider.report(paymentId, "paid");
    provider.onRead = (answer) => answering.opened.then(() => answer);
    const page = poll(flow, order.id);
    await vi.waitFor(() => expect(provider.asked).toHaveLength(1));
    clock.advance(3 * SECOND - 1);
    expect(await isUnderWay(page)).toBe(true);
    clock.advance(1);
    expect(await page).toBe("pending, delayed");
    answering.open();
    await flow.runDeferred();
    expect(await poll(flow, order.id)).toBe("paid");
  });

  it("asks about the three newest payments only, and says that a provider is not configured any more", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const payments = [0, 1, 2, 3].map((index) => ({
      ...(order.payments[0] ?? expect.fail()),
      paymentId: `${paymentId}-${index}` as typeof paymentId,
    }));
    const next = { ...order, version: order.version + 1, payments: [...order.payments, ...payments] };
    await flow.store.replace({ order: next, event: null, dueAt: null, previous: order });
    expect(await poll(process({ providers: [] }), order.id)).toBe("pending, delayed");
    await world().pass(5 * SECOND);
    await poll(flow, order.id);
    expect(provider.asked).toEqual(payments.slice(1).map((payment) => payment.paymentId));
  });

  it("shows what is known, as delayed, when the store can be read and not written; and refuses what it cannot read", async () => {
    const { shop, process, pass, provider, corrupt, logged } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const full = () => Promise.reject(storeUnavailable("full"));
    expect(await poll(withStore(flow, { acquire: full }), order.id)).toBe("pending, delayed");
    expect(provider.asked).toEqual([]);
    provider.report(paymentId, "paid");
    expect(await poll(withStore(flow, { replace: full }), order.id)).toBe("pending, delayed");
    expect(logged("store_unavailable")).toHaveLength(2);
    await pass(5 * SECOND);
    expect(await poll(flow, order.id)).toBe("paid");
    await corrupt(order.id);
    await expect(poll(flow, order.id)).rejects.toMatchObject({ name: "StoreUnavailableError" });
  });
});

onSqlite("reading an order while the clock of the host was wrong", (world) => {
  it.each([15 * SECOND, 240 * SECOND, HOUR])("asks again at once when it is set back by %s ms", async (aheadMs) => {
    const { shop, process, clock, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    for (const answer of ["without a wait", "with one"]) {
      clock.advance(aheadMs);
      if (answer === "with one") provider.onRead = () => failure("rate_limited", { retryAfterSeconds: 60 });
      await poll(flow, order.id);
      clock.advance(-aheadMs);
      provider.onRead = (known) => known;
      provider.asked.length = 0;
      expect(await poll(flow, order.id)).toBe("pending");
      expect(provider.asked).toEqual([paymentId]);
      clock.advance(4 * SECOND);
    }
  });
});
