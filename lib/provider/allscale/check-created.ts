import { formatAmount } from "@/lib/money/amount";
import type { Money } from "@/lib/money/currency";
import { divideDecimals, equalDecimals, isOver, isShort } from "@/lib/money/decimal";
import { isPlausible } from "@/lib/money/rates";
import type { Payment } from "@/lib/orders/order";
import { checkCheckoutUrl } from "../checkout-url";
import { type CreatedIntent, isStablecoin, type Stablecoin, stablecoinOfId } from "./wire";

type Checked<Success> = ({ readonly ok: true } & Success) | { readonly ok: false; readonly reason: string };
type CheckedQuote = Checked<{ readonly quote: NonNullable<Payment["quote"]> }>;

/** Checks what AllScale asks of the payer (§5): a wrong unit would charge a hundred times too much or too little. */
export function checkQuote(price: Money, created: CreatedIntent, accepted: readonly Stablecoin[]): CheckedQuote {
  const { amount_coins: amount, rate, stable_coin_type: coinId } = created;
  const priceText = formatAmount(price);
  const facts = `price=${priceText} ${price.currency} coins=${amount} coin=${coinId} rate=${rate}`;
  const refuse = (why: string) => ({ ok: false, reason: `${why}: ${facts}` }) as const;
  const coin = stablecoinOfId(coinId);
  if (coin === null) return refuse("unknown coin");
  if (isStablecoin(price.currency)) {
    if (coin !== price.currency) return refuse("other coin");
    if (!equalDecimals(amount, priceText)) return refuse("other amount");
    return { ok: true, quote: { coin, amount, rate: null, accepted: [coin] } };
  }
  if (accepted.length > 0 && !accepted.includes(coin)) return refuse("coin not accepted");
  if (!isPlausible({ price, coins: amount })) return refuse("implausible amount");
  const isDollar = price.currency === "USD";
  // A coin is worth a US dollar, so for USD no rate is needed and none can move the coins away from the price.
  if (isDollar && !isNear(priceText, amount)) return refuse("amounts disagree");
  const agreed = rate === null ? null : coinsPerUnit({ price: priceText, coins: amount, rate });
  if (agreed === null && (rate !== null || !isDollar)) return refuse("amounts disagree");
  return { ok: true, quote: { coin, amount, rate: agreed, accepted: accepted.length > 0 ? [...accepted] : [coin] } };
}

/** The rate's direction is not documented: it may be the inverse as well, as long as it gives these coins, else null. */
function coinsPerUnit({ price, coins, rate }: Record<"price" | "coins" | "rate", string>): string | null {
  if (isNear(divideDecimals(coins, price, 12), rate)) return rate;
  return isNear(divideDecimals(price, coins, 12), rate) ? divideDecimals("1", rate, 8) : null;
}

/** Room for the rounding of rates and coins: 1 %. */
function isNear(expected: string, actual: string): boolean {
  return !isOver({ expected, actual, percent: 1 }) && !isShort({ expected, actual, permille: 10 });
}

/** As sources of a `form-action` directive; the second list is for an emulator on this machine. */
export const CHECKOUT_SOURCES = ["https://allscale.io", "https://*.allscale.io"] as const;
export const LOCAL_CHECKOUT_SOURCES = ["http://127.0.0.1:*", "http://localhost:*"] as const;

/** https on allscale.io and its subdomains. */
export function checkAllScaleUrl(text: string, baseUrl: string) {
  const isProvider = (hostname: string) => hostname === "allscale.io" || hostname.endsWith(".allscale.io");
  return checkCheckoutUrl(text, { baseUrl, isProvider });
}
