import { describe, expect, it } from "vitest";
import type { Attempt } from "@/lib/orders/order";
import { sampleAttempt, sampleOrder } from "@/test/sample-order";
import { orderView } from "./order-view";

/** What the payer is told of an order whose one payment is in a state, with an amount received. */
function shortfall(status: Attempt["status"], amount: string | undefined) {
  const transaction = amount === undefined ? { coin: "USDT" } : { coin: "USDT", amount };
  const order = sampleOrder({ status, attempts: [{ ...sampleAttempt(), status, transaction }] });
  return orderView(order, { delayed: false }).shortfall;
}

describe("what is missing", () => {
  it.each([
    ["3", { required: "5.000000", received: "3.000000", missing: "2.000000" }],
    ["3.5", { required: "5.000000", received: "3.500000", missing: "1.500000" }],
    ["0", { required: "5.000000", received: "0.000000", missing: "5.000000" }],
    ["4.99999999", { required: "5.00000000", received: "4.99999999", missing: "0.00000001" }],
  ])("is written with the same decimals as the rest, after %s", (received, told) => {
    expect(shortfall("underpaid", received)).toEqual({ coin: "USDT", ...told });
  });

  it("is told of money that is sent back too, where less came than was asked for", () => {
    expect(shortfall("refunding", "3")).toMatchObject({ received: "3.000000", missing: "2.000000" });
    expect(shortfall("refunding", "5")).toBeUndefined();
    expect(shortfall("refunding", undefined)).toBeUndefined();
  });

  it.each(["paid", "rejected", "review"] as const)("is nothing to tell of what is %s", (status) => {
    expect(shortfall(status, "3")).toBeUndefined();
  });
});
