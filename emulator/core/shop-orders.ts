import { setTimeout as sleep } from "node:timers/promises";
import { type ControlClient, TriggerError } from "./control-client";
import type { TriggerKit, TriggerOrder } from "./trigger-kit";

export interface ShopCreate {
  readonly url: string;
  readonly body: string;
  /** Called when the shop asks to be tried again later. */
  readonly onWait: (text: string) => void;
}

const longestWaitSeconds = 60;

/** Has the shop open an order through its own route, and finds its payment in the emulator. */
export async function createOrder<Order extends TriggerOrder>(
  kit: TriggerKit<Order>,
  emulator: ControlClient,
  shop: ShopCreate,
): Promise<Order> {
  const newest = () => emulator.list(`/${kit.payments}?limit=20`, kit.payments);
  const known = new Set((await newest()).map((view) => kit.toOrder(view).paymentId));
  await askShop(shop, { mayWait: true });
  const made = (await newest()).map((view) => kit.toOrder(view)).find(({ paymentId }) => !known.has(paymentId));
  if (made !== undefined) return made;
  throw new TriggerError(`${shop.url} opened no payment at this emulator. Does it talk to it?`);
}

async function askShop(shop: ShopCreate, { mayWait }: { mayWait: boolean }): Promise<void> {
  const { url, body } = shop;
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual" }).catch(() => {
    const advice = "Start the shop, or say where it opens orders with --create-url.";
    throw new TriggerError(`Nothing answers at ${url}. ${advice}`);
  });
  if (answer.status === 429) {
    const wait = answer.headers.get("retry-after");
    if (!mayWait || wait === null || !/^\d+$/.test(wait) || Number(wait) > longestWaitSeconds) {
      throw new TriggerError(`${url} limits how many orders are opened. Try again in ${wait ?? "some"} s.`);
    }
    shop.onWait(`${url} limits how many orders are opened: waiting ${wait} s.`);
    await sleep(Number(wait) * 1000);
    return askShop(shop, { mayWait: false });
  }
  if (answer.status >= 400) throw new TriggerError(`${url} answered ${answer.status}: ${await answer.text()}`);
}
