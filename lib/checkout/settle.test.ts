import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { type OrderStore, storeUnavailable } from "@/lib/orders/order-store";
import { eventually } from "@/test/eventually";
import { counted, gate, onBothStores, startedOrder, stored, withStore } from "@/test/flow-support";
import { onPaidEffect } from "./fulfil";
import { reconcile } from "./reconcile";
import { settle } from "./settle";

const EFFECT = onPaidEffect(() => {}, "deliver");

onBothStores("settling", (world) => {
  it("makes an order paid once, with its effects, of everything that reports it at once", async () => {
    const { shop, process, provider, clock } = world();
    const flows = [process({ effects: [EFFECT] }), process({ effects: [EFFECT] })] as const;
    const { order, paymentId } = await startedOrder(flows[0], shop);
    const confirming = { ...provider.report(paymentId, "confirming") };
    const expired = { ...provider.report(paymentId, "expired") };
    const paid = { ...provider.report(paymentId, "paid") };
    const reports = [paid, confirming, paid, expired, paid, confirming, expired, paid];
    const results = await Promise.all(
      reports.map((observation, index) =>
        settle(flows[index % 2 === 0 ? 0 : 1], { observation, source: index % 3 === 0 ? "webhook" : "poll" }),
      ),
    );
    const became = results.filter((result) => result.ok && result.changed && result.from !== "paid");
    expect(became.filter((result) => result.ok && result.order.status === "paid")).toHaveLength(1);
    const effects = [{ name: "deliver", doneAt: null, failures: 0, nextAt: clock.now() }];
    expect(await stored(flows[0], order.id)).toMatchObject({ status: "paid", effects });
    expect(await flows[0].store.due({ now: clock.now(), limit: 5, from: "longest" })).toHaveLength(1);
  });

  it("reads nothing where the caller has the order, and writes nothing for old news", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const observation = provider.report(paymentId, "confirming");
    const { store, calls } = counted(flow.store);
    const settled = await settle({ ...flow, store }, { observation, source: "poll" }, order);
    expect(calls).toEqual(["replace"]);
    expect(settled).toMatchObject({ ok: true, changed: true, from: "pending", order: { status: "confirming" } });
    calls.length = 0;
    await settle({ ...flow, store }, { observation, source: "poll" });
    expect(calls).toEqual(["findByPayment"]);
    // What the caller has may be old: the report then counts for what is stored.
    await settle({ ...flow, store }, { observation: provider.report(paymentId, "paid"), source: "poll" }, order);
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid", version: order.version + 2 });
  });

  it("loses no effect where its write succeeded, was called a conflict, and another write came in between", async () => {
    const { shop, process, provider, pass } = world();
    const delivered: string[] = [];
    const effect = onPaidEffect(({ id }) => void delivered.push(id));
    const [flow, other] = [process({ effects: [effect] }), process({ effects: [effect] })];
    const { order, paymentId } = await startedOrder(flow, shop);
    let lost = false;
    const replace: OrderStore["replace"] = async (write) => {
      const outcome = await flow.store.replace(write);
      if (lost) return outcome;
      lost = true;
      await settle(other, { observation: { ...provider.report(paymentId, "refunding") }, source: "webhook" });
      return "conflict";
    };
    const observation = { ...provider.report(paymentId, "paid") };
    await settle(withStore(flow, { replace }), { observation, source: "webhook" });
    const after = await stored(flow, order.id);
    expect(after).toMatchObject({ status: "paid", attention: ["refund_after_paid"], effects: [{ doneAt: null }] });
    expect(after.payments).toHaveLength(1);
    await pass(1_000);
    await reconcile(other, { maxOrders: 5, deadlineMs: 60_000, asksDuringWaits: true });
    expect(delivered).toEqual([order.id]);
  });

  it("throws when the result is not durable, and does not say that anything changed", async () => {
    const { shop, process, provider, logged } = world();
    const flow = process({ effects: [EFFECT] });
    const { paymentId } = await startedOrder(flow, shop);
    const full = withStore(flow, { replace: () => Promise.reject(storeUnavailable("full")) });
    const observation = provider.report(paymentId, "paid");
    await expect(settle(full, { observation, source: "webhook" })).rejects.toThrow("unavailable (full)");
    expect(logged("order_changed")).toEqual([]);
  });

  it("adds a payment that it never opened for a signed confirmation with our order's id only", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const { order, paymentId } = await startedOrder(flow, shop);
    const { order: other } = await startedOrder(flow, shop);
    const known = provider.report(paymentId, "paid");
    const unknown = { ...known, paymentId: "pay-unknown" as typeof paymentId, orderReference: order.id };
    const report = (changes: object, source: "webhook" | "poll" | "reconcile" = "webhook") =>
      settle(flow, { observation: { ...unknown, ...changes }, source });
    for (const source of ["poll", "reconcile"] as const) expect(await report({}, source)).toEqual({ ok: false });
    for (const status of ["confirming", "review", "underpaid"] as const) {
      expect(await report({ status, money: null })).toEqual({ ok: false });
    }
    for (const orderReference of [undefined, "", "x", "__proto__", randomBytes(18).toString("base64url")]) {
      expect(await report({ orderReference })).toEqual({ ok: false });
    }
    expect((await stored(flow, order.id)).payments).toHaveLength(1);

    // There is no quote to hold the coins against: what cannot be worth the price at all is for review.
    const cents = { ...unknown.money, coins: { coin: "USDT", amount: "0.05" } };
    expect(await report({ money: cents })).toMatchObject({ ok: true, counts: false, order: { status: "review" } });
    expect(await report({})).toMatchObject({ ok: true, counts: true, order: { status: "paid" } });
    const after = await stored(flow, order.id);
    expect(after.attention).toEqual(["money_mismatch", "unexpected_payment"]);
    expect(after.payments).toMatchObject([{ status: "pending" }, { status: "paid", checkoutUrl: null, quote: null }]);
    const found = await flow.store.search({ text: unknown.paymentId, cursor: null, limit: 5 });
    expect(found.orders.map(({ id }) => id)).toEqual([order.id]);
    // The same payment cannot pay a second order.
    expect(await report({ orderReference: other.id })).toMatchObject({ ok: true, order: { id: order.id } });
    expect((await stored(flow, other.id)).status).toBe("pending");
  });

  it("adds no second time a payment whose create call is answered while its confirmation is looked up", async () => {
    const { shop, process, provider } = world();
    const [flow, other] = [process(), process()];
    const answered = gate();
    let reference = "";
    provider.onCreate = async (answer, input) => {
      reference = input.orderReference;
      await answered.opened;
      return answer;
    };
    const starting = startedOrder(other, shop);
    const paymentId = await eventually(() => provider.opened[0]);
    const findByPayment: OrderStore["findByPayment"] = async (payment) => {
      const found = await flow.store.findByPayment(payment);
      answered.open();
      await starting;
      return found;
    };
    const observation = { ...provider.report(paymentId, "paid"), orderReference: reference };
    const settled = await settle(withStore(flow, { findByPayment }), { observation, source: "webhook" });
    expect(settled).toMatchObject({ ok: true, changed: true, counts: true });
    const { order } = await starting;
    const after = await stored(flow, order.id);
    expect(after.payments).toMatchObject([{ paymentId, status: "paid", checkoutUrl: expect.any(String) }]);
    expect(after.attention).toEqual([]);
  });
});
