import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { type App, type StoredOrder, startApp } from "./support/app";
import { type Client, clientOf } from "./support/client";
import { type EmulatorAccount, registerAccount, settingsFor } from "./support/emulator";
import { test as base, expect, randomAddress } from "./support/fixtures";
import { isIn, orderIn } from "./support/payer";
import { STATES } from "./support/states";

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

const openOrder = (shop: Shop) => orderIn(STATES[0], shop);

const stored = ({ app }: Shop, orderId: string) => app.storedOrders().find(({ id }) => id === orderId);

/** The orders of the shop, once each is paid and everything that has to happen because of it is done. */
const allFulfilled = ({ app }: Shop, timeoutMs?: number) =>
  eventually(() => {
    const orders = app.storedOrders();
    const isDone = ({ status, effects }: StoredOrder) =>
      status === "paid" && effects.length > 0 && effects.every(({ doneAt }) => doneAt !== null);
    return orders.every(isDone) ? orders : undefined;
  }, timeoutMs);

const becamePaid = ({ app }: Shop, orderId: string) =>
  app.storedEvents(orderId).filter(({ from, to }) => to === "paid" && from !== "paid");

const tryAgain = ({ client }: Shop, orderId: string) => client.request("POST", `/api/orders/${orderId}/payments`);

test("three paid orders that no webhook came about settle by one call", async ({ shop2: shop }) => {
  for (let count = 0; count < 3; count += 1) {
    const { intentId } = await openOrder(shop);
    await shop.account.setStatus(intentId, 20);
  }
  const first = await shop.cron();
  expect(first).toMatchObject({ status: 200, json: { checked: 3, changed: 3, paid: 3 } });
  const before = await allFulfilled(shop);
  expect((await shop.cron()).json).toEqual({ checked: 0, changed: 0, paid: 0 });
  expect(shop.app.storedOrders()).toEqual(before);
  for (const { id } of before) expect(becamePaid(shop, id)).toMatchObject([{ source: "reconcile" }]);
});

test("a refusal about one payment puts off that payment alone, and is logged once", async ({ shop2: shop }) => {
  const orders = [await openOrder(shop), await openOrder(shop)];
  for (const { intentId } of orders) await shop.account.setStatus(intentId, 20);
  await shop.account.control("POST", "/faults", { op: "detail", http: 422, times: 1 });
  expect((await shop.cron()).json).toEqual({ checked: 2, changed: 1, paid: 1 });
  const refused = orders.find(({ orderId }) => stored(shop, orderId)?.status === "pending");
  await eventually(async () => {
    const { checked } = (await shop.cron()).json;
    return checked === 0 || undefined;
  });
  const told = await eventually(() => {
    const lines = shop.app.logged().filter(({ event }) => event === "payment_cannot_be_read");
    return lines.length > 0 ? lines : undefined;
  });
  const { orderId, intentId } = refused ?? {};
  expect(told).toMatchObject([{ level: "warn", orderId, paymentId: intentId, requestId: expect.any(String) }]);
  // It is not forgotten: a view of its page makes us ask.
  await eventually(async () => (await shop.client.order(orderId ?? "")).json.paid === true || undefined);
});

test("the scheduler's route needs the secret, and without one there is no route", async ({ shop2: shop }) => {
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
  for (const { orderId } of orders) expect(becamePaid(shop, orderId)).toHaveLength(1);
  // What the process that was killed had not done yet is done by the other one.
  await eventually(async () => {
    await shop.cron();
    return (await allFulfilled(shop, 0)).length === orders.length || undefined;
  }, 30_000);
});

test("trying again opens a second payment of the order, and paying the first one still settles it", async ({
  shop2: shop,
}) => {
  const { orderId, intentId } = await openOrder(shop);
  const again = () => tryAgain(shop, orderId);
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
    payments: [{ status: "expired" }, { status: "pending" }],
  });

  await shop.account.setStatus(intentId, 20);
  await eventually(async () => {
    await shop.cron();
    return stored(shop, orderId)?.status === "paid" || undefined;
  });
  expect(stored(shop, orderId)?.attention).toEqual(["paid_late"]);
  expect(await again()).toMatchObject({ status: 409, json: { code: "not_payable" } });
});

