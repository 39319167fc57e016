import fc from "fast-check";
import { expect, it } from "vitest";
import { formatAmount, formatAmountForPeople } from "@/lib/money/amount";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { LANGUAGES } from "@/messages/catalogue";
import { moneyText, shortMoney } from "./money-text";

const currencies = Object.keys(CURRENCIES) as Currency[];
const languages = LANGUAGES.map(({ tag }) => tag);

it("writes amounts as the server does, without the server's table, in every language and currency", () => {
  const minors = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(fc.constantFrom(...currencies), fc.constantFrom(...languages), minors, (currency, language, minor) => {
      const text = moneyText(formatAmount({ currency, minor }), { currency, language });
      expect(text).toBe(formatAmountForPeople({ currency, minor }, language));
    }),
  );
});

it.each([
  ["5.00", "USD", "en", "$5"],
  ["5.50", "USD", "en", "$5.50"],
  ["5.5", "USD", "en", "$5.50"],
  ["10000.00", "USD", "en", "$10,000"],
  ["1000", "JPY", "en", "¥1,000"],
  ["100", "JPY", "en", "¥100"],
  ["5.00", "USDC", "en", "5 USDC"],
  ["1500.00", "EUR", "de", "1.500\u00a0€"],
])("shortens %s %s in %s to %s", (amount, currency, language, text) => {
  expect(shortMoney(amount, { currency, language })).toBe(text);
});
