import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAmount } from "@/lib/money/amount";
import { plainAmount } from "@/lib/money/amount-grammar";
import type { Pricing } from "@/lib/money/catalogue";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { cut } from "@/lib/web/contract";
import type { LinkQuery } from "../language-switch";
import { amountFault } from "./form-fields";
import { tipOffer } from "./offer";

const usd: Pricing = { currency: "USD", min: 1_00, max: 10_000_00, fixed: false };

describe("what is wrong with an amount", () => {
  it.each(Object.keys(CURRENCIES) as Currency[])("is for the page what it is for the server, in %s", (currency) => {
    const terms = { ...CURRENCIES[currency], currency };
    const digits = fc.stringMatching(/^\d{1,24}(\.\d{0,4})?$/);
    fc.assert(
      fc.property(
        fc.oneof(
          digits,
          fc.string(),
          fc.tuple(digits, fc.string()).map((parts) => parts.join(" ")),
        ),
        (text) => {
          expect(amountFault(text, terms) === null).toBe(checkAmount(text, terms).ok);
        },
      ),
    );
  });

  it.each([
    ["1,000", "digits"],
    ["1.", "digits"],
    ["5.001", "digits"],
    ["five", "digits"],
    ["", "range"],
    ["0.99", "range"],
    ["10000.01", "range"],
    ["99999999999999999999", "range"],
    ["10000.00", null],
  ])("of %j is %s", (amount, fault) => expect(amountFault(amount, { ...usd, exponent: 2 })).toBe(fault));
});

describe("tipOffer", () => {
  const offer = (query: LinkQuery, own?: readonly string[]) => tipOffer(query, usd, own);

  it("starts with the second of the usual presets", () => {
    expect(offer({})).toEqual({
      presets: ["3.00", "5.00", "10.00", "25.00"],
      choice: "5.00",
      customAmount: "",
      link: null,
      name: "",
      message: "",
      showName: false,
      refused: null,
    });
  });

  it("offers the merchant's own amounts, none that the server would refuse and none twice", () => {
    expect(offer({}, ["2", "20,50"]).presets).toEqual(["2.00", "20.50"]);
    expect(offer({}, ["0.50", "2", "2.00", "two", "50000"]).presets).toEqual(["2.00"]);
    expect(offer({}, [])).toMatchObject({ presets: [], choice: "other" });
  });

  it.each([
    ["10", "10.00", "", null],
    ["$10", "10.00", "", null],
    ["25.5", "other", "25.50", null],
    ["5,50", "other", "5.50", null],
    ["$7", "other", "7.00", null],
    ["1.000,50", "other", "1000.50", null],
    ["\u200b7\ufeff", "other", "7.00", null],
    ["0.5", "other", "1.00", "too_low"],
    ["999999", "other", "10000.00", "too_high"],
    ["99999999999999999999", "other", "10000.00", "too_high"],
    ["1,000", "5.00", "", "unreadable"],
    ["7 €", "5.00", "", "unreadable"],
    ["1e3", "5.00", "", "unreadable"],
    ["<script>", "5.00", "", "unreadable"],
    ["other", "5.00", "", null],
    ["", "5.00", "", null],
  ])("a link with ?amount=%s chooses %s %s, and the page says: %s", (amount, choice, customAmount, link) => {
    expect(offer({ amount })).toMatchObject({ choice, customAmount, link });
  });

  it("a link never chooses what the server would refuse", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.,$]{1,12}$/)), (amount) => {
        const { choice, customAmount } = offer({ amount });
        expect(checkAmount(choice === "other" ? customAmount : choice, usd).ok).toBe(true);
      }),
    );
  });

  it("offers items at today's prices, and keeps the one that was chosen when its price changed", () => {
    const items = [
      { id: "mug", label: "Mug", minor: 18_00 },
      { id: "book-2", label: "Book", minor: 9_50 },
    ];
    const shop = (query: Record<string, string>) => tipOffer(query, { ...usd, items }, ["2"]);
    expect(shop({}).presets).toEqual(["18.00 mug", "9.50 book-2"]);
    expect(shop({ item: "book-2" }).choice).toBe("9.50 book-2");
    expect(amountFault("9.50 book-2", { ...usd, exponent: 2, priced: true })).toBeNull();
    expect(shop({ error: "price_changed", amount: "9.00 book-2" }).choice).toBe("9.50 book-2");
    for (const strange of ["", "hat", "9.50", "__proto__"]) expect(shop({ item: strange }).choice).toBe("18.00 mug");
  });

  it("with one price a link cannot ask for another", () => {
    const fixed = tipOffer({ amount: "3" }, { ...usd, min: 9_00, max: 9_00, fixed: true }, ["2"]);
    expect(fixed).toMatchObject({ presets: ["9.00"], choice: "9.00", link: null });
  });

  it("gives back what a refused form held, mistakes included", () => {
    const query = { error: "amount_too_low", field: "amount", amount: "other", customAmount: "0,1x", name: "Bo" };
    expect(offer(query)).toMatchObject({
      choice: "other",
      customAmount: "0,1x",
      link: null,
      name: "Bo",
      refused: { code: "amount_too_low", field: "amount" },
    });
    expect(offer({ error: "rate_limited", amount: "10.00" })).toMatchObject({ choice: "10.00" });
  });

  it("leaves a name private unless the payer ticked the box in a refused form", () => {
    expect(offer({ showName: "on" }).showName).toBe(false);
    expect(offer({ error: "amount_too_low" }).showName).toBe(false);
    expect(offer({ error: "amount_too_low", showName: "on" }).showName).toBe(true);
  });

  it("reads the first of several values, and nothing from a key", () => {
    expect(offer({ name: ["a", "b"] }).name).toBe("a");
    expect(offer({ key: "5c1f4b9e-0000-4000-8000-000000000000" })).toEqual(offer({}));
  });
});

describe("text that is too long", () => {
  const FAMILY = "👨‍👩‍👧‍👦";

  it("ends before the emoji that does not fit, and not inside it", () => {
    const message = `${"x".repeat(275)}${FAMILY}`;
    expect(tipOffer({ message }, usd).message).toBe("x".repeat(275));
    expect(tipOffer({ name: `${"x".repeat(59)}👍` }, usd).name).toBe("x".repeat(59));
    expect(cut(`${"x".repeat(5)}e\u0301`, 6)).toBe("xxxxx");
  });

  it("is the beginning of what was written, within the limit, and well-formed", () => {
    const text = fc
      .array(fc.oneof(fc.constant(FAMILY), fc.string({ unit: "grapheme" })))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.nat({ max: 60 }), (whole, max) => {
        const start = cut(whole, max);
        expect(whole.startsWith(start)).toBe(true);
        expect(start.length).toBeLessThanOrEqual(max);
        expect(start.isWellFormed()).toBe(true);
      }),
    );
  });
});

it("typed and linked amounts are read alike", () => {
  expect(plainAmount("1.000,50", "USD")).toBe(tipOffer({ amount: "1.000,50" }, usd).customAmount);
});
