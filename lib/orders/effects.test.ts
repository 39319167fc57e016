import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SAMPLE_NOW as NOW, sampleOrder, sampleWrite } from "@/test/sample-order";
import { changeOrder, dueEffects } from "./change-order";
import { happeningOf, withEffects } from "./effects";
import { ATTENTION, type Order, orderSchema, REASONS, type Refund } from "./order";
import { PAYMENT_STATUSES } from "./status";

const EFFECTS = [
  { name: "on_paid", events: ["paid"] },
  { name: "mail", events: ["paid", "attention", "refund"] },
  { name: "off", events: [] },
] as const;

const refund = (status: Refund["status"], reference = "refund-0123456789"): Refund => ({
  reference,
  kind: "payout",
  provider: "sample",
  payoutId: null,
  coin: "USDT",
  amount: "5.00",
  network: null,
  status,
  claimUrl: null,
  transactionHash: null,
  note: null,
  createdAt: NOW,
  updatedAt: NOW,
});

/** The order after a change, with its effects, and when it is due. */
function change(before: Order, changes: Partial<Order>, { now = NOW, due = null as number | null } = {}) {
  const { order } = changeOrder(before, changes, { event: null, now });
  const write = withEffects(before, sampleWrite(order, { dueAt: due }), { effects: EFFECTS, now });
  return { ...write, added: write.order.effects.slice(before.effects.length).map(({ event, name }) => [event, name]) };
}

