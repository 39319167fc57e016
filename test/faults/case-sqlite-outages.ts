import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import type { Case } from "./case";
import { checkHealing, checkStoreOutage, lookAround } from "./outage";
import { makeReadOnly } from "./read-only-file";
import type { Report } from "./report";
import { openShop, type Shop, sqliteOrders } from "./shop";

/** SQLite's file locked by another program, read-only, replaced by garbage, and gone. */
export const sqliteOutages: Case = {
  name: "sqlite-outages",
  async run({ report }) {
    const shop = await openShop();
    try {
      await locked(report, shop);
      await garbage(report, shop);
      await readOnly(report, shop);
      await replacedByAnEmptyFile(report, shop);
      const { ledger, app } = shop;
      report.row("SQLite file locked, read-only, garbage, missing", await ledger.audit(sqliteOrders(app)));
    } finally {
      await shop.close();
    }
  },
};

/** Another program writes and does not finish. Reading goes on, so a view of the page shows the order. */
async function locked(report: Report, shop: Shop): Promise<void> {
  const orderId = await shop.openOrder();
  const name = "SQLite locked";
  const other = new Database(shop.app.database);
  other.exec("BEGIN IMMEDIATE");
  const sight = await lookAround(shop, orderId, { health: 503 });
  other.exec("COMMIT");
  other.close();
  checkStoreOutage({ report, name, sight, readable: true });
  report.check(`${name}: health says why`, sight.health.text.includes("SQLITE_BUSY"), sight.health.text);
  await checkHealing({ report, name, shop, orderId });
}

async function readOnly(report: Report, shop: Shop): Promise<void> {
  const name = "SQLite file read-only";
  const orderId = await shop.openOrder();
  const { database } = shop.app;
  const change = makeReadOnly([database, `${database}-wal`]);
  if (change === null) {
    report.skip("a read-only file", "root needs a file system that knows the immutable attribute");
    return;
  }
  try {
    // A server that had it open already goes on reading; one that starts then does not open it.
    if (change.stopsOpenFiles) await checkReadOnly({ report, name, shop, orderId, readable: true });
    await shop.app.restart();
    await checkReadOnly({ report, name, shop, orderId, readable: false });
  } finally {
    change.undo();
  }
  await checkHealing({ report, name, shop, orderId });
}

async function checkReadOnly(options: {
  report: Report;
  name: string;
  shop: Shop;
  orderId: string;
  readable: boolean;
}): Promise<void> {
  const { report, name, shop, orderId, readable } = options;
  const sight = await lookAround(shop, orderId, { health: 503 });
  checkStoreOutage({ report, name, sight, readable });
  const says = /SQLITE_(READONLY|IOERR|CANTOPEN|PERM)|EPERM|EACCES|EROFS/.test(sight.health.text);
  report.check(`${name}: health says why`, says, sight.health.text);
}

async function garbage(report: Report, shop: Shop): Promise<void> {
  const orderId = await shop.openOrder();
  const name = "SQLite file is garbage";
  const { database } = shop.app;
  const aside = setAside(database);
  writeFileSync(database, Buffer.alloc(65_536, "garbage "), { mode: 0o600 });
  checkStoreOutage({ report, name, readable: false, sight: await lookAround(shop, orderId, { health: 503 }) });
  aside.putBack();
  await checkHealing({ report, name, shop, orderId });
}

/** The app makes a new file, in which the order is unknown: AllScale is asked to come again, so nothing is lost. */
async function replacedByAnEmptyFile(report: Report, shop: Shop): Promise<void> {
  const orderId = await shop.openOrder();
  const name = "SQLite file missing";
  const aside = setAside(shop.app.database);
  const webhook = await shop.deliver(shop.delivery("right", orderId));
  report.check(`${name}: the webhook of an unknown order is refused with 503`, webhook.status === 503, webhook);
  const poll = await shop.client.order(orderId);
  report.check(`${name}: the order is not found`, poll.status === 404, poll.text);
  aside.putBack();
  await checkHealing({ report, name, shop, orderId });
}

/** Moves the file and its side files away, as an operator does who restores a copy. */
function setAside(database: string): { putBack(): void } {
  const folder = `${database}-aside`;
  const names = ["", "-wal", "-shm"];
  mkdirSync(folder);
  for (const name of names) renameSync(`${database}${name}`, join(folder, `orders.db${name}`));
  return {
    putBack() {
      for (const name of names) rmSync(`${database}${name}`, { force: true });
      for (const name of names) renameSync(join(folder, `orders.db${name}`), `${database}${name}`);
      rmSync(folder, { recursive: true });
    },
  };
}
