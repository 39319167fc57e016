import { type AmountLimits, checkAmount, formatAmount, parseAmount } from "./amount";

/** What is for sale, as a merchant writes it. The id goes into orders and links, so it stays when label and price change. */
export type ItemConfig = { readonly id: string; readonly label: string; readonly price: string };

/** `minor` is the price in the minor unit of the shop's currency. */
export type Item = Pick<ItemConfig, "id" | "label"> & { readonly minor: number };

/** Bounds in minor units, both included. With a fixed price they are that price; with `items`, payers choose one of those. */
export type Pricing = AmountLimits & { readonly fixed: boolean; readonly items?: readonly Item[] };

/** Short, so that with a price it fits the form's field for amounts. */
const ITEM_ID = /^[a-z0-9-]{1,20}$/;

/** Every item with its price read, or what is wrong with the first that cannot be sold. */
export function readItems(configured: readonly ItemConfig[], limits: AmountLimits) {
  const items: Item[] = [];
  for (const { id, label, price } of configured) {
    const refuse = (problem: string) => ({ ok: false, problem: `item ${JSON.stringify(id)} ${problem}` }) as const;
    if (!ITEM_ID.test(id)) return refuse("needs an id of at most 20 small letters, digits and hyphens");
    if (items.some((item) => item.id === id)) return refuse("is there twice");
    const checked = checkAmount(price, limits);
    if (!checked.ok) return refuse(`has a price that ${checked.message}`);
    items.push({ id, label, minor: checked.money.minor });
  }
  return { ok: true, items } as const;
}

/**
 * The price of a request, decided here alone. A fixed price holds whatever amount was sent. With items, the item decides; the
 * amount is what the payer was shown, and another one than today's price is refused, so that no one pays a price they did
 * not see. In a form an item is its price, a space and its id. Otherwise the payer decides, within limits.
 */
export function checkPrice(
  request: { readonly amount?: unknown; readonly item?: string | undefined },
  pricing: Pricing,
) {
  const { currency, fixed, min, items } = pricing;
  const text = typeof request.amount === "string" ? request.amount : "";
  if (fixed) return { ok: true, money: { currency, minor: min } } as const;
  if (items === undefined) {
    const message = 'must be a decimal string such as "5.00"';
    const checked = typeof request.amount === "string" ? checkAmount(text, pricing) : null;
    if (checked === null) return { ok: false, field: "amount", problem: "amount_invalid", message } as const;
    return checked.ok ? checked : ({ ...checked, field: "amount" } as const);
  }
  const [, amount = text, id = request.item] = /^(\S*) (\S+)$/.exec(text) ?? [];
  const item = items.find((each) => each.id === id);
  if (item === undefined) {
    const message = "must be the id of an item that is for sale";
    return { ok: false, field: "item", problem: "invalid", message } as const;
  }
  const money = { currency, minor: item.minor };
  const shown = parseAmount(amount, currency);
  const isToday = request.amount === undefined || (shown.ok && shown.minor === item.minor);
  if (isToday) return { ok: true, money, item: item.id } as const;
  const message = `must be today's price of this item, ${formatAmount(money)} ${currency}, or left out`;
  return { ok: false, field: "amount", problem: "price_changed", message } as const;
}
