import { describe, expect, it } from "vitest";
import { prefillFrom, type TipQuery } from "./prefill";

const amounts = { currency: "USD", min: 1_00, max: 10_000_00, presets: ["3.00", "5.00", "10.00"] } as const;
const prefill = (query: TipQuery) => prefillFrom(query, amounts);

describe("prefillFrom", () => {
  it("starts with the second preset", () => {
    expect(prefill({})).toEqual({
      choice: "5.00",
      customAmount: "",
      clamped: null,
      name: "",
      message: "",
      anonymous: true,
      problem: null,
    });
  });

  it.each([
    ["10", { choice: "10.00", customAmount: "", clamped: null }],
    ["25", { choice: "other", customAmount: "25.00", clamped: null }],
    ["0.5", { choice: "other", customAmount: "1.00", clamped: "low" }],
    ["999999", { choice: "other", customAmount: "10000.00", clamped: "high" }],
    ["99999999999999999999", { choice: "other", customAmount: "10000.00", clamped: "high" }],
    ["1e3", { choice: "5.00", customAmount: "", clamped: null }],
    ["<script>", { choice: "5.00", customAmount: "", clamped: null }],
  ])("takes ?amount=%s from a link", (amount, expected) => {
    expect(prefill({ amount })).toMatchObject(expected);
  });

  it("gives back what a refused form held, mistakes included", () => {
    const query = { error: "amount_too_low", amount: "other", customAmount: "0.10", name: "Bo", message: "Hi" };
    expect(prefill(query)).toMatchObject({
      choice: "other",
      customAmount: "0.10",
      clamped: null,
      name: "Bo",
      message: "Hi",
      problem: { code: "amount_too_low", field: "amount" },
    });
    expect(prefill({ error: "rate_limited", amount: "10.00" })).toMatchObject({ choice: "10.00" });
  });

  it("leaves a name private unless the payer unticked that in a refused form", () => {
    expect(prefill({ anonymous: "" }).anonymous).toBe(true);
    expect(prefill({ error: "amount_too_low", anonymous: "on" }).anonymous).toBe(true);
    expect(prefill({ error: "amount_too_low" }).anonymous).toBe(false);
  });

  it("cuts text to what the server takes, and reads the first of several", () => {
    expect(prefill({ message: "x".repeat(500) }).message).toHaveLength(280);
    expect(prefill({ name: ["a", "b"] }).name).toBe("a");
  });

  it("knows no error but its own", () => {
    expect(prefill({ error: "<b>free money</b>" }).problem).toEqual({ code: "unavailable", field: null });
    expect(prefill({ error: "toString" }).problem).toEqual({ code: "unavailable", field: null });
  });
});
