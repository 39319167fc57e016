import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_UNIT } from "@/test/any-unit";
import { SAMPLE_NOW, sampleOrder, samplePayment } from "@/test/sample-order";
import { type Applied, applyObservation } from "./apply-observation";
import type { PaymentObservation } from "./observation";
import {
  type Attention,
  type Order,
  openReasons,
  orderEventSchema,
  orderSchema,
  type Payment,
  paymentIdSchema,
  SOURCES,
  type Source,
  type Transaction,
} from "./order";
import { combineStatuses, nextStatus, PAYMENT_STATUSES, type PaymentStatus, STATUSES } from "./status";

const NOW = SAMPLE_NOW + 60_000;
const FIRST = paymentIdSchema.parse("intent-1");
const SECOND = paymentIdSchema.parse("intent-2");
const ENDS = PAYMENT_STATUSES.filter((status) => STATUSES[status].terminal && status !== "paid");

function orderOf(...payments: Partial<Payment>[]): Order {
  const all = payments.map((changes, index) =>
    samplePayment({
      paymentId: index === 0 ? FIRST : SECOND,
      paidAt: changes.status === "paid" ? SAMPLE_NOW : null,
      ...changes,
    }),
  );
  return sampleOrder({ payments: all, status: combineStatuses(all.map(({ status }) => status)) });
}

const price = { currency: "USD", amount: "5.00" };
const usdt = (amount: string) => ({ money: { price, coins: { coin: "USDT", amount } } });
const RIGHT = { ...usdt("5.000000"), transaction: { chain: "main" } } as const;
const SHORT = usdt("4.99");

function report(status: PaymentStatus, facts: Partial<PaymentObservation> = {}): PaymentObservation {
  const money = status === "paid" ? RIGHT : { money: null, transaction: null };
  return { provider: "sample", paymentId: FIRST, status, providerStatus: status.toUpperCase(), ...money, ...facts };
}

function applied(order: Order, observation: PaymentObservation, source: Source = "webhook", now = NOW): Applied {
  return applyObservation(order, { observation, source, now });
}

function apply(order: Order, observation: PaymentObservation, source: Source = "webhook"): Order {
  return applied(order, observation, source).write?.order ?? order;
}

const triples = PAYMENT_STATUSES.flatMap((current) =>
  PAYMENT_STATUSES.flatMap((reported) => SOURCES.map((source) => [current, reported, source] as const)),
);

describe("a report about a payment", () => {
  it.each(triples)("state: %s, reported %s by %s, follows the table", (current, reported, source) => {
    const before = orderOf({ status: current });
    const { write, counts } = applied(before, report(reported), source);
    const after = write?.order ?? before;
    expect(counts).toBe(true);
    expect(after.payments[0]?.status).toBe(nextStatus(current, reported));
    expect(after.status).toBe(nextStatus(current, reported));
    if (write === null) return;
    expect(orderSchema.parse(write.order)).toEqual(write.order);
    expect(orderEventSchema.parse(write.event)).toMatchObject({ source, from: current, to: after.status });
    expect(write.order.version).toBe(before.version + 1);
  });

  it("writes nothing the second time", () => {
    for (const [current, reported, source] of triples) {
      const once = apply(orderOf({ status: current }), report(reported), source);
      expect(applied(once, report(reported), source, NOW + 1).write).toBeNull();
    }
  });

  it("makes a later version, also by a clock that is behind", () => {
    const first = apply(orderOf({}), report("confirming"));
    const behind = applied(first, report("paid"), "poll", NOW - 60_000).write?.order;
    expect(behind).toMatchObject({ updatedAt: first.updatedAt + 1, version: first.version + 1 });
  });

  it.each([{ paymentId: SECOND }, { provider: "another" }])(
    "is not believed about a payment that is not there: %j",
    (other) => {
      expect(applied(orderOf({}), report("paid", other))).toEqual({ write: null, counts: false });
    },
  );

  it("ends paid after confirming, expired and paid in any order, from any sources", () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const reported = (["confirming", "expired", "paid"] as const).map((status) => report(status));
    for (const order of orders) {
      for (let sources = 0; sources < SOURCES.length ** 3; sources += 1) {
        const end = order.reduce<Order>(
          (before, which, step) =>
            apply(
              before,
              reported[which] as PaymentObservation,
              SOURCES[Math.floor(sources / SOURCES.length ** step) % SOURCES.length],
            ),
          orderOf({}),
        );
        expect(end.status).toBe("paid");
      }
    }
  });
});

