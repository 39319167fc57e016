import { expect, it } from "vitest";
import { continueRefunds, receivePayout, settlePayout } from "@/lib/checkout/payouts";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { reconcile } from "@/lib/checkout/reconcile";
import { settle } from "@/lib/checkout/settle";
import { type OrderId, openReasons, type Refund } from "@/lib/orders/order";
import { storeUnavailable } from "@/lib/orders/order-store";
import { failure, gate, onBothStores, startedOrder, stored, type TestFlow, withStore } from "@/test/flow-support";
import { ScriptedPayouts } from "@/test/scripted-payouts";
import { cancelRefund, holdRefund, offeredRefunds, planRefund, type RefundChoice, startRefund } from "./refunds";
import { markHandled } from "./repairs";

const ALL: RefundChoice = { number: 1, coin: "USDT", amount: "3.20", message: "Refund from Zoë" };
const RUN = { maxOrders: 50, deadlineMs: 60_000, asksDuringWaits: true };

onBothStores("a refund", (world) => {
  /** An order with 3.20 of its 5 USDT, and processes that may send money. */
  async function underpaidOrder() {
    const { shop, provider, process } = world();
    const payouts = new ScriptedPayouts();
    const start = () => process({ payouts: [payouts] });
    const flow = start();
    const { order, paymentId } = await startedOrder(flow, shop);
    const transaction = { chain: "main", coin: "USDT", amount: "3.20" } as const;
    const observation = provider.report(paymentId, "underpaid", { transaction });
    await settle(flow, { observation, source: "webhook" });
    return { flow, start, payouts, orderId: order.id, paymentId, reference: `${order.id}-refund-1` };
  }

  const refundOf = async (flow: TestFlow, id: OrderId): Promise<Refund> => {
    const { refunds } = await stored(flow, id);
    if (refunds.length !== 1 || refunds[0] === undefined) throw new Error(`There are ${refunds.length} refunds.`);
    return refunds[0];
  };

  const leaseOf = async ({ store }: TestFlow, id: OrderId) =>
    (await store.leaseValue({ key: `refunds:${id}`, now: world().clock.now() })) ?? "";

  /** What the history says of it, in order. */
  const told = async ({ store }: TestFlow, id: OrderId) =>
    (await store.events(id)).filter(({ type }) => type === "refund_changed").map(({ facts }) => facts.refund);

  it("is stored before it is sent, is sent after the answer, and leaves the payments as they are", async () => {
    const { flow, payouts, orderId, reference } = await underpaidOrder();
    const before = await stored(flow, orderId);
    const started = await startRefund(flow, orderId, ALL);
    expect(started).toMatchObject({ ok: true, refund: { status: "sending", amount: "3.20", claimUrl: null } });
    expect([payouts.requests, (await refundOf(flow, orderId)).status]).toEqual([[], "sending"]);
    await flow.runDeferred();
    const request = { reference, coin: "USDT", amount: "3.20", network: "Base", message: "Refund from Zoë" };
    expect(payouts.requests).toEqual([request]);
    const after = await stored(flow, orderId);
    expect(after.refunds).toMatchObject([{ status: "waiting", claimUrl: `https://pay.example/claim/${reference}` }]);
    expect([after.payments, after.status]).toEqual([before.payments, before.status]);
    const report = payouts.report(reference, "sent", { transactionHash: "0xabc" });
    await settlePayout(flow, { provider: "scripted", report, source: "webhook" });
    expect(await refundOf(flow, orderId)).toMatchObject({
      status: "sent",
      transactionHash: "0xabc",
      explorerUrl: "https://explorer.example/tx/0xabc",
    });
    expect(await told(flow, orderId)).toEqual(["sending", "waiting", "sent"]);
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
  });

  it("is one, however often the button is pressed in two processes", async () => {
    const { start, payouts, orderId } = await underpaidOrder();
    const flows = [start(), start()] as const;
    const presses = Array.from({ length: 20 }, (_, press) => startRefund(flows[press % 2 === 0 ? 0 : 1], orderId, ALL));
    const results = await Promise.all(presses);
    expect(results.every(({ ok }) => ok)).toBe(true);
    await Promise.all(flows.map((flow) => flow.runDeferred()));
    expect(await startRefund(flows[0], orderId, ALL)).toMatchObject({ ok: true, refund: { status: "waiting" } });
    await flows[0].runDeferred();
    expect([payouts.sent.size, (await refundOf(flows[0], orderId)).amount]).toEqual([1, "3.20"]);
  });

  it("of a test store's payment is not offered with the credentials of a live store", async () => {
    const { flow, orderId } = await underpaidOrder();
    const order = await stored(flow, orderId);
    const tested = { ...order, payments: order.payments.map((payment) => ({ ...payment, testStore: true })) };
    expect([order, tested].map((each) => offeredRefunds(flow, each).length)).toEqual([1, 0]);
    world().provider.testStore = true;
    expect(offeredRefunds(flow, tested)).toMatchObject([{ refundable: "3.20" }]);
  });

  it("of a test store's payment is not sent once the credentials are those of a live store", async () => {
    const { provider, pass } = world();
    provider.testStore = true;
    const { start, payouts, orderId, flow, reference } = await underpaidOrder();
    payouts.withStatusCall();
    payouts.refusal = failure("unauthorized");
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    expect([payouts.requests.length, (await refundOf(flow, orderId)).status]).toEqual([1, "sending"]);
    provider.testStore = false;
    payouts.refusal = null;
    const live = start();
    await pass(60_000);
    await reconcile(live, RUN);
    await live.runDeferred();
    expect([payouts.requests.length, (await refundOf(live, orderId)).status]).toEqual([1, "sending"]);
    provider.testStore = true;
    await continueRefunds(flow, orderId);
    expect((await refundOf(flow, orderId)).status).toBe("waiting");
    provider.testStore = false;
    for (const isOnHold of [true, false]) {
      const held = await holdRefund(live, orderId, { reference, isOnHold });
      expect(held).toEqual({ ok: false, refusal: "change_refused" });
    }
  });

  it("of other terms under the same number is refused, and so is more than is left", async () => {
    const { flow, payouts, orderId } = await underpaidOrder();
    const one: RefundChoice = { ...ALL, amount: "1.2" };
    expect(await startRefund(flow, orderId, one)).toMatchObject({ ok: true, refund: { amount: "1.2" } });
    const refused = [
      [{ ...one, amount: "2" }, "other_refund"],
      [{ ...one, number: 3 }, "other_refund"],
      [{ ...one, number: 2, amount: "2.000001" }, "more_than_received"],
      [{ ...ALL, number: 2, coin: "USDC" }, "nothing_left"],
    ] as const;
    for (const [choice, refusal] of refused)
      expect(await startRefund(flow, orderId, choice)).toEqual({ ok: false, refusal });
    for (const amount of ["", "0", "0.00", "-1", "1e3", "1,5", "0.0000001", "١"]) {
      expect(await startRefund(flow, orderId, { ...ALL, number: 2, amount }), amount).toEqual({
        ok: false,
        refusal: "wrong_amount",
      });
    }
    const plan = async (what: "all" | "overpaid") =>
      planRefund(flow, await stored(flow, orderId), { coin: "USDT", what, amount: "" });
    expect(await plan("overpaid")).toEqual({ ok: false, refusal: "nothing_left" });
    expect(await plan("all")).toEqual({ ok: true, number: 2, coin: "USDT", amount: "2.00" });
    expect(await startRefund(flow, orderId, { ...ALL, number: 2, amount: "2.00" })).toMatchObject({ ok: true });
    expect(await plan("all")).toEqual({ ok: false, refusal: "nothing_left" });
    expect(await startRefund(flow, orderId, { ...ALL, number: 3 })).toEqual({ ok: false, refusal: "nothing_left" });
    await flow.runDeferred();
    expect(payouts.requests.map(({ amount }) => amount)).toEqual(["1.2", "2.00"]);
  });

  it("is off unless a payout provider is configured", async () => {
    const { orderId } = await underpaidOrder();
    const flow = world().process();
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
    expect(await startRefund(flow, orderId, ALL)).toEqual({ ok: false, refusal: "not_offered" });
  });

  it("is sent by reconciliation after a process died before the call", async () => {
    const { flow, start, payouts, orderId } = await underpaidOrder();
    await startRefund(flow, orderId, ALL);
    const other = start();
    await world().pass(15_000);
    await reconcile(other, RUN);
    await other.runDeferred();
    expect([payouts.sent.size, (await refundOf(flow, orderId)).status]).toEqual([1, "waiting"]);
  });

  it("is asked for again under the same reference after a process died between the call and its answer", async () => {
    const { flow, start, payouts, orderId } = await underpaidOrder();
    await startRefund(flow, orderId, ALL);
    let isDead = false;
    const dying = withStore(start(), {
      replace: (write) => (isDead ? Promise.reject(storeUnavailable("dead")) : flow.store.replace(write)),
    });
    payouts.onCreate = (answer) => {
      isDead = true;
      return answer;
    };
    await expect(continueRefunds(dying, orderId)).rejects.toThrow();
    expect((await refundOf(flow, orderId)).status).toBe("unsure");
    payouts.onCreate = (answer) => answer;
    const other = start();
    await world().pass(15_000);
    await reconcile(other, RUN);
    await other.runDeferred();
    expect(payouts.requests[1]).toEqual(payouts.requests[0]);
    // The secret was in the lost answer: the merchant cancels, and sends another.
    expect([payouts.sent.size, await refundOf(flow, orderId)]).toMatchObject([
      1,
      { status: "waiting", claimUrl: null },
    ]);
  });

  it("waits through an outage without being given up, and one call is under way at a time", async () => {
    const { flow, start, payouts, orderId, reference } = await underpaidOrder();
    payouts.refusal = failure("unreachable");
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    for (let round = 0; round < 3; round += 1) {
      await world().pass(60_000);
      await reconcile(flow, RUN);
      await flow.runDeferred();
      expect((await refundOf(flow, orderId)).status).toBe("sending");
    }
    // The first failure is news, the others are not.
    expect(await told(flow, orderId)).toEqual(["sending", "sending"]);
    payouts.refusal = null;
    const slow = gate();
    payouts.onCreate = async (answer) => {
      await slow.opened;
      return answer;
    };
    const calls = payouts.requests.length;
    const first = continueRefunds(flow, orderId);
    await expect.poll(() => payouts.requests.length).toBe(calls + 1);
    await continueRefunds(start(), orderId);
    expect((await refundOf(flow, orderId)).status).toBe("unsure");
    expect(await cancelRefund(flow, orderId, { reference })).toEqual({
      ok: false,
      refusal: "not_sent_yet",
    });
    slow.open();
    await first;
    expect([payouts.requests.length, (await refundOf(flow, orderId)).status]).toEqual([calls + 1, "waiting"]);
  });

  it("fails only when the first call was refused for certain, or the provider says so of this payout", async () => {
    for (const { refusals, status } of [
      { refusals: [failure("refused")], status: "failed" },
      { refusals: [failure("forbidden")], status: "failed" },
      { refusals: [failure("unauthorized")], status: "sending" },
      { refusals: [failure("timeout", { maybeAccepted: true })], status: "unsure" },
      { refusals: [failure("timeout", { maybeAccepted: true }), failure("refused")], status: "unsure" },
    ]) {
      const { flow, payouts, orderId } = await underpaidOrder();
      await startRefund(flow, orderId, ALL);
      for (const refusal of refusals) {
        payouts.refusal = refusal;
        await continueRefunds(flow, orderId);
      }
      expect((await refundOf(flow, orderId)).status).toBe(status);
      if (status !== "unsure") continue;
      payouts.refusal = null;
      payouts.onCreate = (answer) =>
        answer.ok ? { ...answer, report: { ...answer.report, status: "failed" } } : answer;
      await continueRefunds(flow, orderId);
      expect((await refundOf(flow, orderId)).status).toBe("failed");
      expect(offeredRefunds(flow, await stored(flow, orderId))).toMatchObject([{ refundable: "3.20" }]);
    }
  });

  it("can be canceled before it is sent and while it waits, and what was collected all the same counts", async () => {
    const { flow, payouts, orderId, reference } = await underpaidOrder();
    await startRefund(flow, orderId, ALL);
    expect(await cancelRefund(flow, orderId, { reference })).toMatchObject({ ok: true, canceled: true });
    await flow.runDeferred();
    expect(payouts.requests).toEqual([]);
    await startRefund(flow, orderId, { ...ALL, number: 2 });
    await flow.runDeferred();
    const second = `${orderId}-refund-2`;
    expect(await cancelRefund(flow, orderId, { reference: second })).toMatchObject({ ok: true, canceled: true });
    expect(await cancelRefund(flow, orderId, { reference: second })).toEqual({ ok: false, refusal: "refund_ended" });
    expect(await cancelRefund(flow, orderId, { reference: "unknown-refund-0001" })).toEqual({
      ok: false,
      refusal: "unknown_refund",
    });
    expect(offeredRefunds(flow, await stored(flow, orderId))).toMatchObject([{ refundable: "3.20" }]);
    const late = payouts.report(second, "sent", { transactionHash: "0xdef" });
    await settlePayout(flow, { provider: "scripted", report: late, source: "webhook" });
    expect((await stored(flow, orderId)).refunds.map(({ status }) => status)).toEqual(["canceled", "sent"]);
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
  });

  it("is settled by a signed webhook once, with its own money only, and raises its effects once", async () => {
    const { provider } = world();
    const { start, payouts, orderId, flow: first, reference } = await underpaidOrder();
    const events: string[] = [];
    const run = (cause: { kind: string }) => void events.push(cause.kind);
    const flow = { ...start(), effects: [{ name: "tell", events: ["refund"] as const, run }] };
    await startRefund(first, orderId, ALL);
    await first.runDeferred();
    const report = payouts.report(reference, "sent", { transactionHash: "0xabc" });
    const deliver = async (payout: object, forged = false) => {
      const delivery = provider.signed(JSON.stringify({ payout }));
      if (forged) delivery.headers.set("x-signature", "0".repeat(64));
      const received = await receiveWebhook(flow, provider, delivery);
      return received.ok ? received.result : received.refusal.code;
    };
    expect(await deliver(report, true)).toBe("unauthenticated");
    expect(await deliver({ ...report, money: { coin: "USDT", amount: "99" } })).toBe("needs_review");
    expect(await deliver({ ...report, reference: `${"x".repeat(22)}-refund-1` })).toBe("unknown_payment");
    expect(await deliver({ ...report, reference: "payroll 2026-11" })).toBe("ignored");
    expect((await refundOf(flow, orderId)).status).toBe("waiting");
    const copies = await Promise.all(Array.from({ length: 10 }, () => deliver(report)));
    expect(copies.toSorted()).toEqual([...Array(9).fill("duplicate"), "refund_changed"]);
    expect(await deliver({ ...report, status: "expired" })).toBe("duplicate");
    await flow.runDeferred();
    expect([events, (await refundOf(flow, orderId)).status]).toEqual([["refund"], "sent"]);
    expect((await stored(flow, orderId)).effects).toHaveLength(1);
  });

  it("is read where the provider has a call for that, and a bank may send it back after its end", async () => {
    const { flow, payouts, orderId, reference } = await underpaidOrder();
    payouts.withStatusCall();
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    const hint = { kind: "payout_hint", reference, deliveryId: "hint" } as const;
    const results: string[] = [];
    for (const status of ["sent", "sent", "failed"] as const) {
      payouts.report(reference, status);
      const received = await receivePayout(flow, "scripted", hint);
      results.push(received.ok ? received.result : received.refusal.code);
    }
    expect(results).toEqual(["refund_changed", "duplicate", "refund_changed"]);
    expect([payouts.requests.length, (await refundOf(flow, orderId)).status]).toEqual([1, "failed"]);
    const unknown = await receivePayout(flow, "scripted", { ...hint, reference: `${"x".repeat(22)}-refund-1` });
    expect(unknown).toMatchObject({ ok: false, refusal: { code: "webhook_not_settled" } });
  });

  it("is never sent by another account, which would pay the same reference again", async () => {
    for (const isWaiting of [false, true]) {
      const { flow, start, payouts, orderId } = await underpaidOrder();
      if (!isWaiting) payouts.refusal = failure("timeout", { maybeAccepted: true });
      await startRefund(flow, orderId, ALL);
      await flow.runDeferred();
      payouts.refusal = null;
      payouts.account = "two";
      const calls = payouts.requests.length;
      await continueRefunds(start(), orderId);
      expect([payouts.requests.length, world().logged("refund_of_other_account").length > 0]).toEqual([calls, true]);
      payouts.account = "one";
      await continueRefunds(start(), orderId);
      expect([payouts.requests.length, (await refundOf(flow, orderId)).status]).toEqual([calls + 1, "waiting"]);
    }
  });

  it("is ended by the merchant when the provider will never tell, and counts if it was sent all the same", async () => {
    const { flow, start, payouts, orderId, reference } = await underpaidOrder();
    payouts.onCreate = () => failure("timeout", { maybeAccepted: true });
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    const notSent = () => cancelRefund(flow, orderId, { reference, notSent: true });
    expect(await notSent(), "a call may be under way").toEqual({ ok: false, refusal: "not_sent_yet" });
    await world().pass(11 * 60_000);
    expect(await cancelRefund(flow, orderId, { reference })).toEqual({ ok: false, refusal: "not_sent_yet" });
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
    const slow = gate();
    payouts.onCreate = () => slow.opened.then(() => failure("timeout", { maybeAccepted: true }));
    const asked = payouts.requests.length;
    const asking = continueRefunds(start(), orderId);
    await expect.poll(() => payouts.requests.length).toBe(asked + 1);
    expect(await notSent(), "it is being asked for again").toEqual({ ok: false, refusal: "not_sent_yet" });
    slow.open();
    await asking;
    await world().pass(11 * 60_000);
    expect(await notSent()).toMatchObject({ ok: true, canceled: true });
    expect(offeredRefunds(flow, await stored(flow, orderId))).toMatchObject([{ refundable: "3.20" }]);
    const calls = payouts.requests.length;
    await continueRefunds(flow, orderId);
    expect(payouts.requests.length).toBe(calls);
    const report = payouts.report(reference, "sent");
    await settlePayout(flow, { provider: "scripted", report, source: "webhook" });
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
    expect(await told(flow, orderId)).toEqual(["sending", "unsure", "canceled", "sent"]);
  });

  it("is not called unsent for a refusal of one call, when another one may have sent it", async () => {
    const { flow, start, payouts, orderId, reference } = await underpaidOrder();
    const [isCalled, mayEnd] = [gate(), gate()];
    payouts.onCreate = async () => {
      isCalled.open();
      await mayEnd.opened;
      return failure("rate_limited");
    };
    await startRefund(flow, orderId, ALL);
    const frozen = flow.runDeferred();
    await isCalled.opened;
    await world().pass(20_000);
    payouts.onCreate = () => failure("timeout", { maybeAccepted: true });
    const other = start();
    // As far as it knows, the process that stands still is gone.
    await other.store.release({ key: `refunds:${orderId}`, value: await leaseOf(other, orderId) });
    await continueRefunds(other, orderId);
    mayEnd.open();
    await frozen;
    expect((await refundOf(flow, orderId)).status).toBe("unsure");
    expect(await cancelRefund(flow, orderId, { reference })).toEqual({ ok: false, refusal: "not_sent_yet" });
    expect(offeredRefunds(flow, await stored(flow, orderId))).toEqual([]);
  });

  it("can be ended ten minutes after its second call, however often it is asked for afterwards", async () => {
    const { flow, payouts, orderId, reference } = await underpaidOrder();
    payouts.onCreate = () => failure("timeout", { maybeAccepted: true });
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    await continueRefunds(flow, orderId);
    await world().pass(9 * 60_000);
    await continueRefunds(flow, orderId);
    await world().pass(2 * 60_000);
    expect(await cancelRefund(flow, orderId, { reference, notSent: true })).toMatchObject({ ok: true, canceled: true });
  });

  it("pays for nothing: what was sent back is off the money of an order that is paid late", async () => {
    const { flow, payouts, orderId, paymentId, reference } = await underpaidOrder();
    const { provider } = world();
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    // A link that can still be collected counts as sent.
    await settle(flow, { observation: provider.report(paymentId, "paid"), source: "webhook" });
    expect(await stored(flow, orderId)).toMatchObject({ status: "review", attention: ["money_mismatch"] });
    const report = payouts.report(reference, "expired");
    await settlePayout(flow, { provider: "scripted", report, source: "webhook" });
    await settle(flow, { observation: provider.report(paymentId, "paid"), source: "webhook" });
    expect(await stored(flow, orderId)).toMatchObject({ status: "paid" });
  });

  it.each(["paid", "on hold"])(
    "gives nothing back that the provider has returned of a payment that was %s",
    async (kind) => {
      const { shop, provider, process } = world();
      const payouts = new ScriptedPayouts();
      const flow = process({ payouts: [payouts] });
      const { order, paymentId } = await startedOrder(flow, shop);
      const short = { coin: "USDT", amount: "3.20" };
      const money = { price: { currency: "USD", amount: "5.00" }, coins: short };
      const facts = kind === "paid" ? {} : { money, transaction: { chain: "main", ...short } as const };
      for (const status of ["paid", "refunding"] as const) {
        await settle(flow, { observation: provider.report(paymentId, status, facts), source: "webhook" });
      }
      const returned = await stored(flow, order.id);
      expect(openReasons(returned)).toContain(kind === "paid" ? "refund_after_paid" : "refunding");
      await markHandled(flow, order.id, openReasons(returned));
      const refused = { ok: false, refusal: "returned_by_provider" };
      expect(await startRefund(flow, order.id, ALL)).toEqual(refused);
      expect(planRefund(flow, await stored(flow, order.id), { coin: "USDT", what: "all", amount: "" })).toEqual(
        refused,
      );
    },
  );

  it("that could not be sent yet is canceled when its money is gone: returned, or collected by an earlier refund", async () => {
    for (const gone of ["returned", "collected"] as const) {
      const { flow, payouts, orderId, paymentId, reference } = await underpaidOrder();
      if (gone === "collected") {
        await startRefund(flow, orderId, ALL);
        await flow.runDeferred();
        await cancelRefund(flow, orderId, { reference });
      }
      const number = gone === "collected" ? 2 : 1;
      payouts.refusal = failure("unauthorized");
      expect(await startRefund(flow, orderId, { ...ALL, number })).toMatchObject({ ok: true });
      await flow.runDeferred();
      if (gone === "returned") {
        await settle(flow, { observation: world().provider.report(paymentId, "refunding"), source: "webhook" });
      } else {
        await settlePayout(flow, {
          provider: "scripted",
          report: payouts.report(reference, "sent"),
          source: "webhook",
        });
      }
      payouts.refusal = null;
      await world().pass(60_000);
      await reconcile(flow, RUN);
      await flow.runDeferred();
      const { refunds } = await stored(flow, orderId);
      expect(refunds.map(({ status }) => status)).toEqual(gone === "collected" ? ["sent", "canceled"] : ["canceled"]);
      expect(payouts.sent.size).toBe(gone === "collected" ? 1 : 0);
      expect((await flow.store.events(orderId)).at(-1)?.facts).toMatchObject({ reason: /Too little/ });
    }
  });

  it("keeps the end that was told while an older answer was under way", async () => {
    const { flow, payouts, orderId, reference } = await underpaidOrder();
    payouts.withStatusCall();
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    const old = gate();
    const read = payouts.readPayout;
    payouts.readPayout = async (payout) => {
      const answer = await read?.(payout);
      await old.opened;
      if (!answer) throw new Error("There is a status call.");
      return answer;
    };
    payouts.report(reference, "sent");
    const slow = receivePayout(flow, "scripted", { kind: "payout_hint", reference, deliveryId: "old" });
    for (const status of ["sent", "failed"] as const) {
      const report = payouts.report(reference, status);
      await settlePayout(flow, { provider: "scripted", report, source: "webhook" });
    }
    old.open();
    await slow;
    expect((await refundOf(flow, orderId)).status).toBe("failed");
  });

  it("never shows its secret in the history or the log", async () => {
    const { flow, orderId } = await underpaidOrder();
    await startRefund(flow, orderId, ALL);
    await flow.runDeferred();
    expect((await refundOf(flow, orderId)).claimUrl).toContain("/claim/");
    const logged = ["refund_started", "refund_changed", "order_changed"].flatMap((event) => world().logged(event));
    expect(logged.length).toBeGreaterThan(1);
    expect(JSON.stringify([await flow.store.events(orderId), logged])).not.toContain("/claim/");
  });
});
