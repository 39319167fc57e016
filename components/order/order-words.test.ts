import { describe, expect, it } from "vitest";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import { ORDER_WORDS, stateWords } from "./order-words";

const states = stateWords("Ada");
const unhappy = PAYMENT_STATUSES.filter((status) => status !== "paid");
const sentence = /^[A-Z].*\.$/;

describe("the words of the order page", () => {
  it.each(PAYMENT_STATUSES)("say in %s what happened to the money and what comes next", (status) => {
    const { title, heading, money, next } = states[status];
    expect(title).not.toBe("");
    expect(heading).not.toMatch(/\.$/);
    expect(money).toMatch(sentence);
    expect(next).toMatch(sentence);
  });

  it("tell the states apart by heading and by title", () => {
    for (const part of ["heading", "title"] as const) {
      expect(new Set(PAYMENT_STATUSES.map((status) => states[status][part])).size).toBe(PAYMENT_STATUSES.length);
    }
  });

  it.each(unhappy)("never sound like success in %s", (status) => {
    expect(Object.values(states[status]).join(" ")).not.toMatch(/thank|paid|success|complete[^.]*!/i);
    expect(states[status].tone).not.toBe("good");
  });

  it("thank when it is paid", () => {
    expect(states.paid.heading).toMatch(/thank/i);
    expect(states.paid.title).toBe("Paid");
  });

  it("keep the shared words neutral, because they stand beside every state", () => {
    expect(JSON.stringify(Object.values(ORDER_WORDS))).not.toMatch(/thank|paid|success/i);
  });

  it("can be handed from server to browser", () => {
    expect(structuredClone({ states, ORDER_WORDS })).toEqual({ states, ORDER_WORDS });
  });
});
