import { confirmation, signWebhook } from "@/e2e/support/sign-webhook";
import { once, type Send } from "./load";
import { CREDENTIALS } from "./rig";

export type MadeOrder = { readonly orderId: string; readonly paymentId: string };

export const createOf = (headers: Record<string, string> = {}): Send => ({
  path: "/api/checkout",
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: '{"amount":"5.00"}',
});

export const pollOf = ({ orderId }: MadeOrder): Send => ({ path: `/api/orders/${orderId}` });

export async function makeOrder(url: string): Promise<MadeOrder> {
  const { orderId, checkoutUrl } = JSON.parse(await once(url, createOf())) as { orderId: string; checkoutUrl: string };
  return { orderId, paymentId: checkoutUrl.slice(checkoutUrl.lastIndexOf("/") + 1) };
}

export async function makeOrders(url: string, count: number): Promise<MadeOrder[]> {
  const made: MadeOrder[] = [];
  const workers = Array.from({ length: 16 }, async () => {
    for (let left = count - made.length; left > 0; left = count - made.length) made.push(await makeOrder(url));
  });
  await Promise.all(workers);
  return made.slice(0, count);
}

/** A signed delivery that settles the order. */
export function webhookOf(url: string, { orderId, paymentId }: MadeOrder): Send {
  const path = "/api/webhooks/allscale";
  const body = confirmation({ all_scale_checkout_intent_id: paymentId, order_id: orderId });
  return { path, method: "POST", ...signWebhook({ url: url + path, ...CREDENTIALS, body }) };
}

export async function settle(url: string, orders: readonly MadeOrder[]): Promise<void> {
  for (const order of orders) await once(url, webhookOf(url, order));
}
