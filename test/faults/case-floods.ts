import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Case } from "./case";
import { anyAddress, flood, holdBody } from "./floods";
import { residentMegabytes } from "./memory";
import type { Report } from "./report";
import { openShop, type Shop, sqliteOrders } from "./shop";

export const DEFAULT_LIMITS = { RATE_LIMIT_CHECKOUT: "5/60s", RATE_LIMIT_STATUS: "600/60s" };

const HELD_CONNECTIONS = 80;
const REFUSED_REQUESTS = 200;

/** What a flood costs: memory for each address and each held body, bytes on the disk for each refused request. */
export const floods: Case = {
  name: "floods",
  measures: true,
  async run({ report, sizes }) {
    const shop = await openShop(DEFAULT_LIMITS);
    try {
      await manyAddresses({ report, shop, addresses: sizes.floodAddresses });
      await heldConnections(report, shop);
      await refusedCreates(report, shop);
      await askedForHealth(report, shop);
      report.row("floods", await shop.ledger.audit(sqliteOrders(shop.app)));
    } finally {
      await shop.close();
    }
  },
};

async function manyAddresses(options: { report: Report; shop: Shop; addresses: number }): Promise<void> {
  const { report, shop, addresses } = options;
  const { app } = shop;
  const poll = async (count: number, address: () => string) => {
    let sent = 0;
    await flood({ url: app.url, done: () => sent >= count }, () => {
      sent += 1;
      return { path: "/api/orders/x", address: address() };
    });
  };
  // Code is compiled and pools are filled by the same requests from one address.
  await poll(Math.min(addresses, 10_000), () => "198.51.100.1");
  const before = residentMegabytes(app.pid());
  await poll(addresses, anyAddress);
  const after = residentMegabytes(app.pid());
  if (before === null || after === null) return report.skip("memory of addresses", "it cannot be read here");
  const perTenThousand = ((after - before) * 10_000) / addresses;
  report.figure(`floods: ${addresses} addresses cost ${after - before} MB, ${perTenThousand.toFixed(1)} MB per 10,000`);
  // At 20 kB each, 10,000 would take 200 MB. The rest is what a heap takes its time to give back.
  report.check("floods: addresses cost next to nothing", after - before < 60 + addresses * 0.0006, { before, after });
}

async function heldConnections(report: Report, shop: Shop): Promise<void> {
  for (const path of ["/", "/api/health", "/api/checkout"]) {
    const before = residentMegabytes(shop.app.pid()) ?? 0;
    const startedAt = performance.now();
    const held = Array.from({ length: HELD_CONNECTIONS }, () => holdBody(shop.app.url, { path }));
    let most = 0;
    let open = true;
    const statuses = Promise.all(held.map(({ closed }) => closed)).finally(() => {
      open = false;
    });
    while (open && performance.now() - startedAt < 20_000) {
      most = Math.max(most, (residentMegabytes(shop.app.pid()) ?? 0) - before);
      await sleep(50);
    }
    for (const each of held) each.leave();
    const seconds = (performance.now() - startedAt) / 1_000;
    const answers = [...new Set(await statuses)].join(", ");
    report.figure(
      `floods: ${HELD_CONNECTIONS} connections with 10 MB to ${path}: ${most} MB, closed after ${seconds.toFixed(1)} s, answered ${answers}`,
    );
    report.check(`floods: held bodies to ${path} cost less than 40 MB`, most < 40, most);
    report.check(`floods: held bodies to ${path} are closed within 15 s`, seconds < 15, seconds);
  }
  const trickling = ["/", "/api/checkout", "/api/health"].map(async (path) => {
    const startedAt = performance.now();
    await holdBody(shop.app.url, { path, chunked: true, bytes: 0 }).closed;
    return { path, seconds: (performance.now() - startedAt) / 1_000 };
  });
  const slowest = (await Promise.all(trickling)).filter(({ seconds }) => seconds > 15);
  report.check("floods: a body at a byte a time has 11 s everywhere", slowest.length === 0, slowest);
}

/** The limit comes before any write: of a refused create with a new key nothing reaches the disk. */
async function refusedCreates(report: Report, shop: Shop): Promise<void> {
  let sent = 0;
  const create = (body: string) => ({ method: "POST", path: "/api/checkout", address: "198.51.100.2", body });
  const upTo = (count: number) =>
    flood({ url: shop.app.url, done: () => sent >= count }, () => {
      sent += 1;
      return create('{"amount":"5.00"}');
    });
  await upTo(20);
  const before = fingerprint(shop);
  const answers = await upTo(20 + REFUSED_REQUESTS);
  report.check("floods: creates over the limit are refused", answers.get(201) === undefined, [...answers]);
  const same = fingerprint(shop) === before;
  report.figure(`floods: ${REFUSED_REQUESTS} refused creates wrote ${same ? "0 bytes" : "something"} to the disk`);
  report.check("floods: a refused create writes nothing", same, "the file of the store has changed");
}

async function askedForHealth(report: Report, shop: Shop): Promise<void> {
  let asked = 0;
  let changes = 0;
  let last = fingerprint(shop);
  const startedAt = performance.now();
  await flood({ url: shop.app.url, done: () => asked >= 2_000 }, () => {
    asked += 1;
    if (asked % 50 === 0 && fingerprint(shop) !== last) {
      last = fingerprint(shop);
      changes += 1;
    }
    return { path: "/api/health", address: "198.51.100.3" };
  });
  const allowed = Math.ceil((performance.now() - startedAt) / 5_000) + 1;
  report.figure(`floods: ${asked} requests for health made the store write ${changes} times`);
  report.check("floods: health writes at most every 5 s", changes <= allowed, { changes, allowed });
}

function fingerprint({ app }: Shop): string {
  const hash = createHash("sha256");
  for (const file of [app.database, `${app.database}-wal`]) hash.update(readFileSync(file));
  return hash.digest("hex");
}
