import type { Case } from "./case";
import { checkMemory, residentMegabytes } from "./memory";
import { inParallel, openShop, type Shop, sqliteOrders } from "./shop";

const WIDTH = 8;

/** Whole payments, one after the other and beside each other, as on a good day that does not end. */
export const soak: Case = {
  name: "soak",
  measures: true,
  async run({ report, sizes }) {
    const count = sizes.soakedPayments;
    const shop = await openShop();
    try {
      const memory: (number | null)[] = [];
      const latencies: number[] = [];
      const wrong: string[] = [];
      const started = performance.now();
      let done = 0;
      await inParallel(Array.from({ length: count }), WIDTH, async () => {
        const began = performance.now();
        const problem = await payOnce(shop);
        latencies.push(performance.now() - began);
        if (problem !== null) wrong.push(problem);
        done += 1;
        if (done % Math.ceil(count / 20) === 0) memory.push(residentMegabytes(shop.app.pid()));
      });
      const seconds = (performance.now() - started) / 1_000;
      report.check("soak: each payment went as it should", wrong.length === 0, wrong.slice(0, 5));
      checkMemory(report, "soak", memory);
      latencies.sort((a, b) => a - b);
      const p99 = Math.round(latencies[Math.floor(latencies.length * 0.99)] ?? 0);
      report.figure(`soak: ${count} payments of 6 requests in ${seconds.toFixed(0)} s, p99 of a whole one ${p99} ms`);
      report.row(`soak, ${count} payments`, await shop.ledger.audit(sqliteOrders(shop.app)));
    } finally {
      await shop.close();
    }
  },
};

/** From the form to the receipt. Null when all went well. */
async function payOnce(shop: Shop): Promise<string | null> {
  const form = await shop.client.request("GET", "/", { headers: { accept: "text/html" } });
  if (form.status !== 200) return `form ${form.status}`;
  const orderId = await shop.openOrder();
  const before = await shop.client.order(orderId);
  if (before.json.status !== "pending") return `before: ${before.text}`;
  const delivery = shop.delivery("right", orderId);
  const first = await shop.deliver(delivery);
  const second = await shop.deliver(delivery);
  if (first.result !== "paid" || second.result !== "duplicate") return `webhooks ${first.result} ${second.result}`;
  const page = await shop.client.request("GET", `/orders/${orderId}`, { headers: { accept: "text/html" } });
  return page.status === 200 && page.text.includes('data-order-state="paid"') ? null : `page ${page.status}`;
}
