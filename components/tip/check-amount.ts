/** `exponent`: how many decimals people write in this currency. The bounds are in minor units, both included. */
export type AmountRule = { readonly exponent: number; readonly min: number; readonly max: number };

/** How people mark an amount in a currency, besides its code. All others are dollars; the stable coins have no sign. */
const SIGNS: Readonly<Record<string, string>> = { EUR: "€", GBP: "£", JPY: "¥円", CNY: "¥元", USDT: "", USDC: "" };

/**
 * What was typed, as the server wants it, where it can only mean one thing: "７,５" as much as "US$ 7.50". "1,000" can mean
 * two, and the sign of another currency is no wish to pay in this one, so these stay what they are and are refused.
 */
export function plainAmount(typed: string, currency: string): string {
  // Full-width forms only: the rest of NFKC would read "5²" as 52.
  const text = typed.replace(/[\uff01-\uffe6]/g, (wide) => wide.normalize("NFKC")).toUpperCase();
  const [, before = "", digits = "", after = ""] = /^([^\d.,]*)0*(\d[\d.,]*)([^\d.,]*)$/.exec(text) ?? [];
  const isOwn = digits !== "" && [before, after].every((mark) => marks(mark.trim(), currency));
  // Keyboards of half the world offer a comma and no point.
  return isOwn ? digits.replace(/^(\d+),(\d\d?)$/, "$1.$2") : typed.trim();
}

/** The code, the sign, the sign after some of the code ("US$"), or nothing. */
function marks(mark: string, currency: string): boolean {
  const signs = SIGNS[currency] ?? "$";
  return mark === currency || (currency.startsWith(mark.slice(0, -1)) && signs.includes(mark.slice(-1)));
}

/**
 * Tells the payer at once what the server would say; the server decides. The grammar of `lib/money` once more, because
 * its table of currencies is more than a payer should have to load; a test holds the two against each other.
 */
export function amountFault(amount: string, { exponent, min, max }: AmountRule): "digits" | "range" | null {
  const [, whole, decimals = ""] = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(amount || "0") ?? [];
  if (whole === undefined || decimals.length > exponent) return "digits";
  const minor = Number(whole + decimals.padEnd(exponent, "0"));
  return minor >= min && minor <= max ? null : "range";
}

/** A decimal string as the presets are written, which a test watches over. Intl knows no code of four letters. */
export function amountText(amount: string, { currency, language }: { currency: string; language: string }): string {
  const isCoin = currency.length > 3;
  const style = isCoin ? { minimumFractionDigits: 2 } : ({ style: "currency", currency } as const);
  const text = new Intl.NumberFormat(language, style).format(amount as Intl.StringNumericLiteral);
  return text.replace(/[.,]00(?!\d)/, "") + (isCoin ? ` ${currency}` : "");
}