describe("a report of paid with the wrong money", () => {
  const WRONG: [string, Partial<PaymentObservation>, Attention][] = [
    ["too few coins", SHORT, "money_mismatch"],
    ["no money", { money: null }, "money_mismatch"],
    ["a transaction of a test chain", { transaction: { chain: "test" } }, "test_chain"],
    ["the reference of another order", { orderReference: "another" }, "money_mismatch"],
  ];

  it.each(WRONG)(
    "%s: is reviewed, and nothing but a signed delivery with the right money, or the merchant, makes it paid",
    (_name, facts, attention) => {
      const { write, counts } = applied(orderOf({}), report("paid", facts), "poll");
      const reviewed = write?.order ?? orderOf({});
      expect(counts).toBe(false);
      expect(reviewed).toMatchObject({
        status: "review",
        attention: [attention],
        payments: [{ onHold: true, paidAt: null }],
      });
      for (const status of PAYMENT_STATUSES) {
        for (const source of SOURCES) {
          const lifts = status === "paid" && (source === "webhook" || source === "merchant");
          const isGone = status === "refunding" || status === "rejected";
          const after = apply(reviewed, report(status), source);
          expect(after.status).toBe(lifts ? "paid" : isGone ? status : "review");
          // Nor later, by what we find by asking.
          if (isGone) expect(apply(after, report("paid"), "poll")).toMatchObject({ status: "review" });
        }
      }
      expect(applied(reviewed, report("paid", facts))).toEqual({ write: null, counts: false });
      const paid = apply(reviewed, report("paid"));
      expect(paid).toMatchObject({
        status: "paid",
        attention: [attention],
        payments: [{ onHold: false, paidAt: NOW }],
      });
    },
  );

  it.each(WRONG)(
    "%s: does not take back what was paid, but does not count and is pointed out",
    (_name, facts, attention) => {
      for (const first of ["poll", "webhook", "reconcile"] as const) {
        const paid = apply(orderOf({}), report("paid"), first);
        const { write, counts } = applied(paid, report("paid", facts), "webhook");
        expect(counts).toBe(false);
        expect(write?.order).toMatchObject({
          status: "paid",
          attention: [attention],
          payments: [{ onHold: false, paidAt: NOW }],
        });
        expect(write?.event?.facts).toMatchObject({ attention });
      }
    },
  );

  it("counts on a test chain only for a payment that was opened on a test store, and on an unknown chain with attention", () => {
    const on = (chain: Transaction["chain"]) => report("paid", { transaction: { chain } });
    expect(apply(orderOf({ testStore: true }), on("test"))).toMatchObject({ status: "paid", attention: [] });
    expect(apply(orderOf({}), on("unknown"))).toMatchObject({ status: "paid", attention: ["unknown_chain"] });
    expect(apply(orderOf({}), report("paid", { transaction: null }))).toMatchObject({ attention: ["unknown_chain"] });
  });

  it("knows the chain from an earlier report where a later one does not name it", () => {
    for (const [chain, expected] of [
      ["main", []],
      ["test", ["test_chain"]],
      ["unknown", ["unknown_chain"]],
    ] as const) {
      const seen = apply(orderOf({}), report("confirming", { transaction: { chain } }), "poll");
      for (const transaction of [{ chain: "unknown" } as const, null]) {
        expect(apply(seen, report("paid", { transaction })).attention).toEqual(expected);
      }
    }
  });

  it("points out more than was asked for, which counts", () => {
    expect(apply(orderOf({}), report("paid", usdt("5.06")))).toMatchObject({ status: "paid", attention: ["overpaid"] });
  });
});

