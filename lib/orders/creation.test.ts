import { describe, expect, it } from "vitest";
import { applyObservation } from "@/lib/orders/apply-observation";
import { type CreatedPayment, type Order, orderEventSchema, orderSchema, paymentIdSchema } from "@/lib/orders/order";
import { SAMPLE_NOW as NOW, sampleOrder } from "@/test/sample-order";
import { creationEnded, creationStarted, IN_FLIGHT_MS, isBeingCreated, newPayment } from "./creation";

const provider = { name: "sample", testStore: false };
const created: CreatedPayment = {
  paymentId: paymentIdSchema.parse("intent-1"),
  checkoutUrl: "https://checkout.example/1",
  payTo: null,
  expiresAt: null,
  quote: { coin: "USDT", amount: "5.000000", rate: null, accepted: ["USDT"] },
};
const fresh = () => sampleOrder({ payments: [], creation: { state: "in_flight", at: NOW } });
const opened = (order: Order, payment = created, name = provider.name) =>
  creationEnded(order, { provider: { ...provider, name }, result: { ok: true, payment }, now: NOW });

describe("what came of a create call", () => {
  it("is added to the order as a payment that is watched from now on", () => {
    const { order, event, dueAt } = opened(fresh());
    expect(orderSchema.parse(order)).toMatchObject({ version: 2, status: "pending", creation: { state: "created" } });
    expect(order.payments).toEqual([newPayment({ provider: "sample", testStore: false, created, now: NOW })]);
    expect(orderEventSchema.parse(event)).toMatchObject({ type: "payment_created", paymentId: created.paymentId });
    expect(dueAt).toBe(NOW);
  });

  it("is not added a second time, when its answer was lost and another write came in between", () => {
    const { order } = opened(fresh());
    const paid = {
      ...order,
      version: 7,
      status: "paid" as const,
      payments: order.payments.map((each) => ({ ...each, status: "paid" as const, paidAt: NOW })),
    };
    const again = opened(paid).order;
    expect(again).toMatchObject({ version: 8, status: "paid" });
    expect(again.payments).toEqual(paid.payments);
  });

  it("adds what a faster webhook could not know, and takes nothing back", () => {
    const bare = { ...created, checkoutUrl: null, quote: null };
    const unexpected = {
      ...fresh(),
      payments: [newPayment({ ...provider, provider: "sample", created: bare, now: NOW })],
    };
    const money = { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount: "5" } };
    const observation = {
      provider: "sample",
      paymentId: created.paymentId,
      status: "paid",
      providerStatus: "20",
      money,
      transaction: { chain: "main" },
    } as const;
    const { write } = applyObservation(unexpected, { observation, source: "webhook", now: NOW });
    const paid = write?.order ?? unexpected;
    const { order } = opened(paid);
    expect(order).toMatchObject({ status: "paid", attention: ["unexpected_payment"] });
    expect(order.payments).toMatchObject([
      { status: "paid", checkoutUrl: created.checkoutUrl, quote: created.quote, paidAt: NOW },
    ]);
  });

  it("is another payment where another provider answers the same id", () => {
    const { order } = opened(opened(fresh()).order, created, "another");
    expect(order.payments.map((each) => each.provider)).toEqual(["sample", "another"]);
  });

  it("is no payment where it failed, and unsure where it may have had its effect", () => {
    for (const [maybeAccepted, state] of [
      [true, "unsure"],
      [false, "refused"],
    ] as const) {
      const failure = { kind: "timeout", message: "No answer.", maybeAccepted } as const;
      const { order, event, dueAt } = creationEnded(fresh(), { provider, result: { ok: false, failure }, now: NOW });
      expect(order).toMatchObject({ payments: [], creation: { state, at: NOW } });
      expect(orderEventSchema.parse(event)).toMatchObject({ type: "payment_not_created", facts: { maybeAccepted } });
      expect(dueAt).toBeNull();
    }
  });
});

it("takes a create call for lost once it cannot be under way any more, whichever way the clocks differ", () => {
  const { order } = creationStarted(fresh(), NOW);
  for (const offset of [0, IN_FLIGHT_MS - 1, 1 - IN_FLIGHT_MS]) expect(isBeingCreated(order, NOW + offset)).toBe(true);
  for (const offset of [IN_FLIGHT_MS, -IN_FLIGHT_MS]) expect(isBeingCreated(order, NOW + offset)).toBe(false);
  expect(isBeingCreated(opened(order).order, NOW)).toBe(false);
});
