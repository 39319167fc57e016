import { eventually } from "@/test/eventually";
import type { AllScaleFault } from "./allscale-stand-in";
import type { Case } from "./case";
import { deliver, makeDelivery } from "./deliveries";
import { lookAround } from "./outage";
import type { Report } from "./report";
import { openShop, type Shop, sqliteOrders } from "./shop";

type Outage = {
  readonly fault: AllScaleFault | "refused";
  /** The answer to a payer who starts a payment. */
  readonly status: number;
  readonly code?: string;
  readonly retryAfter?: string;
};

const UNAVAILABLE = { status: 502, code: "provider_unavailable" } as const;
const BAD_ANSWER = { status: 502, code: "provider_bad_answer" } as const;
const TIMEOUT = { status: 504, code: "provider_timeout" } as const;

const OUTAGES: readonly Outage[] = [
  { fault: "refused", ...UNAVAILABLE },
  { fault: "reset", ...UNAVAILABLE },
  { fault: "accepted_then_reset", ...UNAVAILABLE },
  { fault: "cut_in_body", ...UNAVAILABLE },
  { fault: "rate_limited", ...UNAVAILABLE, retryAfter: "7" },
  { fault: "internal_error", ...UNAVAILABLE },
  { fault: "html_502", ...UNAVAILABLE },
  { fault: "html_200", ...BAD_ANSWER },
  { fault: "half_json", ...BAD_ANSWER },
  { fault: "wrong_shape", ...BAD_ANSWER },
  { fault: "endless_body", ...BAD_ANSWER },
  { fault: "redirect", ...BAD_ANSWER },
  { fault: "clock_ahead", status: 502, code: "provider_refused" },
  { fault: "slow", status: 201 },
  { fault: "never_answers", ...TIMEOUT },
];

/** With ALLSCALE_SIGNED_RESPONSES: an answer that does not prove where it comes from counts for nothing. */
const SIGNED_OUTAGES: readonly Outage[] = [
  { fault: "wrong_signature", ...BAD_ANSWER },
  { fault: "missing_signature", ...BAD_ANSWER },
  { fault: "stale_signature", ...BAD_ANSWER },
  { fault: "stalls_in_body", ...TIMEOUT },
];

/** Whatever happens to AllScale, no payment is invented, webhooks go on settling, and the rest is found later. */
export const allscaleOutages: Case = {
  name: "allscale-outages",
  async run({ report }) {
    const [plain, signed] = await Promise.all([openShop(), openShop({ ALLSCALE_SIGNED_RESPONSES: "true" })]);
    try {
      await Promise.all([
        strike({ report, shop: plain, outages: OUTAGES }),
        strike({ report, shop: signed, outages: SIGNED_OUTAGES }),
      ]);
      await namedWait(report, plain);
      await skewedDeliveries(report, plain);
      report.row(`AllScale out of order in ${OUTAGES.length} ways`, await plain.ledger.audit(sqliteOrders(plain.app)));
      report.row(
        `AllScale's answers not its own, or stuck, in ${SIGNED_OUTAGES.length} ways`,
        await signed.ledger.audit(sqliteOrders(signed.app)),
      );
      const leaked = [plain, signed].some(({ app, allscale }) => app.log().includes(allscale.credentials.apiSecret));
      report.check("the API secret is in no log line", !leaked, "it is");
    } finally {
      await plain.close();
      await signed.close();
    }
  },
};

