import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount } from "@/lib/money/amount";
import { addDecimals, compareDecimals, divideDecimals } from "@/lib/money/decimal";
import { SAMPLE_NOW as NOW, sampleOrder, samplePayment } from "@/test/sample-order";
import { applyObservation } from "./apply-observation";
import { livePayouts, refundGapMs } from "./change-order";
import type { PaymentObservation } from "./observation";
import type { Order, Payment, Refund, Transaction } from "./order";
import { holdsMoney, leftAfterRefunds, refundableCoins } from "./refunds";
import { PAYMENT_STATUSES } from "./status";

const REFUND: Refund = {
  reference: "order-refund-0001",
  kind: "payout",
  provider: "sample",
  payoutId: null,
  coin: "USDT",
  amount: "1",
  network: "Base",
  status: "sent",
  claimUrl: null,
  transactionHash: null,
  note: null,
  createdAt: NOW,
  updatedAt: NOW,
};

const got = (amount: string, facts: Partial<Transaction> = {}): Transaction => ({
  chain: "main",
  coin: "USDT",
  amount,
  ...facts,
});

function orderOf(payments: Partial<Payment>[], refunds: Partial<Refund>[] = []): Order {
  const isPaid = payments.some(({ status }) => status === "paid");
  return sampleOrder({
    status: isPaid ? "paid" : "underpaid",
    payments: payments.map((payment) => samplePayment(payment)),
    refunds: refunds.map((refund) => ({ ...REFUND, ...refund })),
  });
}

