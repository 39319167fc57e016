import { setTimeout as sleep } from "node:timers/promises";
import { clientOf } from "@/e2e/support/client";
import type { Case } from "./case";
import { DEFAULT_LIMITS } from "./case-floods";
import {
  anyAddress,
  createsFromOneAddress,
  createsFromOneNetwork,
  type Flood,
  health,
  heldBodies,
  oddRoutes,
  pollsFromManyAddresses,
} from "./floods";
import { oddLines } from "./log-lines";
import { checkMemory, residentMegabytes } from "./memory";
import { openShop, type Shop, sqliteOrders } from "./shop";

const FLOODS: Readonly<Record<string, Flood>> = {
  pollsFromManyAddresses,
  createsFromOneNetwork,
  createsFromOneAddress,
  health,
  oddRoutes,
  heldBodies,
};

/** Every flood at once, and once a second an honest payer with a new address, who must be served each time. */
export const floodSoak: Case = {
  name: "flood-soak",
  measures: true,
  async run({ report, sizes }) {
    const shop = await openShop(DEFAULT_LIMITS);
    let isOver = false;
    try {
      const calm: number[] = [];
      for (let count = 0; count < 5; count += 1) await payOnce(shop, calm);
      const endsAt = performance.now() + sizes.floodSoakMs;
      const done = () => isOver;
      const attacks = Object.entries(FLOODS).map(async ([name, run]) => ({
        name,
        answers: await run({ url: shop.app.url, done }),
      }));
      const memory: (number | null)[] = [];
      const latencies: number[] = [];
      const unserved: string[] = [];
      let payers = 0;
      // However slow the machine is, the check of memory needs ten samples.
      while (performance.now() < endsAt || memory.length < 10) {
        const next = sleep(1_000);
        payers += 1;
        const problem = await payOnce(shop, latencies);
        if (problem !== null) unserved.push(problem);
        memory.push(residentMegabytes(shop.app.pid()));
        await next;
      }
      isOver = true;
      for (const { name, answers } of await Promise.all(attacks)) {
        const told = [...answers].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
        report.figure(`flood-soak: ${name} was answered ${told.join(", ")}`);
        const broken = [...answers].filter(([status]) => status >= 500);
        report.check(`flood-soak: ${name} breaks nothing`, broken.length === 0, broken);
      }
      report.check("flood-soak: every honest payer is served", unserved.length === 0, unserved.slice(0, 5));
      const p99 = percentile99(latencies);
      const calmP99 = percentile99(calm);
      report.figure(
        `flood-soak: ${payers} payers, p99 of ${latencies.length} requests ${p99} ms, before the flood ${calmP99} ms`,
      );
      // On a machine that is busy with other work, a quiet shop is slow as well.
      const limit = Math.max(1_000, calmP99 * 10);
      report.check("flood-soak: p99 of a payer's request is under 1 s", p99 < limit, { p99, limit });
      checkMemory(report, "flood-soak", memory);
      const odd = oddLines(shop.app.log());
      report.check("flood-soak: every line of the log is one JSON object", odd.length === 0, odd.slice(0, 3));
      report.figure(`flood-soak: ${(shop.app.log().length / 2 ** 20).toFixed(2)} MB of log`);
      report.row(
        `a flood of ${Math.round(sizes.floodSoakMs / 1_000)} s`,
        await shop.ledger.audit(sqliteOrders(shop.app)),
      );
    } finally {
      isOver = true;
      await shop.close();
    }
  },
};

/** From the form to the receipt. Null when all went well. */
async function payOnce(shop: Shop, latencies: number[]): Promise<string | null> {
  const client = clientOf(shop.app, anyAddress());
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work;
    latencies.push(performance.now() - startedAt);
    return result;
  };
  const asPage = { headers: { accept: "text/html" } };
  const form = await timed(client.request("GET", "/", asPage));
  if (form.status !== 200) return `form ${form.status}`;
  const created = await timed(client.checkout({ amount: "5.00" }));
  if (created.status !== 201) return `create ${created.status} ${created.text}`;
  const orderId = String(created.json.orderId);
  shop.ledger.promisedOrder(orderId);
  const poll = await timed(client.order(orderId));
  if (poll.json.status !== "pending") return `poll ${poll.status} ${poll.text}`;
  const paid = await timed(shop.deliver(shop.delivery("right", orderId)));
  if (paid.result !== "paid") return `webhook ${paid.status} ${paid.result}`;
  const page = await timed(client.request("GET", `/orders/${orderId}`, asPage));
  return page.status === 200 && page.text.includes('data-order-state="paid"') ? null : `page ${page.status}`;
}

function percentile99(latencies: number[]): number {
  latencies.sort((a, b) => a - b);
  return Math.round(latencies[Math.floor(latencies.length * 0.99)] ?? 0);
}