describe("what the merchant should look at", () => {
  const twice = (first: PaymentStatus, second: PaymentStatus) =>
    apply(apply(orderOf({}, {}), report(first)), report(second, { paymentId: SECOND }));

  it.each(ENDS)("paid late after %s, also when it was seen on its way", (end) => {
    const ended = apply(orderOf({}), report(end));
    expect(apply(ended, report("paid")).attention).toEqual(["paid_late"]);
    expect(apply(apply(ended, report("confirming")), report("paid")).attention).toEqual(["paid_late"]);
  });

  it("nothing of a payment that took its time and never ended", () => {
    const slow = ["confirming", "review", "confirming", "paid"] as const;
    expect(slow.reduce((order, status) => apply(order, report(status)), orderOf({})).attention).toEqual([]);
  });

  it.each([
    ["paid", "refunding"],
    ["refunding", "paid"],
    ["refunding", "canceled", "paid"],
  ] as const)("that a paid payment is returned, in whichever order that is told: %s, %s %s", (...told) => {
    const after = told.reduce<Order>((order, status) => apply(order, report(status)), orderOf({}));
    expect(after).toMatchObject({ status: "paid", payments: [{ returned: true }] });
    expect(openReasons(after)).toContain("refund_after_paid");
  });

  it("that the money of a payment on hold is returned, also after the merchant dealt with the hold", () => {
    const held = apply(orderOf({}), report("paid", SHORT));
    const returned = apply({ ...held, handled: openReasons(held) }, report("refunding"));
    expect(returned).toMatchObject({ status: "refunding", payments: [{ onHold: true, returned: true }] });
    expect(openReasons(returned)).toEqual(["refunding"]);
  });

  it("a second payment of the same order, all or some of it, once", () => {
    for (const [first, second] of [
      ["paid", "paid"],
      ["underpaid", "paid"],
      ["paid", "underpaid"],
    ] as const) {
      const both = twice(first, second);
      expect(both).toMatchObject({ status: "paid", attention: ["duplicate_payment"] });
      expect(applied(both, report(second, { paymentId: SECOND })).write).toBeNull();
    }
  });

  it("a second transaction of the same payment, once, keeping the first", () => {
    const first = { transactionId: "t1", hash: "0x1", chain: "main" } as const;
    const second = report("paid", { transaction: { transactionId: "t2", hash: "0x2", chain: "main" } });
    const both = apply(apply(orderOf({}), report("paid", { transaction: first })), second);
    expect(both).toMatchObject({ attention: ["duplicate_payment"], payments: [{ transaction: first }] });
    expect(applied(both, second).write).toBeNull();
  });

  it("a second transaction that is known by its hash only, whatever its case", () => {
    const first = { transactionId: "t1", hash: "0xab", chain: "main" } as const;
    const paid = apply(orderOf({}), report("paid", { transaction: first }));
    const polled = (hash: string) => report("paid", { transaction: { hash, chain: "main" } });
    expect(apply(paid, polled("0xAB"), "poll").attention).toEqual([]);
    expect(apply(paid, polled("0xac"), "poll").attention).toEqual(["duplicate_payment"]);
  });

  it("a refund of what was paid", () => {
    const refunded = apply(orderOf({ status: "paid" }), report("refunding"));
    expect(refunded).toMatchObject({ status: "paid", attention: ["refund_after_paid"] });
  });

  it("a payment that we never opened, whether its money is right or not", () => {
    const lost = orderOf({ checkoutUrl: null, quote: null });
    expect(apply(lost, report("paid"))).toMatchObject({ status: "paid", attention: ["unexpected_payment"] });
    const short = apply(lost, report("paid", usdt("2.49")));
    expect(short).toMatchObject({ status: "review", attention: ["money_mismatch", "unexpected_payment"] });
  });
});

