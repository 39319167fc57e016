type Reader = { readonly currency: string; readonly language: string };

/** A decimal string in major units as people write it: "$5.00", "5,00 €". Intl knows no stablecoins: "5.00 USDT". */
export function moneyText(amount: string, { currency, language }: Reader): string {
  const isCoin = currency.length > 3;
  const style = isCoin ? { minimumFractionDigits: 2 } : ({ style: "currency", currency } as const);
  const text = new Intl.NumberFormat(language, style).format(amount as Intl.StringNumericLiteral);
  return isCoin ? `${text} ${currency}` : text;
}

/** "$5" rather than "$5.00" where the amount is whole: for buttons and hints, never for a receipt. */
export function shortMoney(amount: string, reader: Reader): string {
  return moneyText(amount, reader).replace(/[.,]00(?!\d)/, "");
}