describe("what can be sent back", () => {
  it("is what arrived of an underpaid order, less what went back or may go back", () => {
    const order = orderOf([{ status: "underpaid", transaction: got("3.20") }]);
    expect(refundableCoins(order)).toEqual([
      { coin: "USDT", received: "3.20", refunded: "0", refundable: "3.20", overpaid: "0" },
    ]);
    const refunds = [
      { amount: "1.5" },
      { amount: "0.7", status: "unsure" },
      { amount: "2", status: "failed" },
    ] as const;
    expect(refundableCoins({ ...order, refunds: orderOf([], [...refunds]).refunds })).toMatchObject([
      { refunded: "2.2", refundable: "1.00" },
    ]);
  });

  it("has nothing too much in it where the first of two payments went back", () => {
    const paid = { status: "paid", paidAt: NOW, transaction: got("5") } as const;
    const [offered] = refundableCoins(
      orderOf([
        { ...paid, returned: true },
        { ...paid, paidAt: NOW + 1 },
      ]),
    );
    expect(offered).toMatchObject({ received: "5", refundable: "5", overpaid: "0" });
  });

  it.each<[string, Partial<Payment>]>([
    ["was rejected while on hold", { status: "rejected", onHold: true }],
    ["is being returned", { status: "refunding", onHold: true, returned: true }],
    ["was returned and is on hold again", { status: "review", onHold: true, returned: true }],
    ["was returned after it was paid", { status: "paid", paidAt: NOW, returned: true }],
  ])("is nothing of a payment that %s", (_name, payment) => {
    expect(refundableCoins(orderOf([{ transaction: got("3.20"), ...payment }]))).toEqual([]);
  });

  it("is the extra of a paid order, once: over the quote, and a second payment, in its own coin", () => {
    const first = { status: "paid", paidAt: NOW, transaction: got("6.5") } as const;
    expect(refundableCoins(orderOf([first]))).toMatchObject([{ received: "6.5", overpaid: "1.500000" }]);
    const second = { status: "paid", paidAt: NOW + 1, transaction: got("5", { coin: "USDC" }) } as const;
    expect(refundableCoins(orderOf([second, first]))).toMatchObject([
      { coin: "USDC", refundable: "5", overpaid: "5" },
      { coin: "USDT", refundable: "6.5", overpaid: "1.500000" },
    ]);
    const again = refundableCoins(orderOf([first], [{ amount: "1.5" }]));
    expect(again).toMatchObject([{ refundable: "5.0", overpaid: "0" }]);
  });

  it("is nothing of what did not arrive, or is worth nothing", () => {
    for (const status of PAYMENT_STATUSES.filter((each) => each !== "paid" && each !== "underpaid")) {
      expect(refundableCoins(orderOf([{ status, transaction: got("5") }])), status).toEqual([]);
    }
    const testCoins = { status: "underpaid", transaction: got("5", { chain: "test" }) } as const;
    expect(refundableCoins(orderOf([testCoins]))).toEqual([]);
    expect(refundableCoins(orderOf([{ ...testCoins, testStore: true }]))).toMatchObject([{ refundable: "5" }]);
    expect(refundableCoins(orderOf([{ status: "underpaid", transaction: { chain: "main" } }]))).toEqual([]);
  });

  it("includes money that is on hold because it is not what was asked", () => {
    const held = { status: "review", onHold: true, transaction: got("0.5", { coin: "USDC" }) } as const;
    expect(refundableCoins(orderOf([held]))).toMatchObject([{ coin: "USDC", refundable: "0.5", overpaid: "0" }]);
  });

  it("is never more than was received, whatever was paid and refunded", () => {
    const amount = fc.tuple(fc.nat(9_999_999), fc.nat(6)).map(([units, scale]) => {
      const digits = String(units).padStart(scale + 1, "0");
      return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    });
    const coin = fc.constantFrom("USDT", "USDC");
    const payment = fc.record({
      status: fc.constantFrom(...PAYMENT_STATUSES),
      onHold: fc.boolean(),
      paidAt: fc.option(fc.constant(NOW)),
      transaction: fc.record({ chain: fc.constant("main" as const), coin, amount }),
    });
    const status = fc.constantFrom("sending", "unsure", "waiting", "sent", "expired", "canceled", "failed");
    const refund = fc.record({ coin, amount, status: status as fc.Arbitrary<Refund["status"]> });
    fc.assert(
      fc.property(fc.array(payment, { maxLength: 4 }), fc.array(refund, { maxLength: 4 }), (payments, refunds) => {
        const order = orderOf(payments, refunds);
        for (const { coin, received, refundable, overpaid } of refundableCoins(order)) {
          const gone = order.refunds.filter((each) => each.coin === coin && holdsMoney(each));
          const all = gone.reduce((sum, each) => addDecimals(sum, each.amount), refundable);
          // As soon as more went back than came, nothing can be sent any more.
          if (compareDecimals(refundable, "0") > 0) expect(compareDecimals(all, received)).toBeLessThanOrEqual(0);
          expect(compareDecimals(overpaid, refundable)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

describe("when a refund is looked at again", () => {
  const gapAfter = (ageMs: number, refund: Partial<Refund>) => refundGapMs(orderOf([], [refund]), NOW + ageMs);
  const HOUR = 60 * 60 * 1000;

  it("is after gaps that grow from 15 s to 6 h, for as long as it may not have been sent", () => {
    for (const status of ["sending", "unsure"] as const) {
      const gaps = [0, HOUR, 1_000 * HOUR, 9_000 * HOUR].map((age) => gapAfter(age, { status }));
      expect(gaps).toEqual([15_000, HOUR / 4, 6 * HOUR, 6 * HOUR]);
    }
  });

  it("ends 30 days after it was made for one that waits, and at once for one that has ended or was only recorded", () => {
    expect([0, 720 * HOUR, 721 * HOUR].map((age) => gapAfter(age, { status: "waiting" }))).toEqual([
      15_000,
      6 * HOUR,
      null,
    ]);
    for (const status of ["sent", "expired", "canceled", "failed"] as const) expect(gapAfter(0, { status })).toBeNull();
    expect(gapAfter(0, { status: "waiting", kind: "recorded" })).toBeNull();
    const order = orderOf([], [{ status: "sent" }, { status: "unsure" }]);
    expect(livePayouts(order, NOW).map(({ status }) => status)).toEqual(["unsure"]);
  });
});

describe("what is left of money that comes after a refund", () => {
  const came = (coin: string, amount: string | undefined, status: Payment["status"] = "underpaid") => ({
    status,
    transaction: { chain: "main", coin, ...(amount && { amount }) } as const,
  });
  const left = (
    refunds: [string, string][],
    coins: { coin: string; amount: string },
    ...others: Partial<Payment>[]
  ) => {
    const payment = samplePayment();
    const order = sampleOrder({
      payments: [...others.map(samplePayment), payment],
      refunds: refunds.map(([coin, amount], index) => ({
        ...REFUND,
        reference: `order-refund-000${index}`,
        coin,
        amount,
      })),
    });
    return leftAfterRefunds(order, payment, coins);
  };
  const usdt = (amount: string) => ({ coin: "USDT", amount });

  it.each([
    ["all without a refund", left([], usdt("5")), "5"],
    ["less what was sent back of it", left([["USDT", "3.2"]], usdt("5")), "1.8"],
    ["less what was sent back in another dollar coin", left([["USDC", "3.2"]], usdt("5")), "1.8"],
    ["nothing below zero", left([["USDT", "9"]], usdt("5")), "0"],
    ["all where another payment's money was sent back", left([["USDT", "3.2"]], usdt("5"), came("USDT", "3.2")), "5"],
    ["all where that was in another coin", left([["USDC", "3.2"]], usdt("5"), came("USDT", "3.2")), "5"],
    ["less it where it is not known what that was", left([["USDT", "3.2"]], usdt("5"), came("USDT", undefined)), "1.8"],
    [
      "less it where that is being returned",
      left([["USDT", "3.2"]], usdt("5"), came("USDT", "3.2", "refunding")),
      "1.8",
    ],
    [
      "less it where that was returned",
      left([["USDT", "3.2"]], usdt("5"), { ...came("USDT", "3.2"), returned: true }),
      "1.8",
    ],
    [
      "less what an expired payment does not cover",
      left([["USDT", "3"]], usdt("5"), came("USDT", "3", "expired")),
      "2",
    ],
  ])("%s", (_name, found, expected) => expect(compareDecimals(found, expected)).toBe(0));
});

type Step = { payment: 0 | 1; happens: "pays" | "returns" | "reports"; amount: number; source: "webhook" | "poll" };

describe("the money of an order", () => {
  const step = fc.record({
    payment: fc.constantFrom(0 as const, 1 as const),
    happens: fc.constantFrom("pays" as const, "returns" as const, "reports" as const, "reports" as const),
    amount: fc.constantFrom(1_80, 2_50, 3_20, 5_00),
    source: fc.constantFrom("webhook" as const, "poll" as const),
  });
  const decimal = (cents: number) => formatAmount({ currency: "USD", minor: cents });
  const cents = (text: string) => Number(divideDecimals(text, "0.01", 0));

  /**
   * Two payments of an order of 5.00. Their provider knows nothing of our refunds, and names in a webhook only what was asked; it
   * may return what came. The merchant sends back what is offered.
   */
  function play(steps: readonly (Step | "refund")[], check: (order: Order, there: number) => void): void {
    let order = sampleOrder({ payments: [samplePayment(), samplePayment()] });
    const accounts = order.payments.map(() => ({ came: 0, isReturned: false }));
    let refunded = 0;
    steps.forEach((each, index) => {
      const there = () => accounts.reduce((sum, { came, isReturned }) => sum + (isReturned ? 0 : came), 0) - refunded;
      if (each === "refund") {
        const [offered] = refundableCoins(order);
        if (offered === undefined || order.status === "paid") return;
        const reference = `order-refund-${1_000 + index}`;
        order = { ...order, refunds: [...order.refunds, { ...REFUND, reference, amount: offered.refundable }] };
        refunded += cents(offered.refundable);
        return;
      }
      const account = accounts[each.payment] ?? { came: 0, isReturned: false };
      if (account.isReturned && each.happens !== "reports") return;
      if (each.happens === "pays") account.came += each.amount;
      if (each.happens === "returns" && account.came > 0) account.isReturned = true;
      // Some are confirmed with what came, however little that is.
      const isShort = each.source === "poll" && each.amount === 5_00 && account.came > 0;
      const isPaid = !account.isReturned && (account.came >= 5_00 || isShort);
      const status = account.isReturned ? "refunding" : isPaid ? "paid" : account.came > 0 ? "underpaid" : "pending";
      if (each.happens === "pays") return;
      const nominal = isPaid && each.source === "webhook";
      const coins = { coin: "USDT", amount: nominal ? "5.00" : decimal(account.came) };
      const { provider, paymentId } = order.payments[each.payment] ?? samplePayment();
      const observation: PaymentObservation = {
        provider,
        paymentId,
        status,
        providerStatus: status,
        money: isPaid ? { price: { currency: "USD", amount: "5.00" }, coins } : null,
        transaction: account.came > 0 ? { chain: "main", ...coins, ...(nominal && { nominal }) } : null,
      };
      const wasPaid = order.status === "paid";
      order = applyObservation(order, { observation, source: each.source, now: NOW + index }).write?.order ?? order;
      if (!wasPaid) check(order, there());
    });
  }
  const histories = fc.array(
    fc.oneof({ weight: 4, arbitrary: step }, { weight: 1, arbitrary: fc.constant("refund" as const) }),
    {
      maxLength: 14,
    },
  );

  it("is all there when it becomes paid, less what was sent back and what its provider returned", () => {
    fc.assert(
      fc.property(histories, (steps) =>
        play(steps, (order, there) => {
          if (order.status === "paid") expect(there).toBeGreaterThanOrEqual(5_00);
        }),
      ),
      { numRuns: 3_000 },
    );
  });

  it("is never offered beyond what came, less what was sent back and what its provider returned", () => {
    fc.assert(
      fc.property(histories, (steps) =>
        play(steps, (order, there) => {
          const offered = refundableCoins(order).reduce((sum, { refundable }) => sum + cents(refundable), 0);
          expect(offered).toBeLessThanOrEqual(Math.max(0, there));
        }),
      ),
      { numRuns: 3_000 },
    );
  });
});