async function strike(options: { report: Report; shop: Shop; outages: readonly Outage[] }): Promise<void> {
  const { report, shop, outages } = options;
  const unnoticed: string[] = [];
  for (const outage of outages) {
    const [webhookOrder = "", polledOrder = ""] = await shop.openOrders(2);
    // Paid at AllScale, and no webhook comes: only a poll could find out, and the outage is in its way.
    const intent = shop.allscale.model.intentOf(polledOrder);
    shop.allscale.model.confirm(intent);
    shop.ledger.confirmed(intent.id);
    unnoticed.push(polledOrder);

    if (outage.fault === "refused") await shop.allscale.shut();
    else shop.allscale.fault = outage.fault;
    const [sight, polled] = await Promise.all([
      lookAround(shop, webhookOrder, { health: 200 }),
      shop.client.order(polledOrder),
    ]);
    if (outage.fault === "refused") await shop.allscale.reopen();
    shop.allscale.fault = "none";

    const { fault, status, code, retryAfter } = outage;
    const { webhook, health, checkout, page } = sight;
    report.check(`AllScale ${fault}: webhooks settle all the same`, webhook.result === "paid", webhook);
    report.check(`AllScale ${fault}: health is not about AllScale`, health.status === 200, health.text);
    report.check(`AllScale ${fault}: the order page is shown`, page.status === 200, page.status);
    const answered = checkout.status === status && (code === undefined || checkout.json.code === code);
    report.check(`AllScale ${fault}: a checkout is answered ${status} ${code ?? ""}`, answered, checkout.text);
    const told = checkout.headers.get("retry-after");
    report.check(`AllScale ${fault}: Retry-After`, retryAfter === undefined || told === retryAfter, told);
    const seen = `${polled.json.status}${polled.json.delayed ? ", delayed" : ""}`;
    report.check(`AllScale ${fault}: a poll answers what is known`, seen === "pending, delayed", polled.text);
  }
  // Each order is asked about at most every 5 s, so the last one takes that long.
  for (const orderId of unnoticed) {
    const found = await eventually(async () => {
      const { json } = await shop.client.order(orderId);
      return json.status === "paid" || undefined;
    }, 20_000).catch(() => false);
    report.check("a payment without a webhook is found once AllScale is back", found, orderId);
  }
}

/** AllScale asks to be left alone for 7 s: no poll asks before that, and the payment is found then. */
async function namedWait(report: Report, shop: Shop): Promise<void> {
  const orderId = await shop.openOrder();
  const intent = shop.allscale.model.intentOf(orderId);
  const askedAt = performance.now();
  shop.allscale.fault = "rate_limited";
  const before = shop.allscale.requests.length;
  await shop.client.order(orderId);
  await eventually(() => shop.allscale.requests.length > before || undefined);
  shop.allscale.fault = "none";
  shop.allscale.model.confirm(intent);
  shop.ledger.confirmed(intent.id);
  const waiting = new Set<string>();
  const found = await eventually(async () => {
    const { status, json } = await shop.client.order(orderId);
    if (json.paid === true) return true;
    waiting.add(`${status} ${json.status}${json.delayed ? ", delayed" : ""}`);
    return undefined;
  }, 20_000).catch(() => false);
  const waitedMs = performance.now() - askedAt;
  report.check("AllScale names a wait: polls answer what is known", [...waiting].join() === "200 pending, delayed", [
    ...waiting,
  ]);
  report.check("AllScale names a wait: it is asked again after it", found && waitedMs > 7_000, { found, waitedMs });
}

/** Our clock and AllScale's may differ by five minutes, either way. */
async function skewedDeliveries(report: Report, shop: Shop): Promise<void> {
  for (const { seconds, status } of [
    { seconds: -290, status: 200 },
    { seconds: -310, status: 401 },
    { seconds: 290, status: 200 },
    { seconds: 310, status: 401 },
  ]) {
    const intent = shop.allscale.model.intentOf(await shop.openOrder());
    shop.ledger.confirmed(intent.id);
    const { app, allscale } = shop;
    const now = Math.floor(Date.now() / 1_000);
    const parts = { kind: "right", intent, url: app.webhookUrl, credentials: allscale.credentials } as const;
    const delivery = makeDelivery({ ...parts, seconds: now + seconds });
    const receipt = await deliver(app.webhookUrl, delivery);
    shop.ledger.record(delivery, receipt);
    report.check(`a webhook ${seconds} s off is answered ${status}`, receipt.status === status, receipt);
  }
}
