import { describe, expect, it } from "vitest";
import { formProblem, problemFromAnswer } from "./form-problem";
import { problemSentence } from "./form-words";

const bounds = { min: "$1", max: "$10,000" };

describe("formProblem", () => {
  it.each([
    ["amount_too_low", undefined, { code: "amount_too_low", field: "amount" }],
    ["too_long", "message", { code: "too_long", field: "message" }],
    ["rate_limited", undefined, { code: "rate_limited", field: null }],
    ["validation", "amount", { code: "amount_invalid", field: "amount" }],
    ["validation", "name", { code: "too_long", field: "name" }],
    ["idempotency_conflict", undefined, { code: "conflict", field: null }],
    ["provider_timeout", undefined, { code: "provider_unavailable", field: null }],
    ["internal_error", undefined, { code: "unavailable", field: null }],
    ["constructor", "__proto__", { code: "unavailable", field: null }],
  ])("reads %s about %s", (code, field, expected) => expect(formProblem(code, field)).toEqual(expected));

  it("survives answers that are no problem document", () => {
    expect(problemFromAnswer(null)).toEqual({ code: "unavailable", field: null });
    expect(problemFromAnswer({})).toEqual({ code: "unavailable", field: null });
  });

  it("has a sentence with the bounds in it", () => {
    expect(problemSentence("amount_invalid", bounds)).toContain("$1 to $10,000");
    expect(problemSentence("amount_too_high", bounds)).toBe("The largest amount is $10,000.");
  });
});
