import type { Case } from "./case";
import { crashDuringDeliveries } from "./crash";
import { openShop, sqliteOrders } from "./shop";

/** SIGKILL of the server in the middle of deliveries, over and over on one SQLite file. */
export const sqliteKills: Case = {
  name: "sqlite-kills",
  async run({ report, sizes }) {
    const shop = await openShop();
    try {
      for (let kill = 0; kill < sizes.sqliteKills; kill += 1) {
        await crashDuringDeliveries({
          name: "sqlite-kills",
          shop,
          report,
          orders: sizes.ordersPerKill,
          crash: () => shop.app.kill(),
          recover: () => shop.app.restart(),
        });
      }
      // With the last process dead, the file is read as it lies on the disk.
      await shop.app.kill();
      const audit = await shop.ledger.audit(sqliteOrders(shop.app));
      report.row(`${sizes.sqliteKills} SIGKILLs of the server, SQLite`, audit);
    } finally {
      await shop.close();
    }
  },
};
