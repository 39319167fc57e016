import { describe, expect, it } from "vitest";
import { wordsIn } from "@/messages/words";
import { formProblem } from "./form-problem";
import { problemSentence } from "./form-words";

describe("formProblem", () => {
  it.each([
    ["amount_too_low", undefined, { code: "amount_too_low", field: "amount" }],
    ["too_long", "message", { code: "too_long", field: "message" }],
    ["rate_limited", "", { code: "rate_limited", field: null }],
    ["validation", "amount", { code: "amount_invalid", field: "amount" }],
    ["validation", "name", { code: "too_long", field: "name" }],
    ["idempotency_conflict", undefined, { code: "conflict", field: null }],
    ["provider_timeout", undefined, { code: "provider_unsure", field: null }],
    ["internal_error", undefined, { code: "unavailable", field: null }],
    ["undefined", "", { code: "unavailable", field: null }],
    ["constructor", "__proto__", { code: "unavailable", field: null }],
  ])("reads %s about %s", (code, field, expected) => expect(formProblem(code, field)).toEqual(expected));

  it("has a sentence with the bounds in it", () => {
    const bounds = { min: "$1", max: "$10,000" };
    expect(problemSentence(wordsIn("en"), "amount_invalid", bounds)).toContain("$1 to $10,000");
    expect(problemSentence(wordsIn("en"), "amount_too_high", bounds)).toBe("The largest amount is $10,000.");
  });
});
