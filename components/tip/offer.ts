import { formatAmount, parseAmount } from "@/lib/money/amount";
import { plainAmount } from "@/lib/money/amount-grammar";
import type { Item, Pricing } from "@/lib/money/catalogue";
import { CURRENCIES, type Currency } from "@/lib/money/currency";
import { cut, FIELD_LIMITS } from "@/lib/web/contract";
import type { LinkQuery } from "../language-switch";

/** What the form offers and what it starts with: from a link (`?amount=5&message=Hi`) or from a form that was sent back. */
export type TipOffer = {
  /** Decimal strings with all decimals; of an item, followed by a space and its id. */
  readonly presets: readonly string[];
  /** The value of the preset that is chosen, or "other". */
  readonly choice: string;
  readonly customAmount: string;
  /** Why the form does not start with the amount that the link asked for. */
  readonly link: "too_low" | "too_high" | "unreadable" | null;
  readonly name: string;
  readonly message: string;
  readonly showName: boolean;
  readonly refused: { readonly code: string; readonly field: string } | null;
};

/** Pure. All text is cut to what the server takes. `ownPresets` are the merchant's, as people write them. */
export function tipOffer(query: LinkQuery, pricing: Pricing, ownPresets?: readonly string[]): TipOffer {
  const text = (name: string, max: number) => cut([query[name] ?? ""].flat()[0]?.trim() ?? "", max);
  const code = text("error", 40);
  const presets = pricing.items?.map((item) => itemChoice(item, pricing)) ?? presetAmounts(pricing, ownPresets);
  const amount = pricing.fixed ? "" : text("amount", FIELD_LIMITS.amount);
  const typed = amount === "other" ? text("customAmount", FIELD_LIMITS.amount) : amount;
  return {
    presets,
    ...(pricing.items
      ? startItem(text("item", FIELD_LIMITS.amount) || amount, presets)
      : startAmount(typed, { pricing, presets, sentBack: code !== "" && amount !== "" })),
    name: text("name", FIELD_LIMITS.name),
    message: text("message", FIELD_LIMITS.message),
    // Only from a refused form: no link ticks the box for the payer.
    showName: code !== "" && query.showName !== undefined,
    refused: code === "" ? null : { code, field: text("field", 40) },
  };
}

/** The merchant's own amounts where there are any, else the usual ones; only those that the server takes. */
function presetAmounts({ currency, min, max, fixed }: Pricing, own?: readonly string[]): string[] {
  const offered = own?.map((text) => minorOf(text, currency)) ?? CURRENCIES[currency].presets;
  const allowed = fixed ? [min] : offered.filter((minor) => minor >= min && minor <= max);
  return [...new Set(allowed)].map((minor) => formatAmount({ currency, minor }));
}

const itemChoice = ({ id, minor }: Item, { currency }: Pricing) => `${formatAmount({ currency, minor })} ${id}`;

/** By the id alone: from a link (`?item=ID`), or in a form that was sent back, whatever the price was then. */
function startItem(wanted: string, presets: readonly string[]) {
  const idOf = (choice: string) => choice.split(" ").at(-1);
  const choice = presets.find((each) => idOf(each) === idOf(wanted)) ?? presets[0] ?? "";
  return { choice, customAmount: "", link: null };
}

function startAmount(
  typed: string,
  { pricing, presets, sentBack }: { pricing: Pricing; presets: readonly string[]; sentBack: boolean },
): Pick<TipOffer, "choice" | "customAmount" | "link"> {
  const { currency, min, max } = pricing;
  const other = (customAmount: string, link: TipOffer["link"] = null) => ({ choice: "other", customAmount, link });
  const decimal = (minor: number) => formatAmount({ currency, minor });
  const minor = minorOf(typed, currency);
  const preset = presets.find((each) => minorOf(each, currency) === minor);
  if (preset !== undefined) return { choice: preset, customAmount: "", link: null };
  // The payer typed it, and the problem beside it says what is wrong.
  if (sentBack) return other(typed);
  if (minor < min) return other(decimal(min), "too_low");
  if (minor > max) return other(decimal(max), "too_high");
  if (minor >= min) return other(decimal(minor));
  // The second preset: neither the least nor a bold suggestion.
  const usual = presets[1] ?? presets[0] ?? "other";
  return { choice: usual, customAmount: "", link: typed === "" ? null : "unreadable" };
}

/** NaN where it is no amount; infinite where it is one that cannot be counted. */
function minorOf(text: string, currency: Currency): number {
  const parsed = parseAmount(plainAmount(text, currency), currency);
  if (parsed.ok) return parsed.minor;
  return parsed.problem === "too_large" ? Number.POSITIVE_INFINITY : Number.NaN;
}
