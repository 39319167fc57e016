import { formatAmount } from "@/lib/money/amount";
import { isPaidInTestStore, type Order } from "@/lib/orders/order";

/** One line of the wall: what a payer agreed to show, and nothing else of the order. `amount` is null where the merchant hides it. */
export type Supporter = { readonly name: string; readonly amount: string | null; readonly currency: string };

/** A name that would leave its line empty: spaces, joiners, fillers and accents without a letter. */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Z}\p{M}\p{C}\u2800]*$/u;

/** Whether the payer asked to be named and the merchant has not taken the name down. The store's filter says the same; a name is worth two checks. */
export function shownName({ status, payer, hidden }: Order): string | null {
  if (status !== "paid" || hidden || payer.anonymous || payer.name === null) return null;
  return INVISIBLE.test(payer.name) ? null : payer.name;
}

type Options = { readonly shown: number; readonly amounts: boolean; readonly testStore: boolean };

/** Of a live shop those who paid with real money, of a test store those who tried it. */
export function supportersOf(orders: readonly Order[], options: Options): Supporter[] {
  return orders
    .flatMap((order) => {
      const name = shownName(order);
      if (name === null || isPaidInTestStore(order) !== options.testStore) return [];
      return [{ name, amount: options.amounts ? formatAmount(order.price) : null, currency: order.price.currency }];
    })
    .slice(0, options.shown);
}
