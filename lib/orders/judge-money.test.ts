import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { sampleOrder, samplePayment } from "@/test/sample-order";
import { judgeMoney, type MoneyVerdict } from "./apply-observation";
import type { PaymentObservation, ReportedMoney } from "./observation";
import type { Attention, Order, Payment } from "./order";

const QUOTE = { coin: "USDT", amount: "5.000000", rate: "1.0", accepted: ["USDT"] };
const DOLLARS = { currency: "USD", amount: "5.00" };

type Given = {
  price?: Order["price"];
  quote?: Payment["quote"];
  testStore?: boolean;
  money?: ReportedMoney | null;
  chain?: "main" | "test" | "unknown" | "none";
  orderReference?: string;
};

function judge(given: Given): MoneyVerdict {
  const { price = { currency: "USD", minor: 500 }, quote = QUOTE, testStore = false, chain = "main" } = given;
  const payment = samplePayment({ quote, testStore });
  const order = sampleOrder({ price, payments: [payment] });
  const { money = { price: DOLLARS, coins: { coin: "USDT", amount: "5.000000" } }, orderReference } = given;
  const observation: PaymentObservation = {
    provider: payment.provider,
    paymentId: payment.paymentId,
    status: "paid",
    providerStatus: "CONFIRMED",
    money,
    transaction: chain === "none" ? null : { chain },
    ...(orderReference !== undefined && { orderReference }),
  };
  return judgeMoney(order, payment, observation);
}

const coins = (amount: string, coin = "USDT") => ({ money: { price: DOLLARS, coins: { coin, amount } } });
const counts = (...attention: Attention[]) => ({ counts: true, attention });
const REVIEW: MoneyVerdict = { counts: false, attention: ["money_mismatch"] };

describe("a report of paid, held against the quote", () => {
  it.each<[string, Given, MoneyVerdict]>([
    ["the quote to the last digit", {}, counts()],
    ["the quote with other zeros", coins("5"), counts()],
    ["0.1 % short", coins("4.995"), counts()],
    ["0.1 % and a millionth short", coins("4.994999"), REVIEW],
    ["0.1 % and the smallest fraction short", coins(`4.994${"9".repeat(27)}`), REVIEW],
    ["4.76 for 5.00", coins("4.76"), REVIEW],
    ["a cent for 5.00", coins("0.01"), REVIEW],
    ["no coins", coins("0"), REVIEW],
    ["1 % over", coins("5.050000"), counts()],
    ["1 % and a millionth over", coins("5.050001"), counts("overpaid")],
    ["ten times over", coins("50"), counts("overpaid")],
    ["more digits than a float has", coins(`${"9".repeat(30)}.${"9".repeat(30)}`), counts("overpaid")],
    ["another coin than was asked for", coins("5.000000", "USDC"), REVIEW],
    ["an accepted coin", { ...coins("5.000000", "USDC"), quote: { ...QUOTE, accepted: ["USDT", "USDC"] } }, counts()],
    ["a coin by another case", coins("5.000000", "usdt"), REVIEW],
    ["an unknown coin", coins("5.000000", "DOGE"), REVIEW],
    ["no money at all", { money: null }, REVIEW],
    ["coins null", { money: { price: DOLLARS, coins: null } }, REVIEW],
    ["no price", { money: { price: null, coins: { coin: "USDT", amount: "5" } } }, REVIEW],
    ["the price of another order", { money: { ...coins("5").money, price: { ...DOLLARS, amount: "4.99" } } }, REVIEW],
    ["a higher price", { money: { ...coins("5").money, price: { ...DOLLARS, amount: "5.01" } } }, REVIEW],
    ["another currency", { money: { ...coins("5").money, price: { ...DOLLARS, currency: "EUR" } } }, REVIEW],
    ["the reference of another order", { orderReference: "another" }, REVIEW],
  ])("%s", (_name, given, expected) => {
    expect(judge(given)).toEqual(expected);
  });

  it("does not add up the tolerances of the quote and of the report", () => {
    // 1 % below the price, as a create call may ask; then the edge is that of the quote.
    const quote = { ...QUOTE, amount: "4.950000" };
    expect(judge({ quote, ...coins("4.945050") })).toEqual(counts());
    expect(judge({ quote, ...coins("4.945049") })).toEqual(REVIEW);
    expect(judge({ quote, ...coins("4.999501") })).toEqual(counts("overpaid"));
  });

  it.each<[NonNullable<Given["chain"]>, boolean, MoneyVerdict]>([
    ["main", false, counts()],
    ["main", true, counts()],
    ["test", false, { counts: false, attention: ["test_chain"] }],
    ["test", true, counts()],
    ["unknown", false, counts("unknown_chain")],
    ["unknown", true, counts("unknown_chain")],
    ["none", false, counts("unknown_chain")],
  ])("on chain %s, opened on a test store: %s", (chain, testStore, expected) => {
    expect(judge({ chain, testStore })).toEqual(expected);
    expect(judge({ chain, testStore, ...coins("4") })).toEqual(REVIEW);
  });
});

