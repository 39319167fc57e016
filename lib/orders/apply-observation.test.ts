import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PaymentObservation } from "@/lib/provider/provider";
import { applyObservation } from "./apply-observation";
import { nextCheckAt } from "./next-check";
import {
  type Order,
  orderEventSchema,
  orderIdSchema,
  orderSchema,
  paymentIdSchema,
  SOURCES,
  type Source,
} from "./order";
import { PAYMENT_STATUSES, type PaymentStatus } from "./status";
import { nextStatus } from "./transition";

const CREATED_AT = 1_770_000_000_000;
const NOW = CREATED_AT + 60_000;
const FIRST = paymentIdSchema.parse("intent-1");
const SECOND = paymentIdSchema.parse("intent-2");
const RIGHT = { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount: "5.000000" } };

function orderWith(...statuses: PaymentStatus[]): Order {
  const attempts = statuses.map((status, index) => ({
    paymentId: [FIRST, SECOND][index] ?? FIRST,
    checkoutUrl: "https://checkout.allscale.io/x",
    createdAt: CREATED_AT,
    expiresAt: null,
    quote: { coin: "USDT", amount: "5.000000", rate: "1.0000" },
    status,
    held: false,
    transaction: null,
    paidAt: status === "paid" ? CREATED_AT : null,
  }));
  return orderSchema.parse({
    id: orderIdSchema.parse("abcdefghijklmnopqrstuvwx"),
    version: 1,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    price: { currency: "USD", minor: 500 },
    payer: { name: null, message: null, anonymous: true },
    status: statuses.at(-1) ?? "pending",
    creation: { state: "created", at: CREATED_AT },
    attempts,
    attention: [],
    nextCheckAt: null,
  });
}

function report(status: PaymentStatus, facts: Partial<PaymentObservation> = {}): PaymentObservation {
  const money = status === "paid" ? RIGHT : null;
  return { paymentId: FIRST, status, providerStatus: "20", money, transaction: null, ...facts };
}

function apply(order: Order, observation: PaymentObservation, source: Source = "webhook"): Order {
  return applyObservation(order, { observation, source, now: NOW })?.order ?? order;
}

const triples = PAYMENT_STATUSES.flatMap((current) =>
  PAYMENT_STATUSES.flatMap((reported) => SOURCES.map((source) => [current, reported, source] as const)),
);

describe("a report about a payment", () => {
  it.each(triples)("state: %s, reported %s by %s, follows the table", (current, reported, source) => {
    const before = orderWith(current);
    const applied = applyObservation(before, { observation: report(reported), source, now: NOW });
    const after = applied?.order ?? before;
    expect(after.attempts[0]?.status).toBe(nextStatus(current, reported));
    expect(after.status).toBe(nextStatus(current, reported));
    if (applied !== null) {
      expect(orderSchema.parse(applied.order)).toEqual(applied.order);
      expect(orderEventSchema.parse(applied.event)).toMatchObject({ source, from: current, to: after.status });
      expect(applied.order.version).toBe(before.version + 1);
    }
  });

  it("changes nothing and writes nothing the second time", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PAYMENT_STATUSES), fc.constantFrom(...PAYMENT_STATUSES), (current, reported) => {
        const once = apply(orderWith(current), report(reported));
        expect(applyObservation(once, { observation: report(reported), source: "poll", now: NOW + 1 })).toBeNull();
      }),
    );
  });

  it("makes a later version, also by a clock that is behind", () => {
    const first = apply(orderWith("pending"), report("confirming"));
    const behind = applyObservation(first, { observation: report("paid"), source: "poll", now: NOW - 60_000 });
    expect(behind?.order.updatedAt).toBe(first.updatedAt + 1);
  });

  it("about a payment of another order is nobody's", () => {
    const stranger = report("paid", { paymentId: SECOND });
    expect(applyObservation(orderWith("pending"), { observation: stranger, source: "webhook", now: NOW })).toBeNull();
  });
});

const WRONG_MONEY: [string, Partial<PaymentObservation>][] = [
  ["another amount", { money: { ...RIGHT, price: { currency: "USD", amount: "4.99" } } }],
  ["more than asked", { money: { ...RIGHT, price: { currency: "USD", amount: "5.01" } } }],
  ["another currency", { money: { ...RIGHT, price: { currency: "EUR", amount: "5.00" } } }],
  ["no price", { money: { ...RIGHT, price: null } }],
  ["no money at all", { money: null }],
  ["coins that nobody knows", { money: { ...RIGHT, coins: { coin: "DOGE", amount: "5.000000" } } }],
  ["far too few coins", { money: { ...RIGHT, coins: { coin: "USDT", amount: "0.05" } } }],
  ["another order's reference", { orderReference: "someone-elses-order" }],
];

