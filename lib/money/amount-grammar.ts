/** Browsers load this file, so it does without the table of currencies. */
export type ParsedAmount =
  | { readonly ok: true; readonly minor: number }
  | { readonly ok: false; readonly problem: "format" | "too_many_decimals" | "too_large" };

/** ASCII digits without a leading zero, then optionally a point and decimals. "1e3", "5,00", "+5" and " 5" stay out. */
const GRAMMAR = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** Reads major units ("5.00") as minor units of a currency with `exponent` decimals. Digits are moved, never multiplied. */
export function parseMinor(text: string, exponent: number): ParsedAmount {
  const [match, whole = "", decimals = ""] = GRAMMAR.exec(text) ?? [];
  if (match === undefined) return { ok: false, problem: "format" };
  if (decimals.length > exponent) return { ok: false, problem: "too_many_decimals" };
  const minor = Number(whole + decimals.padEnd(exponent, "0"));
  return Number.isSafeInteger(minor) ? { ok: true, minor } : { ok: false, problem: "too_large" };
}

/** Besides the code. All others are dollars; the stablecoins have no sign. */
const SIGNS: Readonly<Record<string, string>> = { EUR: "€", GBP: "£", JPY: "¥円", CNY: "¥元", USDT: "", USDC: "" };

/**
 * What a payer typed, as a decimal string, where it can only mean one thing: "７,５", "US$ 7.50", "1.000,50". Anything
 * else ("1,000", another currency's sign) comes back as it is, for `parseMinor` to refuse.
 */
export function plainAmount(typed: string, currency: string): string {
  const visible = typed
    // Copied text carries marks that cannot be seen.
    .replace(/\p{Cf}/gu, "")
    // Full-width forms only: the rest of NFKC would read "5²" as 52.
    .replace(/[\uff01-\uffe6]/g, (wide) => wide.normalize("NFKC"))
    .trim();
  const text = visible.toUpperCase();
  const [, before = "", digits = "", after = ""] = /^([^\d.,]*)0*(\d[\d.,]*)([^\d.,]*)$/.exec(text) ?? [];
  const isOwn = digits !== "" && [before, after].every((mark) => isMark(mark.trim(), currency));
  return isOwn ? withPoint(digits) : visible;
}

/** Where there are two separators, the first is of thousands. A lone comma with one or two digits is decimal. */
function withPoint(digits: string): string {
  const [, thousands = ""] = /^\d{1,3}([.,])\d{3}(?:\1\d{3})*(?!\1)[.,]\d\d?$/.exec(digits) ?? [];
  return (thousands ? digits.replaceAll(thousands, "") : digits).replace(/^(\d+),(\d\d?)$/, "$1.$2");
}

/** The code, the sign, the sign after some of the code ("US$"), or nothing. */
function isMark(mark: string, currency: string): boolean {
  const signs = SIGNS[currency] ?? "$";
  return mark === currency || (currency.startsWith(mark.slice(0, -1)) && signs.includes(mark.slice(-1)));
}
