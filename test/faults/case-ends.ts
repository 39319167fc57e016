import { statSync } from "node:fs";
import Database from "libsql";
import { eventually } from "@/test/eventually";
import type { Case } from "./case";
import { oddLines } from "./log-lines";
import type { Report } from "./report";
import { openShop, type Shop, sqliteOrders } from "./shop";

/** What is left in the log and on the disk when the app ends, by a signal that it can catch and by SIGKILL. */
export const ends: Case = {
  name: "ends",
  async run({ report }) {
    const shop = await openShop();
    try {
      await told(report, shop);
      await shop.app.restart();
      await killed(report, shop);
      report.row("SIGTERM, and SIGKILL right after an answer", await shop.ledger.audit(sqliteOrders(shop.app)));
    } finally {
      await shop.close();
    }
  },
};

async function told(report: Report, { app, openOrder, openOrders }: Shop): Promise<void> {
  const reader = new Database(app.database, { readonly: true });
  reader.exec("BEGIN");
  reader.prepare("SELECT count(*) FROM orders").get();
  await openOrders(40);
  reader.exec("COMMIT");
  reader.close();
  const orderId = await openOrder();
  process.kill(app.pid(), "SIGTERM");
  await eventually(() => app.log().includes('"event":"ended"') || undefined);
  await eventually(() => !isRunning(app.pid()) || undefined);
  report.check("SIGTERM: the log has the last answer", app.log().includes(orderId), app.log().slice(-500));
  report.check("SIGTERM: the log is JSON to its end", oddLines(app.log()).length === 0, oddLines(app.log()));
  const walBytes = statSync(`${app.database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  report.check("SIGTERM: everything is in the one file", walBytes === 0, walBytes);
}

async function killed(report: Report, { app, openOrder }: Shop): Promise<void> {
  for (let kill = 0; kill < 4; kill += 1) {
    const orderId = await openOrder();
    await app.kill();
    const there = await eventually(() => app.log().includes(orderId) || undefined, 2_000).catch(() => false);
    report.check("SIGKILL right after an answer: the log has its line", there, app.log().slice(-500));
    await app.restart();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
