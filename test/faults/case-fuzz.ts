import { connect } from "node:net";
import fc from "fast-check";
import type { Case } from "./case";
import { type FuzzedRequest, fuzzedRequest } from "./fuzz/requests";
import { type Outcome, openSender } from "./fuzz/send";
import { oddLines } from "./log-lines";
import { checkMemory, residentMegabytes } from "./memory";
import type { Report } from "./report";
import { inParallel, openShop, type Shop, sqliteOrders } from "./shop";

const STATED = [502, 503, 504];
const WIDTH = 24;
const BATCH = 250;
const SLOW_BODIES = 20;

/** Spoilt requests to every route: no crash, no unexpected error, no order paid, no memory lost. */
export const fuzz: Case = {
  name: "fuzz",
  async run({ report, sizes, seed }) {
    const shop = await openShop({
      CRON_SECRET: "a-cron-secret-of-the-fuzz-run",
      ADMIN_SECRET: "an-admin-secret-of-it",
    });
    try {
      const pid = shop.app.pid();
      const slow = slowBodies(report, shop);
      const outcomes = await storm({ report, shop, seed, requests: sizes.fuzzedRequests });
      await slow;
      report.check(
        "fuzz: the server is the same process as before",
        shop.app.pid() === pid,
        shop.app.log().slice(-800),
      );
      report.check("fuzz: it still is well", (await shop.health()).status === 200, "it is not");
      const statuses = [...outcomes].sort(([a], [b]) => String(a).localeCompare(String(b)));
      report.figure(`fuzz: ${sizes.fuzzedRequests} requests, ${statuses.map(([of, n]) => `${of}: ${n}`).join(", ")}`);
      const log = shop.app.log();
      report.check(
        "fuzz: no line of the log tells of a bug",
        !/unexpected_error|unhandled_error/.test(log),
        bugsIn(log),
      );
      const odd = oddLines(log);
      report.check("fuzz: every line of the log is one JSON object", odd.length === 0, odd.slice(0, 3));
      const secret = shop.allscale.credentials.apiSecret;
      report.check("fuzz: no secret is in the log", !log.includes(secret), "one is");
      // With the process dead, nothing goes on writing between the reads of the audit.
      await shop.app.kill();
      const audit = await shop.ledger.audit(sqliteOrders(shop.app));
      report.row(`${sizes.fuzzedRequests} fuzzed requests, none of them money`, audit);
    } finally {
      await shop.close();
    }
  },
};

async function storm(options: { report: Report; shop: Shop; seed: number; requests: number }) {
  const { report, shop, seed, requests } = options;
  const { app, allscale } = shop;
  const orderIds = await shop.openOrders(20);
  const paymentIds = [...allscale.model.intents.keys()];
  const known = { orderIds, paymentIds, webhookUrl: app.webhookUrl, credentials: allscale.credentials };
  const arbitrary = fuzzedRequest(known);
  const sender = openSender(app.url, WIDTH);
  const outcomes = new Map<Outcome, number>();
  const memory: (number | null)[] = [];
  let sent = 0;
  for (let batch = 0; sent < requests; batch += 1) {
    const size = Math.min(BATCH, requests - sent);
    const samples = fc.sample(arbitrary, { numRuns: size, seed: seed + batch });
    await inParallel(samples, WIDTH, async (request) => {
      const outcome = await sender.send(request);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (typeof outcome !== "number" || outcome < 500) return;
      report.check(`fuzz: ${outcome} is a stated answer`, STATED.includes(outcome), shown(request));
    });
    sent += size;
    memory.push(residentMegabytes(app.pid()));
  }
  sender.close();
  checkMemory(report, "fuzz", memory);
  return outcomes;
}

/** Bodies that come a byte at a time are given up after 10 s, and delay no other request. */
async function slowBodies(report: Report, shop: Shop): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: SLOW_BODIES }, (_, i) =>
      trickle(shop.app.url, i % 2 ? "/api/checkout" : "/api/webhooks/allscale"),
    ),
  );
  report.check(
    "fuzz: a body that trickles is answered 408",
    answers.every((status) => status === 408),
    answers,
  );
}

function trickle(url: string, path: string): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => {
      const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;
      socket.write(head);
    });
    const drip = setInterval(() => socket.write(" "), 300);
    const limit = setTimeout(() => finish(0), 60_000);
    const finish = (status: number) => {
      clearInterval(drip);
      clearTimeout(limit);
      socket.destroy();
      resolve(status);
    };
    socket.once("data", (chunk) => finish(Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString())?.[1] ?? 0)));
    socket.once("error", () => finish(0));
  });
}

function shown({ method, path, headers, body }: FuzzedRequest): string {
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 800)} ${JSON.stringify(body.toString("latin1").slice(0, 300))}`;
}

function bugsIn(log: string): string {
  const lines = log.split("\n").filter((line) => /unexpected_error|unhandled_error/.test(line));
  return `${lines.length} lines, such as ${lines[0]?.slice(0, 1_500)}`;
}