describe("a confirmation with the wrong money", () => {
  it.each(WRONG_MONEY)("%s: goes to review and is never paid", (_name, facts) => {
    const held = apply(orderWith("pending"), report("paid", facts));
    expect(held).toMatchObject({ status: "review", attention: ["money_mismatch"] });
    expect(held.attempts[0]?.paidAt).toBeNull();
    for (const status of PAYMENT_STATUSES) {
      for (const source of SOURCES.filter((each) => each !== "webhook"))
        expect(apply(held, report(status), source).status).toBe("review");
      if (status !== "paid") expect(apply(held, report(status)).status).toBe("review");
    }
    expect(apply(held, report("paid", facts))).toEqual(held);
  });

  it.each(WRONG_MONEY)(
    "%s: is paid by a later delivery with the right money, and the merchant still hears",
    (_name, facts) => {
      const held = apply(orderWith("pending"), report("paid", facts));
      const paid = apply(held, report("paid"));
      expect(paid).toMatchObject({
        status: "paid",
        attention: ["money_mismatch"],
        attempts: [{ held: false, paidAt: NOW }],
      });
      expect(apply(paid, report("paid", facts)).status).toBe("paid");
    },
  );

  it("leaves a paid order paid and tells the merchant", () => {
    const paid = apply(orderWith("pending"), report("paid"));
    const after = apply(paid, report("paid", { money: null }));
    expect(after).toMatchObject({ status: "paid", attention: ["money_mismatch"] });
  });

  it("of a stable-coin price is another coin or another number of coins", () => {
    const order = { ...orderWith("pending"), price: { currency: "USDC" as const, minor: 500 } };
    const coins = (coin: string, amount: string) => report("paid", { money: { price: null, coins: { coin, amount } } });
    expect(apply(order, coins("USDC", "5.0000")).status).toBe("paid");
    expect(apply(order, coins("USDT", "5.0000")).status).toBe("review");
    expect(apply(order, coins("USDC", "4.9999")).status).toBe("review");
  });
});

describe("what the merchant is told", () => {
  it.each(["expired", "canceled", "failed", "rejected", "underpaid"] as const)("paid late after %s", (end) => {
    expect(apply(orderWith(end), report("paid"))).toMatchObject({ status: "paid", attention: ["paid_late"] });
  });

  it("a second payment of the same order, once", () => {
    const both = apply(orderWith("paid", "pending"), report("paid", { paymentId: SECOND }));
    expect(both).toMatchObject({ status: "paid", attention: ["duplicate_payment"] });
  });

  it("a second transaction of the same payment, once, keeping the first", () => {
    const first = apply(orderWith("pending"), report("paid", { transaction: { transactionId: "t1", hash: "0x1" } }));
    const second = report("paid", { transaction: { transactionId: "t2", hash: "0x2" } });
    const twice = apply(first, second);
    expect(twice.attention).toEqual(["duplicate_payment"]);
    expect(twice.attempts[0]?.transaction).toEqual({ transactionId: "t1", hash: "0x1" });
    expect(applyObservation(twice, { observation: second, source: "webhook", now: NOW })).toBeNull();
  });

  it("a refund of what was paid", () => {
    expect(apply(orderWith("paid"), report("refunding"))).toMatchObject({
      status: "paid",
      attention: ["refund_after_paid"],
    });
  });
});

describe("watching an order", () => {
  const DAY_MS = 24 * 60 * 60 * 1000;

  it("goes on after every end but paid, for seven days", () => {
    expect(apply(orderWith("pending"), report("expired")).nextCheckAt).toBe(NOW);
    expect(apply(orderWith("pending"), report("paid")).nextCheckAt).toBeNull();
    const observation = report("expired");
    const late = applyObservation(orderWith("pending"), { observation, source: "poll", now: CREATED_AT + 8 * DAY_MS });
    expect(late?.order.nextCheckAt).toBeNull();
  });

  it("goes on for the other payment of a paid order", () => {
    const order = apply(orderWith("pending", "pending"), report("paid"));
    expect(order.status).toBe("paid");
    expect(order.nextCheckAt).not.toBeNull();
  });

  it("does not put a look off because something was reported", () => {
    const order = { ...orderWith("pending"), nextCheckAt: CREATED_AT + 1 };
    expect(apply(order, report("confirming")).nextCheckAt).toBe(CREATED_AT + 1);
  });

  it("waits longer after each look, up to six hours", () => {
    let at = CREATED_AT;
    const gaps: number[] = [];
    for (let next = nextCheckAt(orderWith("pending"), at + 60_000); next !== null; ) {
      gaps.push(next - at);
      at = next;
      next = nextCheckAt(orderWith("pending"), at);
    }
    expect(gaps.length).toBeLessThan(80);
    for (const [index, gap] of gaps.slice(1, -1).entries()) {
      expect(gap).toBeLessThanOrEqual(DAY_MS / 4);
      expect(gap).toBeLessThanOrEqual(gaps[index + 2] ?? gap);
    }
    expect(at - CREATED_AT).toBeGreaterThan(6.5 * DAY_MS);
  });
});
