import { startApp } from "@/e2e/support/app";
import { startStandIn } from "./allscale-stand-in";
import type { Case } from "./case";
import { deliver, type Receipt } from "./deliveries";
import { Ledger } from "./ledger";
import { startRedisBackend } from "./redis-backend";
import { inParallel, settingsFor, shopOf } from "./shop";

/** Two servers on one Redis get many copies of each delivery at once: one settles, the others find it done. */
export const twoProcesses: Case = {
  name: "two-processes",
  async run({ report, sizes }) {
    const { parallelOrders, parallelCopies } = sizes;
    const backend = await startRedisBackend();
    const allscale = await startStandIn();
    const settings = { ...settingsFor(allscale), ...backend.settings };
    const [first, second] = await Promise.all([startApp(settings), startApp(settings)]);
    const ledger = new Ledger();
    const shop = shopOf({ app: first, allscale, ledger });
    const unsure = new Set<string>();
    try {
      const orderIds = await shop.openOrders(parallelOrders);
      await inParallel(orderIds, 2, async (orderId) => {
        // A path is signed and a host is not, so one delivery can go to both servers.
        const delivery = shop.delivery("right", orderId);
        const others = [shop.delivery("right", orderId), shop.delivery("right", orderId)];
        const sent: Promise<Receipt>[] = Array.from({ length: parallelCopies }, async (_, copy) => {
          // Mostly the same bytes; some are redeliveries with an id and a nonce of their own.
          const bytes = others[copy - parallelCopies + others.length] ?? delivery;
          for (;;) {
            const receipt = await deliver(copy % 2 === 0 ? first.webhookUrl : second.webhookUrl, bytes);
            ledger.record(bytes, receipt);
            // Where Redis took too long, on a busy machine: AllScale would deliver it again.
            if (receipt.status !== 503) return receipt;
            unsure.add(orderId);
          }
        });
        const receipts = await Promise.all(sent);
        const results = receipts.map(({ status, result }) => `${status} ${result}`);
        const paid = results.filter((each) => each === "200 paid").length;
        const duplicates = results.filter((each) => each === "200 duplicate").length;
        // What settled may have been answered 503 because it took too long.
        const settledOnce = paid === 1 || (paid === 0 && unsure.has(orderId));
        const allTaken = paid + duplicates === parallelCopies;
        report.check("of all copies one settles and the others are duplicates", settledOnce && allTaken, results);
      });
      report.row(
        `two processes, one Redis, ${parallelCopies} copies of ${parallelOrders} deliveries`,
        await ledger.audit(backend.orders),
      );
    } finally {
      await second.close();
      await shop.close();
      await backend.close();
    }
  },
};
