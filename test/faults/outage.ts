import type { Answer } from "@/e2e/support/client";
import { eventually } from "@/test/eventually";
import type { Receipt } from "./deliveries";
import type { Report } from "./report";
import { healed, type Shop } from "./shop";

/** What everybody sees at the same moment of an outage. */
export type Sight = {
  readonly webhook: Receipt;
  readonly health: Answer;
  readonly checkout: Answer;
  /** The order's state as a payer's page polls it. */
  readonly order: Answer;
  /** The order's page itself. */
  readonly page: Answer;
  /** What AllScale was asked meanwhile about this order or to create. */
  readonly asked: readonly string[];
};

/**
 * Asks for everything at once, about an order that was opened in good times. `health` is what `/api/health` will say
 * once its answer is none of before: it may be five seconds old.
 */
export async function lookAround(
  shop: Shop,
  orderId: string,
  { health: expected }: { health: number },
): Promise<Sight> {
  const delivery = shop.delivery("right", orderId);
  const before = shop.allscale.requests.length;
  const [webhook, health, checkout, order, page] = await Promise.all([
    shop.deliver(delivery),
    healthSaying(shop, expected),
    shop.client.checkout({ amount: "5.00" }),
    shop.client.order(orderId),
    shop.client.request("GET", `/orders/${orderId}`, { headers: { accept: "text/html" } }),
  ]);
  // Not about another order, which a page that was looked at before may still be having looked after.
  const intent = shop.allscale.model.intentOf(orderId);
  const asked = shop.allscale.requests
    .slice(before)
    .filter((path) => path.endsWith("/checkout_intents/") || path.includes(intent.id));
  return { webhook, health, checkout, order, page, asked };
}

/** The first answer with this status, or the last one where none comes. */
export async function healthSaying(shop: Pick<Shop, "health">, status: number): Promise<Answer> {
  let latest = await shop.health();
  const says = async () => {
    if (latest.status !== status) latest = await shop.health();
    return latest.status === status || undefined;
  };
  await eventually(says, 9_000).catch(() => {});
  return latest;
}

/**
 * The outage of a store: everything that needs it refuses and says so, and nothing is taken for done. A store that can
 * still be read shows the order as it was last known.
 */
export function checkStoreOutage(options: {
  readonly report: Report;
  readonly name: string;
  readonly sight: Sight;
  readonly readable: boolean;
}): void {
  const { report, name, sight, readable } = options;
  const { webhook, health, checkout, order, page, asked } = sight;
  report.check(`${name}: the webhook is refused with 503`, webhook.status === 503, webhook);
  const says = health.status === 503 && health.json.code === "store_unavailable";
  report.check(`${name}: health says 503 and why`, says, health.text);
  const refused = checkout.status === 503 && checkout.headers.get("retry-after") !== null;
  report.check(`${name}: a checkout is refused with 503`, refused, checkout.text);
  if (readable) {
    const { status, delayed } = order.json;
    const shown = order.status === 200 && status === "pending" && delayed === true;
    report.check(`${name}: a poll shows the order as it is stored, delayed`, shown, order.text);
  } else {
    report.check(`${name}: a poll is refused with 503`, order.status === 503, order.text);
  }
  report.check(`${name}: AllScale is asked nothing whose answer could not be stored`, asked.length === 0, asked);
  report.check(`${name}: the order page is shown all the same`, page.status === 200, page.status);
}

/** The fault is over: nothing is restarted, and the delivery that was refused comes again. */
export async function checkHealing(options: {
  report: Report;
  name: string;
  shop: Shop;
  orderId: string;
}): Promise<void> {
  const { report, name, shop, orderId } = options;
  await healed(shop);
  const again = await shop.deliver(shop.delivery("right", orderId));
  report.check(`${name}: the redelivery settles once it is over`, again.status === 200, again);
  const { json } = await shop.client.order(orderId);
  report.check(`${name}: the payer sees it paid`, json.status === "paid", json);
}
