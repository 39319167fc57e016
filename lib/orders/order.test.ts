import { expect, it } from "vitest";
import { SAMPLE_NOW as CREATED, sampleOrder, samplePayment } from "@/test/sample-order";
import { type Payment, payingPayment, paymentToShow } from "./order";

const orderOf = (...payments: Partial<Payment>[]) => sampleOrder({ payments: payments.map(samplePayment) });

it("the payment that paid an order is the first that was paid, with real money where there is any", () => {
  const [trial, later, first] = [
    { status: "paid", testStore: true, paidAt: CREATED },
    { status: "paid", paidAt: CREATED + 2 },
    { status: "paid", paidAt: CREATED + 1 },
  ] as const;
  expect(payingPayment(orderOf(trial, later, first, { status: "expired" }))).toMatchObject(first);
  expect(payingPayment(orderOf(trial))).toMatchObject(trial);
  expect(payingPayment(orderOf({ status: "expired" }))).toBeUndefined();
});

it("shows the payment that it was paid by; without one, the newest of those that gave it its status", () => {
  const [first, second] = [
    { status: "paid", paidAt: CREATED + 1 },
    { status: "paid", paidAt: CREATED + 2 },
  ] as const;
  expect(paymentToShow({ ...orderOf(first, second, { status: "expired" }), status: "paid" })).toMatchObject(first);
  const underpaid = { status: "underpaid", paidAt: null } as const;
  const order = orderOf(underpaid, { ...underpaid, checkoutUrl: "https://pay.example/2" }, { status: "expired" });
  expect(paymentToShow({ ...order, status: "underpaid" })?.checkoutUrl).toBe("https://pay.example/2");
  expect(paymentToShow({ ...order, status: "pending" })?.status).toBe("expired");
  expect(paymentToShow(orderOf())).toBeUndefined();
});
