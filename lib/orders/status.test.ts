import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineStatuses, nextStatus, PAYMENT_STATUSES, type PaymentStatus, STATUS_RULES, STATUSES } from "./status";

const anyStatus = fc.constantFrom(...PAYMENT_STATUSES);

/** The whole table, row by current status, column by report: what stands in it is what the status becomes. */
const TABLE = `
            pending    confirming review     refunding  paid underpaid  rejected   failed     canceled   expired
pending     pending    confirming review     refunding  paid underpaid  rejected   failed     canceled   expired
confirming  confirming confirming review     refunding  paid underpaid  rejected   failed     canceled   expired
review      review     confirming review     refunding  paid underpaid  rejected   failed     canceled   expired
refunding   refunding  refunding  refunding  refunding  paid underpaid  rejected   failed     canceled   expired
paid        paid       paid       paid       paid       paid paid       paid       paid       paid       paid
underpaid   underpaid  confirming review     refunding  paid underpaid  rejected   underpaid  underpaid  underpaid
rejected    rejected   confirming review     refunding  paid rejected   rejected   rejected   rejected   rejected
failed      failed     confirming review     refunding  paid underpaid  rejected   failed     failed     failed
canceled    canceled   confirming review     refunding  paid underpaid  rejected   failed     canceled   canceled
expired     expired    confirming review     refunding  paid underpaid  rejected   failed     canceled   expired
`;

const [head = [], ...rows] = TABLE.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));
const triples = rows.flatMap(([current, ...becomes]) =>
  becomes.map((expected, column) => [current, head[column], expected] as [PaymentStatus, PaymentStatus, PaymentStatus]),
);

describe("the status of a payment", () => {
  it("has a row and a column for every status", () => {
    expect(triples).toHaveLength(PAYMENT_STATUSES.length ** 2);
    expect(new Set(head)).toEqual(new Set(PAYMENT_STATUSES));
  });

  it.each(triples)("state: %s, reported %s, becomes %s", (current, reported, expected) => {
    expect(nextStatus(current, reported)).toBe(expected);
  });

  it("ends paid after any reports with paid among them, in any order", () => {
    fc.assert(
      fc.property(anyStatus, fc.array(anyStatus), fc.array(anyStatus), (start, before, after) => {
        expect([...before, "paid" as const, ...after].reduce(nextStatus, start)).toBe("paid");
      }),
    );
  });

  it("lets another payment be opened only where no money was seen, and is never polled once it is paid", () => {
    for (const status of PAYMENT_STATUSES.filter((each) => STATUSES[each].canPayAgain)) {
      expect(STATUSES[status].terminal).toBe(true);
      expect(STATUS_RULES[status]).toMatchObject({ weight: 0, received: false });
    }
    expect(PAYMENT_STATUSES.filter((status) => STATUSES[status].pollMs === 0)).toEqual(["paid"]);
  });
});

describe("the status of an order with several payments", () => {
  it("is paid as soon as one of them is", () => {
    fc.assert(
      fc.property(fc.array(anyStatus), fc.array(anyStatus), (some, others) => {
        expect(combineStatuses([...some, "paid", ...others])).toBe("paid");
      }),
    );
  });

  it("is that of the newest unless money has reached another or is on its way", () => {
    expect(combineStatuses([])).toBe("pending");
    expect(combineStatuses(["expired", "pending"])).toBe("pending");
    expect(combineStatuses(["pending", "canceled"])).toBe("canceled");
    for (const reached of ["confirming", "review", "refunding", "underpaid", "rejected"] as const) {
      for (const newest of ["pending", "failed", "canceled", "expired"] as const)
        expect(combineStatuses([reached, newest])).toBe(reached);
    }
    expect(combineStatuses(["underpaid", "confirming"])).toBe("confirming");
  });
});