describe("a report of paid about a payment without a quote", () => {
  const unquoted = (price: Order["price"], reported: string | null, amount: string, coin = "USDT") =>
    judge({
      price,
      quote: null,
      money: {
        price: reported === null ? null : { currency: price.currency, amount: reported },
        coins: { coin, amount },
      },
    });

  it.each<[string, Order["price"], string, string, boolean]>([
    ["5 USD, exactly", { currency: "USD", minor: 500 }, "5.00", "5.000000", true],
    ["5 USD, 10 % below", { currency: "USD", minor: 500 }, "5.00", "4.500000", true],
    ["5 USD, more than 10 % below", { currency: "USD", minor: 500 }, "5.00", "4.499999", false],
    ["5 USD, double", { currency: "USD", minor: 500 }, "5.00", "10.000000", true],
    ["5 USD, more than double", { currency: "USD", minor: 500 }, "5.00", "10.000001", false],
    ["500 JPY, about 3.40 USDT", { currency: "JPY", minor: 500 }, "500", "3.400000", true],
    ["500 JPY, yen read as hundredths", { currency: "JPY", minor: 500 }, "500", "0.034000", false],
    ["500 JPY, as 500 USDT", { currency: "JPY", minor: 500 }, "500", "500", false],
    ["500 JPY, the price in hundredths", { currency: "JPY", minor: 500 }, "50000", "3.400000", false],
  ])("%s", (_name, price, reported, amount, counted) => {
    expect(unquoted(price, reported, amount).counts).toBe(counted);
  });

  it("takes both stablecoins for a fiat price, and the price's own for a stablecoin price, to the tolerance", () => {
    expect(unquoted({ currency: "USD", minor: 500 }, "5.00", "5", "USDC")).toEqual(counts());
    expect(unquoted({ currency: "USD", minor: 500 }, "5.00", "5", "DAI")).toEqual(REVIEW);
    const price = { currency: "USDC", minor: 500 } as const;
    expect(unquoted(price, null, "5.0000", "USDC")).toEqual(counts());
    expect(unquoted(price, null, "4.995", "USDC")).toEqual(counts());
    expect(unquoted(price, null, "4.9949", "USDC")).toEqual(REVIEW);
    expect(unquoted(price, null, "5.0501", "USDC")).toEqual(counts("overpaid"));
    expect(unquoted(price, null, "5.0000", "USDT")).toEqual(REVIEW);
  });
});

/** With all 30 decimals that the grammar allows. */
function units(decimal: string): bigint {
  const [whole = "", fraction = ""] = decimal.split(".");
  return BigInt(whole + fraction.padEnd(30, "0"));
}

const digits = fc.stringMatching(/^[0-9]{1,30}(\.[0-9]{1,30})?$/);
const currency = fc.constantFrom(...(Object.keys(CURRENCIES) as Currency[]));
const coin = fc.oneof({ weight: 5, arbitrary: fc.constantFrom("USDT", "USDC") }, { weight: 1, arbitrary: fc.string() });
const anything = fc.record(
  {
    price: fc.record({ currency, minor: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) }),
    quote: fc.option(fc.record({ coin, amount: digits, rate: fc.option(digits), accepted: fc.array(coin) })),
    testStore: fc.boolean(),
    money: fc.option(
      fc.record({
        price: fc.option(fc.record({ currency: fc.oneof(currency, fc.string()), amount: digits })),
        coins: fc.option(fc.record({ coin, amount: digits })),
      }),
    ),
    chain: fc.constantFrom("main", "test", "unknown", "none"),
    orderReference: fc.string(),
  },
  { requiredKeys: ["price", "quote", "testStore", "money", "chain"] },
);

it("never throws, whatever a report holds, and says why it does not count", () => {
  fc.assert(
    fc.property(anything, (given) => {
      const { counts, attention } = judge(given);
      if (!counts) expect(attention).not.toEqual([]);
      if (!given.money?.coins || given.orderReference !== undefined) expect(counts).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

it("compares with the quote exactly, however long the numbers are", () => {
  const around = fc.tuple(digits, fc.constantFrom(998n, 999n, 1_000n, 1_010n, 1_011n), fc.integer({ min: -1, max: 1 }));
  fc.assert(
    fc.property(around, ([amount, permille, off]) => {
      const exact = (units(amount) * permille) / 1_000n + BigInt(off);
      fc.pre(exact >= 0n && exact < 10n ** 60n);
      const text = `${exact}`.padStart(31, "0");
      const verdict = judge({ quote: { ...QUOTE, amount }, ...coins(`${text.slice(0, -30)}.${text.slice(-30)}`) });
      const isEnough = exact * 1_000n >= units(amount) * 999n;
      const isMore = exact * 100n > units(amount) * 101n;
      expect(verdict).toEqual(isEnough ? counts(...(isMore ? (["overpaid"] as const) : [])) : REVIEW);
    }),
    { numRuns: 2_000 },
  );
});
