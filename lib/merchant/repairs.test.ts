import fc from "fast-check";
import { expect, it } from "vitest";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { type Order, openReasons } from "@/lib/orders/order";
import {
  failure,
  onBothStores,
  onSqlite,
  startedOrder,
  stored,
  type TestFlow,
  type World,
} from "../../test/flow-support";
import { SAMPLE_NOW, sampleOrder, samplePayment, sampleWrite } from "../../test/sample-order";
import {
  acceptAsPaid,
  checkNow,
  markHandled,
  type RefundFields,
  recordRefund,
  runEffectAgain,
  setHidden,
} from "./repairs";

const HASH = `0x${"ab".repeat(32)}`;
const REFUND: RefundFields = { coin: "usdt", amount: "3.00", hash: HASH, note: " from my wallet " };

/** An order whose payer sent too little. */
async function underpaid(world: World, flow: TestFlow) {
  const { order, paymentId } = await startedOrder(flow, world.shop);
  world.provider.report(paymentId, "underpaid");
  await checkNow(flow, order.id);
  const payment = { provider: world.provider.name, paymentId };
  return { id: order.id, payment, paymentId };
}

const lastEvent = async (flow: TestFlow, id: Order["id"]) => (await flow.store.events(id)).at(-1);

onBothStores("repairs", (world) => {
  it("hiding takes an order off the wall, showing brings it back, and doing either twice writes nothing", async () => {
    const flow = world().process();
    const payments = [samplePayment({ status: "paid", paidAt: SAMPLE_NOW })];
    const order = sampleOrder({ status: "paid", payments });
    await flow.store.insert(sampleWrite(order));
    const wall = async () =>
      (await flow.store.list({ filter: "wall", cursor: null, limit: 9 })).orders.map(({ id }) => id);
    expect(await wall()).toEqual([order.id]);
    for (const [hidden, shown] of [
      [true, []],
      [false, [order.id]],
    ] as const) {
      expect(await setHidden(flow, order.id, hidden)).toMatchObject({ ok: true, order: { hidden } });
      expect(await wall()).toEqual(shown);
      const { version } = await stored(flow, order.id);
      expect(await setHidden(flow, order.id, hidden)).toEqual({ ok: false, refusal: "no_change" });
      expect(await stored(flow, order.id)).toMatchObject({ version });
    }
    const actions = (await flow.store.events(order.id)).map(({ facts }) => facts.action).filter(Boolean);
    expect(actions).toEqual(["hide_from_wall", "show_on_wall"]);
  });

  it("accept an underpaid order as paid, which runs its effects once and is in its history", async () => {
    const ran: string[] = [];
    const effect = { name: "deliver", events: ["paid"], run: () => void ran.push("paid") } as const;
    const flow = world().process({ effects: [effect] });
    const { id, payment } = await underpaid(world(), flow);
    expect(openReasons(await stored(flow, id))).toEqual(["underpaid"]);

    expect(await acceptAsPaid(flow, id, payment)).toMatchObject({ ok: true, order: { status: "paid" } });
    await flow.runDeferred();
    const order = await stored(flow, id);
    expect(order).toMatchObject({ status: "paid", attention: [], effects: [{ name: "deliver", failures: 0 }] });
    expect(order.payments[0]?.paidAt).toBe(flow.clock.now());
    expect(openReasons(order)).toEqual([]);
    expect(ran).toEqual(["paid"]);
    const days = await flow.store.days({ from: null, to: null });
    expect(days.map(({ count, minor }) => [count, minor])).toContainEqual([1, order.price.minor]);
    const events = await flow.store.events(id);
    expect(events.filter(({ source }) => source === "merchant").at(-1)).toMatchObject({
      type: "merchant_action",
      from: "underpaid",
      to: "paid",
      facts: { action: "accept_as_paid" },
    });
    expect(await acceptAsPaid(flow, id, payment)).toEqual({ ok: false, refusal: "already_paid" });
  });

  it("accept a payment that is on hold for its money, and what is confirmed afterwards changes nothing", async () => {
    const flow = world().process();
    const { order, paymentId } = await startedOrder(flow, world().shop);
    const payment = { provider: world().provider.name, paymentId };
    world().provider.report(paymentId, "paid", { money: { price: null, coins: { coin: "USDT", amount: "1" } } });
    await receiveWebhook(flow, world().provider, world().provider.webhook(paymentId));
    expect(openReasons(await stored(flow, order.id))).toEqual(["money_mismatch", "review"]);
    await acceptAsPaid(flow, order.id, payment);
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid", payments: [{ onHold: false }] });
    expect(openReasons(await stored(flow, order.id))).toEqual([]);
    world().provider.report(paymentId, "paid");
    await receiveWebhook(flow, world().provider, world().provider.webhook(paymentId));
    expect(await stored(flow, order.id)).toMatchObject({ status: "paid" });
  });

  it("mark as handled what the merchant saw, and nothing that came after", async () => {
    const flow = world().process();
    const { id } = await underpaid(world(), flow);
    expect(await markHandled(flow, id, ["review"])).toEqual({ ok: false, refusal: "nothing_open" });
    await markHandled(flow, id, ["underpaid", "overpaid"]);
    expect(await stored(flow, id)).toMatchObject({ status: "underpaid", handled: ["underpaid"] });
    expect(await lastEvent(flow, id)).toMatchObject({ facts: { action: "mark_handled", reasons: "underpaid" } });
  });

  it("record a refund with its hash, once, and leave the payment as it is", async () => {
    const flow = world().process();
    const { id } = await underpaid(world(), flow);
    const { status, payments } = await stored(flow, id);
    expect(await recordRefund(flow, id, REFUND)).toMatchObject({ ok: true });
    const after = await stored(flow, id);
    expect(after).toMatchObject({ status, payments });
    const refund = { kind: "recorded", coin: "USDT", amount: "3.00", status: "sent", note: "from my wallet" };
    expect(after.refunds).toMatchObject([{ ...refund, transactionHash: HASH }]);
    expect(await lastEvent(flow, id)).toMatchObject({ facts: { coins: "3.00 USDT", transactionHash: HASH } });
    const again = { ...REFUND, hash: HASH.toUpperCase().replace("0X", "0x") };
    expect(await recordRefund(flow, id, again)).toEqual({ ok: false, refusal: "known_hash" });
    const bare = { ...again, hash: again.hash.replace(/^0x/i, "") };
    expect(await recordRefund(flow, id, bare)).toEqual({ ok: false, refusal: "known_hash" });
    expect((await stored(flow, id)).version).toBe(after.version);
  });

  it.each([
    [{ hash: "" }, "wrong_hash"],
    [{ hash: "0x12" }, "wrong_hash"],
    [{ hash: `${HASH} OR 1` }, "wrong_hash"],
    [{ amount: "" }, "wrong_amount"],
    [{ amount: "0.00" }, "wrong_amount"],
    [{ amount: "-3" }, "wrong_amount"],
    [{ amount: "1e3" }, "wrong_amount"],
    [{ amount: "5.01" }, "more_than_all"],
    [{ coin: "<b>" }, "wrong_coin"],
  ])("record no refund with %j", async (fields, refusal) => {
    const flow = world().process();
    const { id } = await underpaid(world(), flow);
    const { version } = await stored(flow, id);
    expect(await recordRefund(flow, id, { ...REFUND, ...fields })).toEqual({ ok: false, refusal });
    expect((await stored(flow, id)).version).toBe(version);
  });

  it("ask the provider no more often than a payer's page may, and say when it did not answer", async () => {
    const flow = world().process();
    const { order } = await startedOrder(flow, world().shop);
    await checkNow(flow, order.id);
    await checkNow(flow, order.id);
    expect(world().provider.asked).toHaveLength(1);
    await world().pass(5_000);
    world().provider.onRead = () => failure("unreachable");
    await checkNow(flow, order.id);
    expect(await lastEvent(flow, order.id)).toMatchObject({ facts: { action: "check_now", answered: false } });
  });
});

