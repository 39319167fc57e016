import { describe, expect, it } from "vitest";
import { wordsIn } from "@/messages/words";
import { formProblem } from "./form-problem";
import { problemSentence } from "./form-words";

describe("formProblem", () => {
  it.each([
    ["amount_too_low", undefined, { code: "amount_too_low", field: "amount" }],
    ["too_long", "message", { code: "too_long", field: "message" }],
    ["rate_limited", "", { code: "rate_limited", field: null }],
    ["amount_invalid", "", { code: "amount_invalid", field: "amount" }],
    // The provider's fault, whatever its name sounds like.
    ["amount_check_failed", undefined, { code: "provider_unavailable", field: null }],
    ["amount_check_failed", "amount", { code: "provider_unavailable", field: null }],
    ["amount_unheard_of", undefined, { code: "unavailable", field: null }],
    ["validation", "amount", { code: "amount_range", field: "amount" }],
    ["validation", "name", { code: "too_long", field: "name" }],
    ["idempotency_conflict", undefined, { code: "conflict", field: null }],
    ["provider_timeout", undefined, { code: "provider_unsure", field: null }],
    ["internal_error", undefined, { code: "unavailable", field: null }],
    ["undefined", "", { code: "unavailable", field: null }],
    ["constructor", "__proto__", { code: "unavailable", field: null }],
  ])("reads %s about %s", (code, field, expected) => expect(formProblem(code, field)).toEqual(expected));

  it("has a sentence with the bounds in it, and one about how to write an amount", () => {
    const terms = { min: "$1", max: "$10,000", example: "1000.50" };
    expect(problemSentence(wordsIn("en"), "amount_range", terms)).toBe("Anything from $1 to $10,000.");
    expect(problemSentence(wordsIn("en"), "amount_too_high", terms)).toBe("The largest amount is $10,000.");
    expect(problemSentence(wordsIn("en"), "amount_invalid", terms)).toBe("Use digits only, such as 1000.50.");
  });
});
