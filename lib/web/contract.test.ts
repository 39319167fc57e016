import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ANY_UNIT } from "@/test/any-unit";
import { checkoutRequestSchema, cleanText, FIELD_LIMITS } from "./contract";

describe("what people type", () => {
  it.each([
    ["a\u0000b", "ab"],
    ["\u001b[31mred\u001b[0m", "[31mred[0m"],
    ["a\u0085b\u009b31m\u007f", "ab31m"],
    ["pay\u202Egpj.exe\u202C", "paygpj.exe"],
    ["\u2066x\u2069\u2028y", "xy"],
    ["\ud800half\udc00", "half"],
    ["a\tb\r\nc\rd\ne", "a b\nc\nd\ne"],
  ])("is stored without controls and broken characters: %j", (text, clean) => {
    expect(cleanText(text)).toBe(clean);
    const parsed = checkoutRequestSchema.parse({ amount: "5.00", name: text, message: text });
    expect([parsed.name, parsed.message]).toEqual([clean, clean]);
  });

  it.each(["Zoë", "日本語\nありがとう", "שלום\u200f!", "مرحبا", "👩\u200d👩\u200d👧 family", "e\u0301", "a\u00adb"])(
    "keeps every language and emoji: %j",
    (text) => {
      expect(cleanText(text)).toBe(text);
    },
  );

  it("is well-formed, free of controls and stays the same the second time, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: ANY_UNIT }), (text) => {
        const clean = cleanText(text);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it("is measured after cleaning, and is not there when nothing is left", () => {
    const full = "x".repeat(FIELD_LIMITS.name);
    expect(
      checkoutRequestSchema.parse({ amount: "1", name: ` ${full}\u0000\u202e `, message: "\u0000 \n" }),
    ).toMatchObject({
      name: full,
      message: undefined,
    });
    const long = checkoutRequestSchema.safeParse({ amount: "1", name: `${full}x` });
    expect(long.error?.issues[0]).toMatchObject({ path: ["name"], code: "too_big" });
  });
});
