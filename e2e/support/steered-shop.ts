import { eventually } from "../../test/eventually";
import { type App, type StoredEvent, type StoredOrder, startApp } from "./app";
import { type Client, clientOf } from "./client";
import { type EmulatorAccount, registerAccount, settingsFor } from "./emulator";
import { test as base, randomAddress } from "./fixtures";

const CRON_SECRET = "a-cron-secret-of-the-steered-shop";

/** A webhook as the emulator logged it. */
export type LoggedDelivery = {
  readonly id: string;
  readonly kind: string;
  readonly state: "in_flight" | "delivered" | "failed";
  readonly answer: { readonly status: number; readonly body: string } | null;
  /** How long until it is sent again on the emulated clock; null when it will not be. */
  readonly retryInMs: number | null;
};

export type OpenedOrder = { readonly orderId: string; readonly orderUrl: string; readonly intentId: string };

/** A shop whose provider stands still until a test advances its clock, so that nothing happens by chance. */
export type SteeredShop = {
  readonly app: App;
  readonly account: EmulatorAccount;
  readonly client: Client;
  open(amount?: string): Promise<OpenedOrder>;
  /** Such as "3s" or "10m", on the provider's clock. */
  advance(by: string): Promise<void>;
  fault(settings: object): Promise<{ readonly id: string }>;
  /** How often a fault has struck. */
  struck(faultId: string): Promise<number>;
  removeFault(faultId: string): Promise<void>;
  cron(): ReturnType<Client["request"]>;
  stored(orderId: string): StoredOrder;
  /** The same, once everything that has to happen because it became paid is done. */
  fulfilled(orderId: string): Promise<StoredOrder>;
  /** How the order came to be in each of its states, and who said so. */
  changes(orderId: string): Pick<StoredEvent, "from" | "to" | "source">[];
  /** The deliveries about an intent, oldest first, as soon as so many were answered. */
  deliveries(intentId: string, count: number): Promise<LoggedDelivery[]>;
  close(): Promise<void>;
};

export async function openSteeredShop(accountSettings: object = {}, appSettings: object = {}): Promise<SteeredShop> {
  const account = await registerAccount(accountSettings);
  const app = await startApp({
    ...settingsFor(account),
    CRON_SECRET,
    RATE_LIMIT_CHECKOUT: "1000/60s",
    ...appSettings,
  });
  await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
  await account.control("POST", "/clock", { freeze: true });
  const client = clientOf(app, randomAddress());
  const stored: SteeredShop["stored"] = (orderId) => {
    const order = app.storedOrders().find(({ id }) => id === orderId);
    if (order === undefined) throw new Error(`The store has no order ${orderId}`);
    return order;
  };
  return {
    app,
    account,
    client,
    async open(amount = "5.00") {
      const created = await client.checkout({ amount });
      if (created.status !== 201) throw new Error(`No order was opened: ${created.text}`);
      const { orderId, orderUrl } = created.json as { orderId: string; orderUrl: string };
      return { orderId, orderUrl, intentId: (await account.intentOf(orderId)).id };
    },
    async advance(by) {
      await account.control("POST", "/clock", { advance: by });
    },
    fault: (settings) => account.control<{ id: string }>("POST", "/faults", settings),
    async struck(faultId) {
      const { faults } = await account.control<{ faults: { id: string; struck: number }[] }>("GET", "/faults");
      return faults.find(({ id }) => id === faultId)?.struck ?? 0;
    },
    async removeFault(faultId) {
      await account.control("DELETE", `/faults/${faultId}`);
    },
    cron: () => client.request("POST", "/api/cron/reconcile", { headers: { authorization: `Bearer ${CRON_SECRET}` } }),
    stored,
    fulfilled: (orderId) =>
      eventually(() => {
        const order = stored(orderId);
        const isDone = order.effects.length > 0 && order.effects.every(({ doneAt }) => doneAt !== null);
        return isDone ? order : undefined;
      }),
    changes: (orderId) =>
      app
        .storedEvents(orderId)
        .filter(({ from, to }) => from !== null && from !== to)
        .map(({ from, to, source }) => ({ from, to, source })),
    deliveries: (intentId, count) =>
      eventually(async () => {
        const path = `/deliveries?intent_id=${intentId}`;
        const { deliveries } = await account.control<{ deliveries: LoggedDelivery[] }>("GET", path);
        const answered = deliveries.filter(({ state }) => state !== "in_flight");
        return answered.length >= count ? answered : undefined;
      }),
    close: () => app.close(),
  };
}

/** Each worker has one such shop. */
export const test = base.extend<Record<never, never>, { steered: SteeredShop }>({
  steered: [
    async ({ playwright: _ }, use) => {
      const shop = await openSteeredShop();
      await use(shop);
      await shop.close();
    },
    { scope: "worker" },
  ],
});

/** What a delivery was answered: its status and, where there is one, its result. */
export function answerOf({ answer }: LoggedDelivery): string {
  if (answer === null) return "none";
  const { result } = JSON.parse(answer.body) as { result?: string };
  return result === undefined ? String(answer.status) : `${answer.status} ${result}`;
}
