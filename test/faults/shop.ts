import { randomInt } from "node:crypto";
import { type App, startApp } from "@/e2e/support/app";
import { type Answer, type Client, clientOf } from "@/e2e/support/client";
import type { Environment } from "@/scripts/processes";
import { eventually } from "@/test/eventually";
import { type StandIn, startStandIn } from "./allscale-stand-in";
import { type Delivery, type DeliveryKind, deliver, makeDelivery, type Receipt } from "./deliveries";
import { Ledger, type StoredOrders } from "./ledger";

/** An app as it is deployed, an AllScale for it, and the book of what it promised. */
export type Shop = {
  readonly app: App;
  readonly allscale: StandIn;
  readonly client: Client;
  readonly ledger: Ledger;
  /** Opens a payment of 5 USD through the API; answers the order's id. */
  openOrder(): Promise<string>;
  openOrders(count: number): Promise<string[]>;
  delivery(kind: DeliveryKind, orderId: string): Delivery;
  /** Sends, and books the answer. */
  deliver(delivery: Delivery): Promise<Receipt>;
  health(): Promise<Answer>;
  close(): Promise<void>;
};

/** Limits that no test reaches, so that what is seen is the fault and not a 429. */
const UNLIMITED = { RATE_LIMIT_CHECKOUT: "999999/60s", RATE_LIMIT_STATUS: "999999/60s", TRUSTED_PROXY_HOPS: "1" };

export async function openShop(settings: Environment = {}): Promise<Shop> {
  const allscale = await startStandIn();
  const app = await startApp({ ...settingsFor(allscale), ...settings });
  return shopOf({ app, allscale, ledger: new Ledger() });
}

export function settingsFor(allscale: StandIn): Environment {
  return {
    ...UNLIMITED,
    ALLSCALE_API_KEY: allscale.credentials.apiKey,
    ALLSCALE_API_SECRET: allscale.credentials.apiSecret,
    ALLSCALE_BASE_URL: allscale.url,
  };
}

export function shopOf({ app, allscale, ledger }: { app: App; allscale: StandIn; ledger: Ledger }): Shop {
  const client = clientOf(app, `198.18.${randomInt(256)}.${randomInt(1, 255)}`);
  const openOrder = async () => {
    const answer = await client.checkout({ amount: "5.00" });
    if (answer.status !== 201) throw new Error(`No order could be opened: ${answer.status} ${answer.text}`);
    const orderId = String(answer.json.orderId);
    ledger.promisedOrder(orderId);
    return orderId;
  };
  return {
    app,
    allscale,
    client,
    ledger,
    openOrder,
    async openOrders(count) {
      const ids: string[] = [];
      for (let left = count; left > 0; left -= 8) {
        ids.push(...(await Promise.all(Array.from({ length: Math.min(8, left) }, openOrder))));
      }
      return ids;
    },
    delivery(kind, orderId) {
      const intent = allscale.model.intentOf(orderId);
      // The intent itself stays as it is: a poll must not make up for a delivery that was lost.
      if (kind === "right") ledger.confirmed(intent.id);
      return makeDelivery({ kind, intent, url: app.webhookUrl, credentials: allscale.credentials });
    },
    async deliver(delivery) {
      const receipt = await deliver(app.webhookUrl, delivery);
      ledger.record(delivery, receipt);
      return receipt;
    },
    health: () => client.request("GET", "/api/health"),
    async close() {
      await app.close();
      await allscale.close();
    },
  };
}

/** Waits until the app says by itself that it is well again. */
export function healed(shop: Pick<Shop, "health">, timeoutMs = 30_000): Promise<true> {
  return eventually(async () => ((await shop.health()).status === 200 ? true : undefined), timeoutMs);
}

/** The embedded store, read from its file. */
export function sqliteOrders(app: App): StoredOrders {
  return { orders: async () => app.storedOrders(), events: async (orderId) => app.storedEvents(orderId) };
}

/** Runs `work` for each item, this many at a time. */
export async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>) {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
