import { formatAmountForPeople, parseAmount } from "@/lib/money/amount";
import { isCurrency, type Money } from "@/lib/money/currency";

/** "$5" rather than "$5.00" where the amount is whole: for buttons and hints, never for a receipt. */
export function shortMoney(money: Money, locale: string): string {
  return formatAmountForPeople(money, locale).replace(/[.,]00(?!\d)/, "");
}

/** A decimal string of our own API ("5.00") for people; the plain text and code where it is none we know. */
export function moneyText(amount: string, currency: string, locale: string): string {
  const parsed = isCurrency(currency) ? parseAmount(amount, currency) : null;
  if (!isCurrency(currency) || parsed === null || !parsed.ok) return `${amount} ${currency}`;
  return formatAmountForPeople({ currency, minor: parsed.minor }, locale);
}
