import { expect, it } from "vitest";
import { SAMPLE_NOW as CREATED, sampleOrder, samplePayment } from "@/test/sample-order";
import { type Payment, payingPayment } from "./order";

const orderOf = (...payments: Partial<Payment>[]) => sampleOrder({ payments: payments.map(samplePayment) });

it("was paid by the first payment that was paid, with real money where there is any", () => {
  const [trial, later, first] = [
    { status: "paid", testStore: true, paidAt: CREATED },
    { status: "paid", paidAt: CREATED + 2 },
    { status: "paid", paidAt: CREATED + 1 },
  ] as const;
  expect(payingPayment(orderOf(trial, later, first, { status: "expired" }))).toMatchObject(first);
  expect(payingPayment(orderOf(trial))).toMatchObject(trial);
  expect(payingPayment(orderOf({ status: "expired" }))).toBeUndefined();
});
