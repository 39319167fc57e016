import { describe, expect, it } from "vitest";
import type { Order } from "@/lib/orders/order";
import { sampleOrder, samplePayment } from "@/test/sample-order";
import { supportersOf } from "./supporters";

const named = (name: string | null, changes: Partial<Order> = {}): Order => ({
  ...sampleOrder(),
  status: "paid",
  price: { currency: "USD", minor: 5_00 },
  payer: { name, message: "for your eyes only", anonymous: false },
  ...changes,
});

const list = (orders: Order[], options = { shown: 10, amounts: true }) =>
  supportersOf(orders, { ...options, testStore: false });

describe("the wall", () => {
  it("leaves out who tried the test store, once the shop is live", () => {
    const tried = named("Grace", { payments: [samplePayment({ status: "paid", testStore: true })] });
    expect(list([tried])).toEqual([]);
    expect(supportersOf([tried], { shown: 10, amounts: true, testStore: true })).toHaveLength(1);
  });

  it("shows a name and an amount, and nothing else of the order", () => {
    expect(list([named("Grace")])).toEqual([{ name: "Grace", amount: "5.00", currency: "USD" }]);
    expect(list([named("Grace")], { shown: 10, amounts: false })).toEqual([
      { name: "Grace", amount: null, currency: "USD" },
    ]);
  });

  it.each([
    ["did not tick the box", { payer: { name: "Grace", message: null, anonymous: true } }],
    ["gave no name", { payer: { name: null, message: null, anonymous: false } }],
    ["was hidden by the merchant", { hidden: true }],
    ["has not paid in full", { status: "underpaid" }],
    ["is being paid", { status: "confirming" }],
  ] as const)("leaves out a payer who %s", (_why, changes) => {
    expect(list([named("Grace", changes)])).toEqual([]);
  });

  it("leaves out names that cannot be seen, and keeps those that can", () => {
    const unseen = ["\u200b\u200d", "\u3164", "\u2800 \u2800", "\u0301\u0301", "\u00ad", "\ufe0f", "\u{e0041}"];
    expect(list(unseen.map((name) => named(name)))).toEqual([]);
    const seen = ["דוד", "👩‍👩‍👧", "e\u0301", "-", "名無し"];
    expect(list(seen.map((name) => named(name))).map(({ name }) => name)).toEqual(seen);
  });

  it("ends after as many as the merchant wants", () => {
    expect(
      list(
        ["a", "b", "\u200b", "c"].map((name) => named(name)),
        { shown: 2, amounts: true },
      ),
    ).toHaveLength(2);
  });
});