describe("the transaction of a payment", () => {
  const of = (transaction: Transaction | null) => ({ transaction });
  const transactionAfter = (...reports: PaymentObservation[]) =>
    reports.reduce((order, each) => apply(order, each), orderOf({})).payments[0]?.transaction;
  const seen = {
    chain: "main",
    chainId: 8453,
    network: "Base",
    hash: "0x1",
    explorerUrl: "https://scan.example/0x1",
  } as const;

  it("is filled in by later reports, and what is known of its chain stays known", () => {
    const confirmed = { chain: "unknown", hash: "0x1", from: "0xf", coin: "USDT", amount: "5" } as const;
    const whole = { ...seen, ...confirmed, chain: "main" };
    expect(transactionAfter(report("confirming", of(seen)), report("paid", of(confirmed)))).toEqual(whole);
    expect(transactionAfter(report("paid", of(confirmed)), report("paid", of(seen)))).toEqual(whole);
    expect(transactionAfter(report("confirming", of(seen)), report("paid", of(null)))).toEqual(seen);
  });

  it("is replaced by another one while nothing is paid, and never mixed with it", () => {
    const other = { chain: "unknown", hash: "0x2" } as const;
    expect(transactionAfter(report("confirming", of(seen)), report("paid", of(other)))).toEqual(other);
    expect(transactionAfter(report("paid", of(seen)), report("paid", of(other)))).toEqual(seen);
  });

  it.each([
    ["the coins that came", { chain: "main", coin: "USDT", amount: "3.20" }],
    ["a test chain", { chain: "test", coin: "USDT", amount: "5" }],
  ] as const)("is replaced, but not %s, as long as the other one names none", (_name, came) => {
    const first = { ...came, hash: "0xa1", transactionId: "t1" };
    const { coin, amount } = came;
    for (const other of [{ hash: "0xb2" }, { hash: "0xA1" }, { transactionId: "t2" }]) {
      const held = apply(orderOf({}), report("paid", { ...of(first), money: { price, coins: { coin, amount } } }));
      const more = apply(held, report("confirming", of({ chain: "unknown", ...other })));
      expect(more.payments[0]?.transaction).toMatchObject({ ...other, coin, amount });
      const nominal = { ...usdt("5"), ...of({ chain: "unknown", coin, amount: "5", nominal: true, ...other }) };
      expect(apply(more, report("paid", nominal))).toMatchObject({ status: "review", payments: [{ onHold: true }] });
    }
  });
});

describe("the history", () => {
  /** How many versions and how many events a sequence of reports makes. */
  function play(order: Order, reports: readonly PaymentObservation[]) {
    let after = order;
    let events = 0;
    for (const each of reports) {
      const { write } = applied(after, each, "poll");
      after = write?.order ?? after;
      if (write?.event) events += 1;
    }
    return { order: after, events, writes: after.version - order.version };
  }

  it("names a change once and counts its repetitions", () => {
    const flapping = Array.from({ length: 200 }, (_, step) => report(step % 2 === 0 ? "review" : "confirming"));
    const { order, events, writes } = play(orderOf({}), flapping);
    expect({ events, writes }).toEqual({ events: 3, writes: 200 });
    const seen = ["pending>review", "review>confirming", "confirming>review"];
    expect(order.payments[0]).toMatchObject({ seen, repeats: 197 });
    expect(play(order, [report("paid")])).toMatchObject({ events: 1, order: { status: "paid" } });
  });

  it("is bounded by the table, however many reports come, and so is the document", () => {
    const anyReport = fc.record({
      status: fc.constantFrom(...PAYMENT_STATUSES.filter((each) => each !== "paid")),
      hash: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 300, maxLength: 300, size: "max" }), (reports) => {
        const sent = reports.map(({ status, hash }) =>
          report(status, { transaction: { chain: "main", hash: `${hash}` } }),
        );
        const { order, events, writes } = play(orderOf({}), sent);
        expect(writes).toBeGreaterThan(200);
        expect(events).toBeLessThanOrEqual(90);
        expect(order.payments[0]?.repeats).toBe(writes - events);
        expect(JSON.stringify(order).length).toBeLessThan(4_000);
      }),
      { numRuns: 30 },
    );
  });
});

