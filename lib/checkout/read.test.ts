import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Order, Payment, PaymentId } from "@/lib/orders/order";
import { storeUnavailable } from "@/lib/orders/order-store";
import { PAYMENT_STATUSES, type PaymentStatus } from "@/lib/orders/status";
import { orderViewSchema } from "@/lib/web/contract";
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
import { sampleOrder } from "@/test/sample-order";
import { payAgain } from "./pay-again";
import { orderView, readOrder } from "./read";
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

  it("asks once in ten minutes about a payment that is no longer watched, and finds late money all the same", async () => {
    const { shop, process, pass, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    provider.report(paymentId, "expired");
    await poll(flow, order.id);
    await pass(8 * 24 * HOUR);
    provider.asked.length = 0;
    for (let n = 0; n < 40; n += 1) {
      await poll(flow, order.id);
      await pass(15 * SECOND);
    }
    expect(provider.asked).toHaveLength(1);
    provider.report(paymentId, "paid");
    await pass(HOUR);
    expect(await poll(flow, order.id)).toBe("paid");
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

const facts = { delayed: false, canPayAgain: false, labelOf: (provider: string | undefined) => `label of ${provider}` };

function orderOf(status: PaymentStatus, changes: Partial<Payment> = {}): Order {
  const order = sampleOrder({ status });
  const payments = order.payments.map((payment) => ({ ...payment, status, ...changes }));
  return { ...order, payments };
}

describe("what is missing of a payment", () => {
  const shortfall = (status: PaymentStatus, amount: string | undefined) =>
    orderView(orderOf(status, { transaction: { chain: "main", coin: "USDT", ...(amount && { amount }) } }), facts)
      .shortfall;

  it.each([
    ["3", { required: "5.000000", received: "3.000000", missing: "2.000000" }],
    ["3.5", { required: "5.000000", received: "3.500000", missing: "1.500000" }],
    ["0", { required: "5.000000", received: "0.000000", missing: "5.000000" }],
    ["4.99999999", { required: "5.00000000", received: "4.99999999", missing: "0.00000001" }],
  ])("is written with the same decimals as the rest, after %s", (received, told) => {
    expect(shortfall("underpaid", received)).toEqual({ coin: "USDT", ...told });
  });

  it("shows a shortfall also while the money is sent back, and in no other state", () => {
    expect(shortfall("refunding", "3")).toMatchObject({ received: "3.000000", missing: "2.000000" });
    expect(shortfall("refunding", "5")).toBeUndefined();
    expect(shortfall("refunding", undefined)).toBeUndefined();
    for (const status of ["paid", "rejected", "review"] as const) expect(shortfall(status, "3")).toBeUndefined();
  });
});

describe("the rate of a receipt", () => {
  const rate = (price: Order["price"], amount: string) => {
    const quote = { coin: "USDT", amount, rate: "0.9149", accepted: ["USDT"] };
    const order = { ...orderOf("paid", { quote, transaction: { chain: "main" } }), price };
    return orderView(order, facts).receipt?.rate;
  };

  it("is in coins for one unit of the currency, whichever way the provider's own points", () => {
    expect(rate({ currency: "EUR", minor: 500 }, "5.465")).toBe("1.0930");
    expect(rate({ currency: "JPY", minor: 500 }, "3.41")).toBe("0.006820");
    expect(rate({ currency: "USDT", minor: 500 }, "5")).toBeNull();
  });
});

describe("a payer", () => {
  it("sees a document of the contract, and nothing of names, messages, provider ids and other payments", () => {
    const statuses = fc.array(fc.constantFrom(...PAYMENT_STATUSES), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(statuses, fc.boolean(), (list, delayed) => {
        const secret = "canary-4711";
        const [sample = expect.fail()] = sampleOrder().payments;
        const payments = list.map((status, index) => ({
          ...sample,
          status,
          paymentId: `${secret}-${index}` as PaymentId,
          transaction: { chain: "main" as const, transactionId: secret, from: secret },
        }));
        const order = { ...sampleOrder({ status: list[0] ?? "pending" }), payments };
        const view = orderView(
          { ...order, payer: { name: secret, message: secret, anonymous: false } },
          { ...facts, delayed },
        );
        expect(orderViewSchema.parse(JSON.parse(JSON.stringify(view)))).toEqual(view);
        expect(JSON.stringify(view)).not.toContain(secret);
        expect("checkoutUrl" in view).toBe(order.status === "pending");
      }),
    );
  });

  it("sees where to pay to, and until when, only while nothing has come", () => {
    const payTo = { address: "0xaa", amount: "5.02", coin: "USDT", network: "Ethereum", uri: null };
    for (const status of PAYMENT_STATUSES) {
      const view = orderView(orderOf(status, { checkoutUrl: null, payTo, expiresAt: 1_800_000_000_000 }), facts);
      expect(orderViewSchema.parse(view)).toEqual(view);
      const shown = status === "pending" ? { payTo, expiresAt: "2027-01-15T08:00:00.000Z" } : {};
      expect([view.checkoutUrl, view.payTo, view.expiresAt]).toEqual([undefined, shown.payTo, shown.expiresAt]);
    }
  });

  it("sees what was sent back to them, and never where it can be collected", () => {
    const bare = { kind: "payout", provider: "sample", coin: "USDT", network: "Base", note: "canary-4711" } as const;
    const secret = { payoutId: "canary-4711", claimUrl: "https://pay.example/claim/canary-4711" };
    const refund = { ...bare, ...secret, amount: "3.20", createdAt: 0, updatedAt: 1_800_000_000_000 };
    const statuses = ["sending", "unsure", "waiting", "sent", "expired", "canceled", "failed"] as const;
    const refunds = statuses.map((status) => ({
      ...refund,
      reference: `canary-4711-${status}-0001`,
      status,
      transactionHash: "0xabc",
    }));
    const view = orderView({ ...orderOf("underpaid"), refunds }, facts);
    const sentAt = "2027-01-15T08:00:00.000Z";
    const seen = { coin: "USDT", amount: "3.20", sentAt, transactionHash: "0xabc", explorerUrl: null };
    expect(view.refunds).toEqual([seen]);
    expect(orderViewSchema.parse(view)).toEqual(view);
    expect(JSON.stringify(view)).not.toContain("canary-4711");
  });

  it("sees the payment that gave the order its status, of several the newest", () => {
    const order = orderOf("canceled");
    const [first = expect.fail()] = order.payments;
    const other = (id: string, status: PaymentStatus): Payment => ({
      ...first,
      status,
      provider: id,
      paymentId: id as PaymentId,
      checkoutUrl: `https://pay.example/${id}`,
    });
    const shown = (status: PaymentStatus, ...payments: Payment[]) => orderView({ ...order, status, payments }, facts);
    const [a, b, c] = [other("a", "pending"), other("b", "pending"), other("c", "paid")];
    expect(shown("pending", first, a, b)).toMatchObject({ checkoutUrl: b.checkoutUrl, provider: "label of b" });
    expect(shown("paid", c, a, b)).toMatchObject({ paid: true, terminal: true, provider: "label of c" });
    expect(shown("pending")).toMatchObject({ paid: false, provider: "label of undefined" });
  });
});