describe("what follows from an event of an order", () => {
  it("is written with the change that makes it paid, and is due at once", () => {
    const { order, added, dueAt } = change(sampleOrder(), { status: "paid" });
    const mark = { event: "paid", doneAt: null, failures: 0, nextAt: NOW };
    expect(order.effects).toEqual([
      { ...mark, name: "on_paid" },
      { ...mark, name: "mail" },
    ]);
    expect(added).toHaveLength(2);
    expect(dueAt).toBe(NOW);
    expect(dueEffects(order, NOW)).toHaveLength(2);
    expect(dueEffects(order, NOW - 1)).toEqual([]);
    expect(change(sampleOrder(), { status: "paid" }, { due: NOW - 5 }).dueAt).toBe(NOW - 5);
    expect(change(sampleOrder(), { status: "paid" }, { due: NOW + 5 }).dueAt).toBe(NOW);
  });

  it("is nothing where nothing of interest changed, and then the write stays as it is", () => {
    const paid = sampleOrder({ status: "paid", attention: ["paid_late"], refunds: [refund("sent")] });
    for (const changes of [{}, { hidden: true }, { handled: ["paid_late"] }]) {
      const { order } = changeOrder(paid, changes, { event: null, now: NOW });
      const write = sampleWrite(order, { dueAt: NOW + 9 });
      expect(withEffects(paid, write, { effects: EFFECTS, now: NOW })).toBe(write);
    }
    for (const status of ["pending", "confirming", "failed", "canceled", "expired", "rejected"] as const) {
      expect(change(sampleOrder(), { status }).added).toEqual([]);
    }
  });

  it("includes each new reason for attention, a status that a person has to look at as well, once", () => {
    for (const status of ["underpaid", "review", "refunding"] as const) {
      expect(change(sampleOrder(), { status }).added).toEqual([[status, "mail"]]);
    }
    const both = change(sampleOrder(), { status: "review", attention: ["money_mismatch", "unknown_chain"] });
    expect(both.added).toEqual([
      ["money_mismatch", "mail"],
      ["unknown_chain", "mail"],
      ["review", "mail"],
    ]);
    const late = change(both.order, { status: "paid", attention: [...both.order.attention, "paid_late"] });
    expect(late.added).toEqual([
      ["paid", "on_paid"],
      ["paid", "mail"],
      ["paid_late", "mail"],
    ]);
    // The same reason comes back after it was gone.
    const confirming = change(change(sampleOrder(), { status: "review" }).order, { status: "confirming" });
    expect(change(confirming.order, { status: "review" }).added).toEqual([]);
    // What the merchant has dealt with is not news, until it comes up by something else.
    expect(change(sampleOrder({ handled: ["review"] }), { status: "review" }).added).toEqual([]);
    let { order } = change(sampleOrder(), { attention: ["money_mismatch"] });
    for (const again of [2, 3]) {
      const dealtWith = change(order, { handled: ["money_mismatch"] });
      expect(dealtWith.added).toEqual([]);
      const back = change(dealtWith.order, { handled: [] });
      expect(back.added).toEqual([[`money_mismatch#${again}`, "mail"]]);
      const happening = { kind: "attention", reason: "money_mismatch", again };
      expect(happeningOf(back.order, `money_mismatch#${again}`)).toEqual(happening);
      order = back.order;
    }
  });

  it("includes an end that follows on another one by way of a payout that was open again", () => {
    let { order } = change(sampleOrder({ refunds: [refund("waiting")] }), { refunds: [refund("failed")] });
    order = change(order, { refunds: [refund("waiting")] }).order;
    expect(change(order, { refunds: [refund("sent")] }).added).toEqual([["refund:refund-0123456789:sent", "mail"]]);
  });

  it("includes once each way in which a refund ended otherwise than before", () => {
    const sent = change(sampleOrder({ refunds: [refund("waiting")] }), { refunds: [refund("sent")] }).order;
    const back = change(sent, { refunds: [refund("failed")] });
    expect(back.added).toEqual([["refund:refund-0123456789:failed", "mail"]]);
    const happening = { kind: "refund", refund: back.order.refunds[0], isSecondEnd: true };
    expect(happeningOf(back.order, "refund:refund-0123456789:failed")).toEqual(happening);
    const again = change(back.order, { refunds: [refund("sent")] });
    expect(again.added).toEqual([["refund:refund-0123456789:sent", "mail"]]);
    expect(change(again.order, { refunds: [refund("failed")] }).added).toEqual([]);
    const canceled = change(sampleOrder({ refunds: [refund("waiting")] }), { refunds: [refund("canceled")] }).order;
    expect(change(canceled, { refunds: [refund("sent")] }).added).toEqual([["refund:refund-0123456789:sent", "mail"]]);
  });

  it("includes the end of each refund, however it ends", () => {
    const two = "refund-9876543210";
    for (const status of ["sent", "expired", "canceled", "failed"] as const) {
      const [waiting, ended] = [refund("waiting"), refund(status)];
      expect(change(sampleOrder({ refunds: [waiting] }), { refunds: [ended] }).added).toEqual([
        ["refund:refund-0123456789", "mail"],
      ]);
      expect(change(sampleOrder({ refunds: [ended] }), { refunds: [ended, refund(status, two)] }).added).toEqual([
        [`refund:${two}`, "mail"],
      ]);
    }
    for (const status of ["sending", "unsure", "waiting"] as const) {
      expect(change(sampleOrder(), { refunds: [refund(status)] }).added).toEqual([]);
    }
  });

  it("is found again by the stored name of its event", () => {
    const order = sampleOrder({ refunds: [refund("sent")] });
    expect(happeningOf(order, "paid")).toEqual({ kind: "paid" });
    expect(happeningOf(order, "refund:refund-0123456789")).toEqual({ kind: "refund", refund: order.refunds[0] });
    for (const reason of REASONS) expect(happeningOf(order, reason)).toEqual({ kind: "attention", reason });
    for (const unknown of ["", "pending", "refund:", "refund:another", "toString", "__proto__"]) {
      expect(happeningOf(order, unknown)).toBeNull();
    }
  });

  it("is added once for an order, event and effect, whatever happens in any order", () => {
    const anyChange = fc.record({
      status: fc.constantFrom(...PAYMENT_STATUSES),
      attention: fc.subarray([...ATTENTION]),
      handled: fc.subarray([...REASONS]),
      refunds: fc.array(fc.constantFrom(refund("waiting"), refund("sent"), refund("failed")), { maxLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 12 }), (changes) => {
        let order = sampleOrder();
        for (const each of changes) {
          const write = change(order, each);
          expect(write.order.effects.slice(0, order.effects.length)).toEqual(order.effects);
          if (write.order.effects.length > order.effects.length) expect(write.dueAt).toBe(NOW);
          order = write.order;
          orderSchema.parse(order);
        }
        const names = order.effects.map(({ event, name }) => `${event} ${name}`);
        expect(new Set(names).size).toBe(names.length);
        expect(names.includes("paid on_paid")).toBe(changes.some(({ status }) => status === "paid"));
        for (const { event } of order.effects) expect(happeningOf(order, event) ?? event).toBeTruthy();
      }),
    );
  });
});
