import { checkAmount, formatAmount } from "@/lib/money/amount";
import { plainAmount } from "@/lib/money/amount-grammar";
import type { Pricing } from "@/lib/money/catalogue";
import { CURRENCIES } from "@/lib/money/currency";
import type { PublishedFee } from "@/lib/provider/provider";
import { type Check, ok, unknown, warning } from "./check";

type Prices = {
  readonly pricing: Pricing | null;
  /** The merchant's own, as people write them; undefined for the usual ones. */
  readonly presets: readonly string[] | undefined;
  readonly fee: PublishedFee | undefined;
};

/** A fee above this share of a price is worth a warning. */
const HIGH_FEE_DIVISOR = 5;

/** The cheapest item where there are items, else the smallest amount. */
export function smallestPayment({ currency, min, items = [] }: Pricing) {
  const [cheapest] = items.toSorted((a, b) => a.minor - b.minor);
  return { price: { currency, minor: cheapest?.minor ?? min }, item: cheapest?.id };
}

/** Currency, limits and presets, and what is left of the smallest payment. Asks the provider nothing. */
export function priceChecks({ pricing, presets, fee }: Prices): readonly Check[] {
  if (pricing === null) {
    const sentence = "Not checked: the currency or the limits are not right.";
    return (["currency", "amounts", "fee"] as const).map((id) => unknown(id, sentence));
  }
  const { currency } = pricing;
  const isFiat = CURRENCIES[currency].kind === "fiat";
  const paid = isFiat ? "what payers pay with is up to the provider" : `payers pay in ${currency}`;
  return [
    ok("currency", `Prices are in ${currency}; ${paid}.`),
    amountsCheck(pricing, presets),
    fee === undefined ? unknown("fee", "What the provider keeps is not known here.") : feeCheck(pricing, fee),
  ];
}

function amountsCheck({ currency, min, max, fixed, items }: Pricing, own: readonly string[] | undefined): Check {
  const label = (minor: number) => `${formatAmount({ currency, minor })} ${currency}`;
  if (fixed) return ok("amounts", `There is one price, ${label(min)}.`);
  if (items) return ok("amounts", `Payers choose one of the items of site.config.ts: ${items.length}.`);
  const presets = own ?? CURRENCIES[currency].presets.map((minor) => formatAmount({ currency, minor }));
  const wrong = presets.filter((text) => !checkAmount(plainAmount(text, currency), { currency, min, max }).ok);
  const limits = `from ${label(min)} to ${label(max)}`;
  if (wrong.length === 0) return ok("amounts", `Payers can give ${limits}, and every preset is within.`);
  const sentence = `Payers can give ${limits}, so the form does not offer these presets: ${wrong.join(", ")}.`;
  return warning("amounts", sentence, "Change presets in site.config.ts, or AMOUNT_MIN and AMOUNT_MAX.");
}

function feeCheck(pricing: Pricing, { estimate, source }: PublishedFee): Check {
  const { price, item } = smallestPayment(pricing);
  const { currency, minor } = price;
  const fee = estimate(price);
  const net = formatAmount({ currency, minor: Math.max(0, minor - fee) });
  const sentence = `Of the smallest payment, ${formatAmount(price)} ${currency}, about ${net} arrives.`;
  if (fee * HIGH_FEE_DIVISOR <= minor) return ok("fee", `${sentence} ${source}`);
  const what = item === undefined ? "AMOUNT_MIN" : `the price of the item ${item} in site.config.ts`;
  return warning("fee", `${sentence} ${source}`, `Raise ${what}, so that a payment is worth its fee.`);
}
