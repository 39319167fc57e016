import { join } from "node:path";
import { eventually } from "@/test/eventually";
import type { Case } from "./case";
import type { Delivery } from "./deliveries";
import { checkHealing, checkStoreOutage, healthSaying, lookAround } from "./outage";
import type { Report } from "./report";
import { healed, openShop, type Shop, sqliteOrders } from "./shop";
import { mountSmallDisk, type SmallDisk } from "./small-disk";

/** The disk under the SQLite file is full, and read-only. */
export const sqliteDisk: Case = {
  name: "sqlite-disk",
  async run({ report }) {
    const disk = mountSmallDisk();
    if (disk === null) {
      report.skip("a full and a read-only disk", "mounting a small one needs the right to mount (root)");
      return;
    }
    const shop = await openShop({ ORDER_DATABASE: join(disk.folder, "orders.db") });
    try {
      await full(report, shop, disk);
      await readOnly(report, shop, disk);
      await shop.app.kill();
      report.row("disk full, disk read-only", await shop.ledger.audit(sqliteOrders(shop.app)));
    } finally {
      await shop.close();
      disk.remove();
    }
  },
};

async function full(report: Report, shop: Shop, disk: SmallDisk): Promise<void> {
  const name = "disk full";
  const orderIds = await shop.openOrders(12);
  const refused: Delivery[] = [];
  disk.fill();
  // The log has room for a few more writes inside, so the first deliveries may still be stored.
  for (const orderId of orderIds) {
    const delivery = shop.delivery("right", orderId);
    const { status } = await shop.deliver(delivery);
    if (status === 200) continue;
    refused.push(delivery);
    report.check(`${name}: a webhook that cannot be stored is refused with 503`, status === 503, status);
  }
  report.check(`${name}: webhooks were refused`, refused.length > 0, "none was");
  const health = await healthSaying(shop, 503);
  const says = health.status === 503 && health.text.includes("SQLITE_FULL");
  report.check(`${name}: health says 503 and why`, says, health.text);
  const sight = await lookAround(shop, orderIds.at(-1) ?? "", { health: 503 });
  checkStoreOutage({ report, name, sight, readable: true });
  disk.makeRoom();
  await healed(shop);
  for (const delivery of refused) {
    const { status } = await shop.deliver(delivery);
    report.check(`${name}: the redelivery settles once space is back`, status === 200, status);
  }
}

/** A disk with a file open for writing does not become read-only, so the server meets it when it starts. */
async function readOnly(report: Report, shop: Shop, disk: SmallDisk): Promise<void> {
  const name = "disk read-only";
  const orderId = await shop.openOrder();
  await shop.app.kill();
  await eventually(() => {
    disk.readOnly(true);
    return true;
  });
  await shop.app.restart();
  const sight = await lookAround(shop, orderId, { health: 503 });
  checkStoreOutage({ report, name, sight, readable: false });
  disk.readOnly(false);
  await checkHealing({ report, name, shop, orderId });
}
