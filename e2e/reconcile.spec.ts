import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { type App, startApp } from "./support/app";
import { type Client, clientOf } from "./support/client";
import { type EmulatorAccount, registerAccount, settingsFor } from "./support/emulator";
import { test as base, expect, randomAddress } from "./support/fixtures";

const CRON_SECRET = "a-cron-secret-of-the-tests";

type Shop = {
  app: App;
  account: EmulatorAccount;
  client: Client;
  cron: (secret?: string) => ReturnType<Client["request"]>;
};

/** A shop of its own for each test, whose provider never sends a webhook. */
const test = base.extend<{ shop2: Shop }>({
  shop2: async ({ playwright: _ }, use) => {
    const account = await registerAccount({ webhooks: false });
    const app = await startApp({ ...settingsFor(account), CRON_SECRET, RATE_LIMIT_CHECKOUT: "50/60s" });
    const client = clientOf(app, randomAddress());
    const cron = (secret = CRON_SECRET) =>
      client.request("POST", "/api/cron/reconcile", { headers: { authorization: `Bearer ${secret}` } });
    await use({ app, account, client, cron });
    await app.close();
  },
});

async function openOrder({ client, account }: Shop) {
  const created = await client.checkout({ amount: "5.00" });
  const orderId = String(created.json.orderId);
  return { orderId, intentId: (await account.intentOf(orderId)).id };
}

const stored = ({ app }: Shop, orderId: string) => app.storedOrders().find(({ id }) => id === orderId);

test("three paid orders that nobody told us about settle by one call", async ({ shop2: shop }) => {
  for (let count = 0; count < 3; count += 1) {
    const { intentId } = await openOrder(shop);
    await shop.account.setStatus(intentId, 20);
  }
  const first = await shop.cron();
  expect(first).toMatchObject({ status: 200, json: { checked: 3, changed: 3, paid: 3 } });
  const before = shop.app.storedOrders();
  expect((await shop.cron()).json).toEqual({ checked: 0, changed: 0, paid: 0 });
  expect(shop.app.storedOrders()).toEqual(before);
  for (const { id } of before)
    expect(shop.app.storedEvents(id).at(-1)).toMatchObject({ source: "reconcile", to: "paid" });
});

test("the schedule's route is for who knows the secret, and is not there without one", async ({ shop2: shop }) => {
  expect((await shop.cron("wrong")).status).toBe(401);
  expect((await shop.client.request("GET", "/api/cron/reconcile")).status).toBe(401);
  const get = await shop.client.request("GET", "/api/cron/reconcile", {
    headers: { authorization: `Bearer ${CRON_SECRET}` },
  });
  expect(get.status).toBe(200);
  const closed = await startApp(settingsFor(shop.account));
  const answer = await clientOf(closed, randomAddress()).request("GET", "/api/cron/reconcile", {
    headers: { authorization: "Bearer " },
  });
  expect(answer.status).toBe(404);
  await closed.close();
});

test("a visit to the page finds late money too, with a bounded number of calls", async ({ shop2: shop, page }) => {
  const orders = [await openOrder(shop), await openOrder(shop), await openOrder(shop)];
  for (const { intentId } of orders) await shop.account.setStatus(intentId, 20);
  const calls = async () => (await shop.account.requests("detail")) + (await shop.account.requests("status"));
  const before = await calls();
  await page.goto(shop.app.url);
  await eventually(() => shop.app.storedOrders().every(({ status }) => status === "paid") || undefined);
  expect((await calls()) - before).toBeLessThanOrEqual(5);
});

test("reconciling twice at once and being killed half-way settle once", async ({ shop2: shop }) => {
  const orders = [];
  for (let count = 0; count < 12; count += 1) orders.push(await openOrder(shop));
  for (const { intentId } of orders) await shop.account.setStatus(intentId, 20);
  const running = Promise.allSettled([shop.cron(), shop.cron()]);
  await eventually(() => shop.app.storedOrders().some(({ status }) => status === "paid") || undefined);
  await shop.app.restart();
  await running;
  await eventually(async () => {
    await shop.cron();
    return shop.app.storedOrders().every(({ status }) => status === "paid") || undefined;
  }, 20_000);
  for (const { orderId } of orders) {
    const paid = shop.app.storedEvents(orderId).filter(({ from, to }) => to === "paid" && from !== "paid");
    expect(paid).toHaveLength(1);
  }
});

