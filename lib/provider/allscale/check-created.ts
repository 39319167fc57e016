import { formatAmount } from "@/lib/money/amount";
import type { Money } from "@/lib/money/currency";
import { divideDecimals, equalDecimals, isOver, isShort } from "@/lib/money/decimal";
import { isPlausible } from "@/lib/money/rates";
import type { Payment } from "@/lib/orders/order";
import { isLoopback } from "@/lib/settings";
import { isStablecoin, type Stablecoin, stablecoinOfId } from "./tables";
import type { CreatedIntent } from "./wire";

type Quote = NonNullable<Payment["quote"]>;
type CheckedQuote = { readonly ok: true; readonly quote: Quote } | { readonly ok: false; readonly reason: string };

/**
 * What AllScale asks of the payer (§5), if it is worth our price: a wrong unit would charge a hundred times too much or too
 * little. `accepted` are the coins we asked for; empty means that AllScale chose one.
 */
export function checkQuote(price: Money, created: CreatedIntent, accepted: readonly Stablecoin[]): CheckedQuote {
  const { amount_coins: amount, rate } = created;
  const coin = stablecoinOfId(created.stable_coin_type);
  const refuse = (why: string): CheckedQuote => {
    const facts = `price=${formatAmount(price)} ${price.currency} coins=${amount} coin=${created.stable_coin_type} rate=${rate}`;
    return { ok: false, reason: `${why}: ${facts}` };
  };
  if (coin === null) return refuse("unknown coin");
  if (isStablecoin(price.currency)) {
    if (coin !== price.currency) return refuse("other coin");
    if (!equalDecimals(amount, formatAmount(price))) return refuse("other amount");
    return { ok: true, quote: { coin, amount, rate: null, accepted: [coin] } };
  }
  if (accepted.length > 0 && !accepted.includes(coin)) return refuse("coin not accepted");
  if (!isPlausible({ price, coins: amount })) return refuse("implausible amount");
  const agreed = agreedRate({ price: formatAmount(price), coins: amount, rate, isDollar: price.currency === "USD" });
  if (!agreed.ok) return refuse("amounts disagree");
  return {
    ok: true,
    quote: { coin, amount, rate: agreed.rate, accepted: accepted.length > 0 ? [...accepted] : [coin] },
  };
}

/** Room for the rounding of rates and coins. */
const TOLERANCE_PERCENT = 1;

/**
 * The rate as coins for one unit of the price. Which way round AllScale writes it is not documented, so it may be either
 * that or its inverse, as long as it gives these coins. A coin is worth a US dollar, so for USD no rate is needed and none
 * can move the coins away from the price.
 */
function agreedRate(input: { price: string; coins: string; rate: string | null; isDollar: boolean }) {
  const { price, coins, rate, isDollar } = input;
  const refused = { ok: false } as const;
  if (isDollar && !isNear(price, coins)) return refused;
  if (rate === null) return isDollar ? ({ ok: true, rate } as const) : refused;
  if (isNear(divideDecimals(coins, price, 12), rate)) return { ok: true, rate } as const;
  if (isNear(divideDecimals(price, coins, 12), rate)) return { ok: true, rate: divideDecimals("1", rate, 8) } as const;
  return refused;
}

function isNear(expected: string, actual: string): boolean {
  const over = isOver({ expected, actual, percent: TOLERANCE_PERCENT });
  return !over && !isShort({ expected, actual, permille: TOLERANCE_PERCENT * 10 });
}

/** As sources of a `form-action` directive; the second list is for an emulator on this machine. */
export const CHECKOUT_SOURCES = ["https://allscale.io", "https://*.allscale.io"] as const;
export const LOCAL_CHECKOUT_SOURCES = ["http://127.0.0.1:*", "http://localhost:*"] as const;

type CheckedUrl = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };

/**
 * Whether a payer may be sent to a checkout URL that AllScale answered: only to https on allscale.io and its subdomains, or
 * to a loopback host while the API itself is on one. The URL comes back as the parser understood it, so that what was
 * checked is what is followed.
 */
export function checkCheckoutUrl(text: string, baseUrl: string): CheckedUrl {
  // Parsers disagree about white space, control characters and backslashes, so a URL with any is not even parsed.
  if (text.length > 2_000 || !/^[!-~]+$/.test(text) || text.includes("\\"))
    return { ok: false, reason: "not a plain URL" };
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return { ok: false, reason: "not a web address" };
  const url = new URL(text);
  const { protocol, hostname, port } = url;
  if (url.username !== "" || url.password !== "") return { ok: false, reason: "credentials in the URL" };
  const isAllScale = hostname === "allscale.io" || hostname.endsWith(".allscale.io");
  if (protocol === "https:" && port === "" && isAllScale) return { ok: true, url: url.href };
  if (isLoopback(hostname) && isLoopback(new URL(baseUrl).hostname)) return { ok: true, url: url.href };
  // The host is for the log; the path could hold anything.
  return { ok: false, reason: `leads to ${protocol}//${url.host.slice(0, 100)}` };
}