onSqlite("any sequence of repairs", (world) => {
  const step = fc.constantFrom("accept", "handled", "hide", "show", "refund", "check", "again", "late");

  it("changes no event that is there, and makes nothing unpaid that was paid", async () => {
    const effect = { name: "deliver", events: ["paid"], run: () => undefined } as const;
    const flow = world().process({ effects: [effect] });
    const statuses = fc.constantFrom("pending", "underpaid", "review", "expired", "paid" as const);
    await fc.assert(
      fc.asyncProperty(statuses, fc.array(step, { maxLength: 8 }), async (status, steps) => {
        const { order, paymentId } = await startedOrder(flow, world().shop);
        const payment = { provider: world().provider.name, paymentId };
        world().provider.report(paymentId, status);
        await checkNow(flow, order.id);
        let before = await stored(flow, order.id);
        let history = await flow.store.events(order.id);
        for (const [index, name] of steps.entries()) {
          const hash = HASH.slice(0, -1) + index;
          if (name === "accept") await acceptAsPaid(flow, order.id, payment);
          if (name === "handled") await markHandled(flow, order.id, openReasons(before));
          if (name === "hide" || name === "show") await setHidden(flow, order.id, name === "hide");
          if (name === "refund") await recordRefund(flow, order.id, { ...REFUND, hash });
          if (name === "check") await checkNow(flow, order.id);
          if (name === "again") await runEffectAgain(flow, order.id, { event: "paid", name: "deliver" });
          if (name === "late") {
            world().provider.report(paymentId, "expired");
            await receiveWebhook(flow, world().provider, world().provider.webhook(paymentId));
          }
          await flow.runDeferred();
          const [after, events] = [await stored(flow, order.id), await flow.store.events(order.id)];
          expect(events.slice(0, history.length)).toEqual(history);
          expect(events.length - history.length).toBeGreaterThanOrEqual(
            Number(after.version > before.version && name !== "late"),
          );
          if (before.status === "paid") expect(after).toMatchObject({ status: "paid", payments: before.payments });
          expect(after.refunds.slice(0, before.refunds.length)).toEqual(before.refunds);
          [before, history] = [after, events];
        }
      }),
      { numRuns: 60 },
    );
  });
});