test("trying again opens a second payment of the order, and paying the first one still settles it", async ({
  shop2: shop,
}) => {
  const { orderId, intentId } = await openOrder(shop);
  const again = () => shop.client.request("POST", `/api/orders/${orderId}/payments`);
  const same = await again();
  expect(same).toMatchObject({ status: 201, json: { orderId, status: "pending" } });
  expect(await shop.account.requests("create"), "while it is open it is the same payment").toBe(1);

  await shop.account.setStatus(intentId, -5);
  await shop.cron();
  expect(stored(shop, orderId)?.status).toBe("expired");
  const answers = await Promise.all([again(), again(), again()]);
  expect(new Set(answers.map(({ json }) => json.checkoutUrl)).size).toBe(1);
  expect(answers[0]?.json.checkoutUrl).not.toBe(same.json.checkoutUrl);
  expect(await shop.account.requests("create")).toBe(2);
  expect(stored(shop, orderId)).toMatchObject({
    status: "pending",
    attempts: [{ status: "expired" }, { status: "pending" }],
  });

  await shop.account.setStatus(intentId, 20);
  await eventually(async () => {
    await shop.cron();
    return stored(shop, orderId)?.status === "paid" || undefined;
  });
  expect(stored(shop, orderId)?.attention).toEqual(["paid_late"]);
  expect(await again()).toMatchObject({ status: 409, json: { code: "not_payable" } });
});

test("two payments of one order are told to the merchant once", async ({ shop2: shop }) => {
  const { orderId, intentId } = await openOrder(shop);
  await shop.account.setStatus(intentId, -4);
  await shop.cron();
  await shop.client.request("POST", `/api/orders/${orderId}/payments`);
  for (const { id, order } of await shop.account.intents()) {
    if (order.orderId === orderId) await shop.account.setStatus(id, 20);
  }
  await eventually(async () => {
    await shop.cron();
    return stored(shop, orderId)?.attention.includes("duplicate_payment") || undefined;
  });
  expect(stored(shop, orderId)).toMatchObject({
    status: "paid",
    attention: ["paid_late", "duplicate_payment"],
    attempts: [{ status: "paid" }, { status: "paid" }],
  });
  const before = shop.app.storedEvents(orderId).length;
  await shop.cron();
  expect(shop.app.storedEvents(orderId)).toHaveLength(before);
});

test("an order cannot be tried again while its money is on the way, nor by an id that is none", async ({
  shop2: shop,
}) => {
  for (const status of [10, 4, 5, -3]) {
    const { orderId, intentId } = await openOrder(shop);
    await shop.account.setStatus(intentId, status);
    await shop.cron();
    const answer = await shop.client.request("POST", `/api/orders/${orderId}/payments`);
    expect(answer).toMatchObject({ status: 409, json: { code: "not_payable" } });
  }
  for (const id of ["x", "AAAAAAAAAAAAAAAAAAAAAAAA"]) {
    expect((await shop.client.request("POST", `/api/orders/${id}/payments`)).status).toBe(404);
  }
});

test("a create whose answer was lost is told as unsure, and a retry charges once", async ({ shop2: shop }) => {
  await shop.account.control("POST", "/faults", { op: "create", kind: "create_timeout_after_accept", times: 1 });
  const key = { "idempotency-key": randomUUID() };
  const unsure = await shop.client.checkout({ amount: "5.00" }, key);
  expect(unsure).toMatchObject({ status: 504, json: { code: "provider_timeout" } });
  expect(unsure.json.detail).toMatch(/not sure/);
  const retried = await shop.client.checkout({ amount: "5.00" }, key);
  expect(retried.status).toBe(201);
  expect(shop.app.storedOrders()).toHaveLength(1);
  expect(shop.app.storedOrders()[0]?.attempts).toHaveLength(1);
  expect((await shop.client.checkout({ amount: "5.00" }, key)).text).toBe(retried.text);
  expect(await shop.account.requests("create")).toBe(2);
});

test("without JavaScript too, a payer who was not sure tries again for the same order", async ({
  shop2: shop,
  browser,
}) => {
  await shop.account.control("POST", "/faults", { op: "create", kind: "drop_after_accept", times: 1 });
  const context = await browser.newContext({ baseURL: shop.app.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("tip-form-problem")).toHaveText(/not sure yet/);
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("pay")).toBeVisible();
  expect(shop.app.storedOrders()).toHaveLength(1);
  await context.close();
});
