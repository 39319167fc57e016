import { randomInt } from "node:crypto";
import type { Delivery } from "./deliveries";
import type { Report } from "./report";
import { healed, inParallel, type Shop } from "./shop";

/** Deliveries under way at one time. */
const WIDTH = 12;

/**
 * One crash: deliveries of every kind are sent at once, and `crash` strikes as soon as a random number of them has been
 * acknowledged, with the others still under way. After `recover`, what was acknowledged must be there before anything
 * is sent again, and the rest must be accepted when it comes again, byte for byte.
 */
export async function crashDuringDeliveries(options: {
  name: string;
  shop: Shop;
  report: Report;
  orders: number;
  crash: () => Promise<void>;
  recover: () => Promise<void>;
}): Promise<void> {
  const { name, shop, report, crash, recover } = options;
  const orderIds = await shop.openOrders(options.orders);
  const deliveries = orderIds.flatMap((orderId, index) => mixFor(shop, orderId, index));
  const strikeAfter = randomInt(1, Math.max(2, Math.floor(deliveries.length * 0.6)));
  const unacknowledged: Delivery[] = [];
  let acknowledged = 0;
  let struck: Promise<void> | undefined;
  await inParallel(deliveries, WIDTH, async (delivery) => {
    const { status } = await shop.deliver(delivery);
    if (status === 200) acknowledged += 1;
    else if (delivery.kind !== "forged") unacknowledged.push(delivery);
    if (acknowledged === strikeAfter) struck ??= crash();
  });
  await (struck ?? crash());
  await recover();
  await healed(shop);

  const promised = shop.ledger.promised().filter(({ intent }) => orderIds.includes(intent.orderId));
  const missing = await notThere(shop, promised);
  report.check(`${name}: what was acknowledged is there right after the crash`, missing.length === 0, missing);
  const refused: (number | null)[] = [];
  await inParallel(unacknowledged, WIDTH, async (delivery) => {
    const { status } = await shop.deliver(delivery);
    if (status !== 200) refused.push(status);
  });
  report.check(`${name}: what was not acknowledged is accepted when it comes again`, refused.length === 0, refused);
}

/** Mostly the truth, some of it twice, some of it about another amount, and lies. */
function mixFor(shop: Shop, orderId: string, index: number): Delivery[] {
  const right = shop.delivery("right", orderId);
  switch (index % 10) {
    case 7:
      return [right, right];
    case 8:
      return [shop.delivery("wrong_money", orderId)];
    case 9:
      return [shop.delivery("forged", orderId), right];
    default:
      return [right];
  }
}

/** Asked through the app, which has just found its store as the crash left it. */
async function notThere(shop: Shop, promised: readonly Delivery[]): Promise<string[]> {
  const missing: string[] = [];
  await inParallel(promised, 4, async ({ kind, intent }) => {
    const { status, json } = await shop.client.order(intent.orderId);
    const expected = kind === "right" ? "paid" : "review";
    if (status !== 200 || json.status !== expected) missing.push(`${kind}: ${status} ${json.status}`);
  });
  return missing;
}
