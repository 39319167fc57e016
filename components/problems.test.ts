import { describe, expect, it } from "vitest";
import { FIELD_PROBLEMS } from "@/lib/web/contract";
import { REFUSALS } from "@/lib/web/refusals";
import { LANGUAGES, MESSAGES } from "@/messages/catalogue";
import { loadMessages } from "@/messages/load-messages";
import { amountBounds, problemSentence, shownProblem } from "./problems";

const terms = { currency: "USD", exponent: 2, min: 1_00, max: 10_000_00 } as const;

describe.each(LANGUAGES)("what went wrong, in $tag", ({ tag }) => {
  const sentences = MESSAGES.get(tag)?.problems;
  if (sentences === undefined) throw new Error(`There are no words in ${tag}.`);
  const bounds = amountBounds(terms, tag);

  it.each(Object.entries(REFUSALS))("has the sentence of %s, which needs no values", (code, { sentence }) => {
    expect(problemSentence(code, sentences)).toBe(sentences[sentence]);
    expect(sentences[sentence]).not.toMatch(/[{}]/);
  });

  it.each(FIELD_PROBLEMS)("has the sentence of %s, complete", (code) => {
    expect(problemSentence(code, sentences, bounds)).toMatch(/\S/);
    expect(problemSentence(code, sentences, bounds)).not.toMatch(/[{}]/);
  });

  it("has no sentence without a use", () => {
    const named = Object.values(REFUSALS).map(({ sentence }) => sentence);
    expect(new Set(Object.keys(sentences))).toEqual(new Set([...named, ...FIELD_PROBLEMS, "amount_range"]));
  });

  it("tells a flood of payments from a payer who tries too often", () => {
    expect(sentences.busy).not.toBe(sentences.rate_limited);
  });

  it("can be loaded when it is needed", async () => {
    expect((await loadMessages(tag)).problems).toEqual(sentences);
  });
});

describe("shownProblem", () => {
  const sentences = MESSAGES.get("en")?.problems;
  if (sentences === undefined) throw new Error("There are no English words.");
  const shown = (code: string, field?: string) =>
    shownProblem({ code, field }, { sentences, bounds: amountBounds(terms, "en") });

  it.each([
    ["amount_too_high", "amount", "The largest amount is $10,000.", "customAmount"],
    ["amount_invalid", "amount", "Use digits only, such as 1000.50.", "customAmount"],
    ["too_long", "message", sentences.too_long, "message"],
    ["rate_limited", "", sentences.rate_limited, null],
    ["provider_timeout", undefined, sentences.provider_unsure, null],
    // The provider's fault, whatever its name sounds like.
    ["amount_check_failed", undefined, sentences.provider_unavailable, null],
  ])("reads %s about %s", (code, field, text, input) => expect(shown(code, field)).toEqual({ text, field: input }));

  it.each(["", "amount_unheard_of", "<b>free money</b>", "toString", "constructor", "__proto__"])(
    "lets nothing of %j reach the page",
    (foreign) => expect(shown(foreign, foreign)).toEqual({ text: sentences.unavailable, field: null }),
  );
});

it("no words are loaded for what a browser's translation writes into the page", async () => {
  await expect(loadMessages("auto")).rejects.toThrow();
});

it("examples are written with the decimal sign of the language, and without decimals where there are none", () => {
  expect(amountBounds(terms, "de")).toMatchObject({ example: "1000,50" });
  expect(amountBounds({ ...terms, currency: "JPY", exponent: 0 }, "ja")).toMatchObject({ example: "1000" });
});
