import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Order, Payment, PaymentId } from "@/lib/orders/order";
import { PAYMENT_STATUSES, type PaymentStatus } from "@/lib/orders/status";
import { orderViewSchema } from "@/lib/web/contract";
import { sampleOrder } from "@/test/sample-order";
import { orderView } from "./order-view";

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