test("an order that ended here and was paid at the provider meanwhile is not charged again", async ({
  shop2: shop,
  browser,
}) => {
  const { orderId, intentId } = await openOrder(shop);
  await shop.account.setStatus(intentId, -5);
  await shop.cron();
  // Without scripts, so that the page does not find out by asking.
  const context = await browser.newContext({ baseURL: shop.app.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`/orders/${orderId}`);
  await isIn(page, "expired");
  await shop.account.setStatus(intentId, 20);
  await page.getByTestId("order-action").click();
  await isIn(page, "paid");
  expect(await shop.account.requests("create")).toBe(1);
  expect(stored(shop, orderId)).toMatchObject({ attention: ["paid_late"], payments: [{ status: "paid" }] });
  await context.close();
});

test("an order at yesterday's price cannot be paid again, only started over", async ({ shop2: shop, page }) => {
  const { orderId, intentId } = await openOrder(shop);
  await shop.account.setStatus(intentId, -4);
  await shop.cron();
  expect((await shop.client.order(orderId)).json).toMatchObject({ status: "canceled", canPayAgain: true });
  await shop.app.restart({ AMOUNT_FIXED: "50.00" });
  expect((await shop.client.order(orderId)).json).toMatchObject({ status: "canceled", canPayAgain: false });
  expect(await tryAgain(shop, orderId)).toMatchObject({ status: 409, json: { code: "not_payable" } });
  await page.goto(`${shop.app.url}/orders/${orderId}`);
  await isIn(page, "canceled");
  await expect(page.getByTestId("order-action")).toHaveAttribute("href", "/");
  expect(await shop.account.requests("create")).toBe(1);
});

test("an order that two payments have paid is pointed out once", async ({ shop2: shop }) => {
  const { orderId, intentId } = await openOrder(shop);
  await shop.account.setStatus(intentId, -4);
  await shop.cron();
  await tryAgain(shop, orderId);
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
    payments: [{ status: "paid" }, { status: "paid" }],
  });
  await allFulfilled(shop);
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
    expect(await tryAgain(shop, orderId)).toMatchObject({ status: 409, json: { code: "not_payable" } });
  }
  for (const id of ["x", "AAAAAAAAAAAAAAAAAAAAAAAA"]) {
    expect((await tryAgain(shop, id)).status).toBe(404);
  }
});

test("a create whose answer was lost can safely be sent again, and charges once", async ({ shop2: shop }) => {
  await shop.account.control("POST", "/faults", { op: "create", kind: "create_timeout_after_accept", times: 1 });
  const key = { "idempotency-key": randomUUID() };
  const unsure = await shop.client.checkout({ amount: "5.00" }, key);
  expect(unsure).toMatchObject({ status: 504, json: { code: "provider_timeout" } });
  expect(unsure.json.detail).toMatch(/Trying again is safe/);
  const retried = await shop.client.checkout({ amount: "5.00" }, key);
  expect(retried.status).toBe(201);
  expect(shop.app.storedOrders()).toHaveLength(1);
  expect(shop.app.storedOrders()[0]?.payments).toHaveLength(1);
  expect((await shop.client.checkout({ amount: "5.00" }, key)).text).toBe(retried.text);
  expect(await shop.account.requests("create")).toBe(2);
});

test("without JavaScript too, a payer tries again for the same order", async ({ shop2: shop, browser }) => {
  await shop.account.control("POST", "/faults", { op: "create", kind: "drop_after_accept", times: 1 });
  const context = await browser.newContext({ baseURL: shop.app.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("tip-form-problem")).toHaveText(/Nothing was charged/);
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("pay")).toBeVisible();
  expect(shop.app.storedOrders()).toHaveLength(1);
  await context.close();
});