type Told = {
  payment: 0 | 1;
  status: PaymentStatus;
  source: Source;
  amount: string;
  coin: string;
  asked: string;
  chain: Transaction["chain"];
  reference: "ours" | "another" | "none";
};

const told: fc.Arbitrary<Told> = fc.record({
  payment: fc.constantFrom(0, 1),
  status: fc.oneof(fc.constant("paid" as const), fc.constantFrom(...PAYMENT_STATUSES)),
  source: fc.constantFrom(...SOURCES.filter((source) => source !== "merchant")),
  amount: fc.constantFrom("5.000000", "5", "4.995", "4.994999", "0", "4.9", "6", "500"),
  coin: fc.constantFrom("USDT", "USDT", "USDT", "USDC"),
  asked: fc.constantFrom("5.00", "5", "5.00", "5.01"),
  chain: fc.constantFrom("main", "main", "test"),
  reference: fc.constantFrom("ours", "none", "ours", "another"),
});

const ENOUGH = ["5.000000", "5", "4.995", "6", "500"];

it("makes an order paid with the right money only, by any reports in any order from any source but the merchant", () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 20 }), (reports) => {
      let order = orderOf({}, {});
      for (const { payment, status, source, amount, coin, asked, chain, reference } of reports) {
        const facts = { price: { currency: "USD", amount: asked }, coins: { coin, amount } };
        const paymentId = order.payments[payment]?.paymentId ?? FIRST;
        const orderReference = reference === "ours" ? order.id : reference;
        const observation = report(status, { paymentId, money: facts, transaction: { chain } });
        const { write } = applied(
          order,
          reference === "none" ? observation : { ...observation, orderReference },
          source,
        );
        if (order.status === "paid" && write) expect(write.order.status).toBe("paid");
        order = write?.order ?? order;
      }
      const isRightMoney = ({ amount, coin, asked, reference }: Told) =>
        ENOUGH.includes(amount) && coin === "USDT" && asked !== "5.01" && reference !== "another";
      const isRight = (each: Told) => isRightMoney(each) && each.chain !== "test";
      for (const [index, payment] of order.payments.entries()) {
        const paid = reports.filter((each) => each.payment === index && each.status === "paid");
        const believed = paid.some(
          (each, nth) => isRight(each) && (each.source === "webhook" || paid.slice(0, nth).every(isRight)),
        );
        expect(payment.status === "paid").toBe(believed);
        if (!believed && paid.length > 0) expect(payment).toMatchObject({ onHold: true });
      }
      const paid = reports.filter(({ status }) => status === "paid");
      expect(order.status === "paid").toBe(order.payments.some(({ status }) => status === "paid"));
      expect(order.attention.includes("money_mismatch")).toBe(!paid.every(isRightMoney));
      expect(order.attention.includes("test_chain")).toBe(paid.some((each) => isRightMoney(each) && !isRight(each)));
      expect(new Set(order.attention).size).toBe(order.attention.length);
      orderSchema.parse(order);
    }),
    { numRuns: 3_000 },
  );
});

describe("a renewed quote", () => {
  const payTo = { address: "0xaa", amount: "5.000000", coin: "USDT", network: "Ethereum", uri: null };
  const asking = (amount: string, coin = "USDT") => report("pending", { asks: { coin, amount, uri: "ethereum:x" } });
  const asked = (order: Order) => [order.payments[0]?.quote?.amount, order.payments[0]?.payTo?.amount];

  it("takes the place of the old one, on the page and for the money", () => {
    const order = apply(orderOf({ payTo }), asking("5.263158"), "poll");
    expect(asked(order)).toEqual(["5.263158", "5.263158"]);
    expect(order.payments[0]?.payTo?.uri).toBe("ethereum:x");
    expect(apply(order, report("paid", usdt("5.000000"))).status).toBe("review");
    expect(apply(order, report("paid", { ...RIGHT, ...usdt("5.263158") })).status).toBe("paid");
  });

  it.each([
    ["leaps down", asking("4.40")],
    ["leaps up", asking("5.60")],
    ["is zero", asking("0")],
    ["is in another coin", asking("5.10", "USDC")],
  ])("is not believed when it %s", (_, observation) => {
    expect(asked(apply(orderOf({ payTo }), observation, "poll"))).toEqual(["5.000000", "5.000000"]);
  });

  it.each(PAYMENT_STATUSES.filter((status) => status !== "pending"))("changes nothing once it is %s", (status) => {
    expect(asked(apply(orderOf({ payTo, status }), asking("4.80"), "poll"))).toEqual(["5.000000", "5.000000"]);
  });
});

it("never throws, and writes only what a store can read back", () => {
  const text = fc.string({ maxLength: 200, unit: ANY_UNIT });
  const decimal = fc.stringMatching(/^[0-9]{1,30}(\.[0-9]{1,30})?$/);
  const transaction = fc.record(
    {
      transactionId: text,
      hash: text,
      chainId: fc.nat(),
      network: fc.string({ maxLength: 60 }),
      explorerUrl: fc.webUrl(),
      chain: fc.constantFrom("main", "test", "unknown"),
      from: text,
      coin: fc.string({ maxLength: 20 }),
      amount: decimal,
    },
    { requiredKeys: ["chain"] },
  );
  const coin = fc.oneof(fc.constantFrom("USDT", "USDC"), text);
  const anyReport = fc.record({
    status: fc.constantFrom(...PAYMENT_STATUSES),
    providerStatus: text,
    money: fc.option(
      fc.record({
        price: fc.option(fc.record({ currency: text, amount: decimal })),
        coins: fc.option(fc.record({ coin, amount: decimal })),
      }),
    ),
    transaction: fc.option(transaction),
  });
  const anyOrder = fc.record({
    status: fc.constantFrom(...PAYMENT_STATUSES),
    checkoutUrl: fc.constantFrom(null, "https://checkout.example/1"),
    quote: fc.option(fc.record({ coin, amount: decimal, rate: fc.option(decimal), accepted: fc.array(coin) })),
    transaction: fc.option(transaction),
    onHold: fc.boolean(),
  });
  fc.assert(
    fc.property(
      anyOrder,
      fc.array(anyReport, { maxLength: 5 }),
      fc.constantFrom(...SOURCES),
      (payment, reports, source) => {
        let order = orderOf(payment);
        for (const { status, ...facts } of reports) {
          const { write } = applied(order, report(status, facts), source);
          if (write === null) continue;
          expect(JSON.parse(JSON.stringify(orderSchema.parse(write.order)))).toEqual(write.order);
          if (write.event) orderEventSchema.parse(write.event);
          order = write.order;
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

describe("what the merchant has dealt with", () => {
  const tx = (transactionId: string) => ({ ...RIGHT, transaction: { chain: "main", transactionId } as const });
  const dealtWith = (order: Order): Order => ({ ...order, handled: [...order.handled, ...openReasons(order)] });

  it("needs attention again when one more transaction pays the same payment, and not for the same one", () => {
    const twice = apply(apply(orderOf({}), report("paid", tx("t1"))), report("paid", tx("t2")));
    expect(openReasons(twice)).toEqual(["duplicate_payment"]);
    const handled = dealtWith(twice);
    expect(applied(handled, report("paid", tx("t2"))).write).toBeNull();
    expect(applied(handled, report("paid", tx("t1"))).write).toBeNull();
    const { write } = applied(handled, report("paid", tx("t3")));
    expect(openReasons(write?.order ?? handled)).toEqual(["duplicate_payment"]);
    expect(write?.event?.facts).toMatchObject({ transactionId: "t3" });
    expect(applied(dealtWith(write?.order ?? handled), report("paid", tx("t3"))).write).toBeNull();
  });

  it("is about one transaction by its id and by its hash", () => {
    const both = { ...RIGHT, transaction: { chain: "main", transactionId: "t2", hash: "0xB" } as const };
    const twice = dealtWith(apply(apply(orderOf({}), report("paid", tx("t1"))), report("paid", both)));
    for (const name of [{ hash: "0xb" }, { transactionId: "t2" }]) {
      const { write } = applied(twice, report("paid", { ...RIGHT, transaction: { chain: "main", ...name } }));
      expect(openReasons(write?.order ?? twice)).toEqual([]);
    }
  });

  it("needs attention again when a third payment is paid, or the money of a second one is returned", () => {
    const third = paymentIdSchema.parse("intent-3");
    const two = apply(apply(orderOf({}, {}), report("paid")), report("paid", { paymentId: SECOND }));
    expect(openReasons(two)).toEqual(["duplicate_payment"]);
    const three = { ...two, payments: [...two.payments, samplePayment({ paymentId: third })] };
    const more = apply(dealtWith(three), report("paid", { paymentId: third }));
    expect(openReasons(more)).toEqual(["duplicate_payment"]);
    const returned = apply(dealtWith(more), report("refunding"));
    expect(openReasons(returned)).toEqual(["refund_after_paid"]);
    expect(applied(dealtWith(returned), report("refunding")).write).toBeNull();
    const second = apply(dealtWith(returned), report("refunding", { paymentId: SECOND }));
    expect(openReasons(second)).toEqual(["refund_after_paid"]);
  });

  it("needs attention again when another payment of the order brings wrong money", () => {
    const first = apply(orderOf({ status: "expired" }, {}), report("paid", SHORT));
    expect(openReasons(first)).toEqual(["money_mismatch", "review"]);
    const handled = dealtWith(first);
    expect(applied(handled, report("paid", SHORT)).write).toBeNull();
    const { write } = applied(handled, report("paid", { ...SHORT, paymentId: SECOND }));
    expect(openReasons(write?.order ?? handled)).toEqual(["money_mismatch", "review"]);
    expect(write?.event).not.toBeNull();
  });
});

it("what is known to have come is not made more by a confirmation that names only what was asked", () => {
  const short = { ...usdt("3.20"), transaction: { chain: "main", coin: "USDT", amount: "3.20" } } as const;
  const nominal = {
    ...RIGHT,
    transaction: { chain: "main", coin: "USDT", amount: "5.000000", nominal: true },
  } as const;
  const held = apply(orderOf({}), report("paid", short), "poll");
  expect(applied(held, report("paid", nominal))).toMatchObject({ counts: false });
  const after = apply(held, report("paid", nominal));
  expect([after.status, after.payments[0]?.transaction?.amount]).toEqual(["review", "3.20"]);
  expect(after.payments[0]?.transaction?.nominal).toBeUndefined();
  const other = applied(
    orderOf({ onHold: true, status: "review", transaction: { chain: "main", coin: "DOGE", amount: "500" } }),
    report("paid", nominal),
  );
  expect(other, "500 of another coin").toMatchObject({ counts: false });
  // A report of what came takes the place of what was asked.
  const told = apply(apply(orderOf({}), report("paid", { ...nominal, ...SHORT })), report("paid", short), "poll");
  expect(told.payments[0]?.transaction).toEqual({ chain: "main", coin: "USDT", amount: "3.20" });
  // One that names what came is believed, and so is any where nothing better is known.
  expect(apply(held, report("paid"))).toMatchObject({ status: "paid" });
  const heldByNominal = apply(orderOf({}), report("paid", { ...nominal, ...SHORT }));
  expect(apply(heldByNominal, report("paid", nominal)).status).toBe("paid");
});
