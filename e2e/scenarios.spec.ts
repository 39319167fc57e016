import type { Page } from "playwright/test";
import { eventually } from "../test/eventually";
import { expect } from "./support/fixtures";
import { isIn } from "./support/payer";
import { answerOf, type OpenedOrder, type SteeredShop, test } from "./support/steered-shop";

/**
 * Every scenario of the emulator, played against the app. The provider's clock stands still and is advanced, so a test
 * sees each moment of a scenario; the browser's clock is wound on where a page would only be waiting.
 */
const played = new Set<string>();

type Start = { readonly by: "amount"; readonly amount: string } | { readonly by: "control" };

function scenario(
  name: string,
  start: Start,
  body: (parts: { steered: SteeredShop; order: OpenedOrder; page: Page }) => Promise<void>,
): void {
  played.add(name);
  test(`scenario ${name}`, async ({ steered, page }) => {
    if (start.by === "control") await steered.account.control("POST", "/scenarios", { name });
    const order = await steered.open(start.by === "amount" ? start.amount : "5.00");
    const intent = await steered.account.control<{ scenario: string }>("GET", `/intents/${order.intentId}`);
    expect(intent.scenario).toBe(name);
    await page.clock.install();
    await body({ steered, order, page });
  });
}

/** Winds the browser's clock on until the page shows it; a page that is still starting up has no timer to wind yet. */
const windOn = (page: Page, by: string, shows: () => Promise<void>) =>
  expect(async () => {
    await page.clock.fastForward(by);
    await shows();
  }).toPass({ timeout: 60_000 });

const becomes = (page: Page, status: string) => windOn(page, "00:16", () => isIn(page, status, 1_000));

/** What the API tells, which asks the provider where that is due. */
const told = async ({ client }: SteeredShop, { orderId }: OpenedOrder) => (await client.order(orderId)).json;

/** In the end: it does not wait for a provider that takes long on a busy machine. */
const isTold = (shop: SteeredShop, order: OpenedOrder, expected: Record<string, unknown>) =>
  expect.poll(() => told(shop, order), { timeout: 30_000 }).toMatchObject(expected);

const storedAs = (shop: SteeredShop, { orderId }: OpenedOrder, status: string) =>
  eventually(() => shop.stored(orderId).status === status || undefined);

scenario("happy", { by: "amount", amount: "4.01" }, async ({ steered, order, page }) => {
  await steered.advance("2s");
  await page.goto(order.orderUrl);
  // A wallet was assigned, and nothing has been received.
  await isIn(page, "pending");
  await expect(page.getByTestId("order-action")).toBeVisible();
  await steered.advance("1s");
  await becomes(page, "confirming");
  await steered.advance("1s");
  await storedAs(steered, order, "paid");
  await becomes(page, "paid");
  await expect(page.getByTestId("order-heading")).toHaveText(/thank you/i);
  await isTold(steered, order, { status: "paid", paid: true, terminal: true, amount: "4.01" });
  expect(steered.stored(order.orderId)).toMatchObject({ attention: [], payments: [{ status: "paid" }] });
  expect(steered.changes(order.orderId)).toEqual([
    { from: "pending", to: "confirming", source: "poll" },
    { from: "confirming", to: "paid", source: "webhook" },
  ]);
});

scenario("slow", { by: "control" }, async ({ steered, order, page }) => {
  await steered.advance("1s");
  await steered.advance("2m");
  await page.goto(order.orderUrl);
  await isIn(page, "pending");
  await expect(page.getByTestId("order-still-watching")).toBeHidden();
  await steered.advance("4m");
  await becomes(page, "confirming");
  await windOn(page, "11:00", () => expect(page.getByTestId("order-still-watching")).toBeVisible({ timeout: 1_000 }));
  await isIn(page, "confirming");
  expect(steered.stored(order.orderId).status).toBe("confirming");
  await steered.advance("6m");
  await storedAs(steered, order, "paid");
  await becomes(page, "paid");
  expect(steered.stored(order.orderId).attention).toEqual([]);
});

scenario("underpaid", { by: "amount", amount: "4.03" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  const shortfall = { coin: "USDT", required: "4.030000", received: "2.418000", missing: "1.612000" };
  await isTold(steered, order, { status: "underpaid", paid: false, terminal: true, shortfall });
  await page.goto(order.orderUrl);
  await isIn(page, "underpaid");
  for (const amount of ["4.03", "2.418", "1.612"]) {
    await expect(page.getByTestId("order-shortfall")).toContainText(amount);
  }
  const explorer = page.getByTestId("order-transaction").getByRole("link");
  await expect(explorer).toHaveAttribute("href", /\/tx\/0x[0-9a-f]{64}$/);
  expect(steered.stored(order.orderId)).toMatchObject({ status: "underpaid", payments: [{ onHold: false }] });
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "underpaid", source: "poll" }]);
});

scenario("late", { by: "amount", amount: "4.04" }, async ({ steered, order, page }) => {
  await steered.advance("2s");
  await page.goto(order.orderUrl);
  await isIn(page, "expired");
  expect(steered.stored(order.orderId)).toMatchObject({ status: "expired", attention: [] });
  await steered.advance("20m");
  await storedAs(steered, order, "paid");
  await becomes(page, "paid");
  await isTold(steered, order, { status: "paid", paid: true });
  expect(steered.stored(order.orderId).attention).toEqual(["paid_late"]);
  expect(steered.changes(order.orderId)).toEqual([
    { from: "pending", to: "expired", source: "poll" },
    { from: "expired", to: "paid", source: "webhook" },
  ]);
});

scenario("double", { by: "amount", amount: "4.05" }, async ({ steered, order, page }) => {
  await steered.advance("2s");
  await steered.deliveries(order.intentId, 1);
  expect(steered.stored(order.orderId)).toMatchObject({ status: "paid", attention: [] });
  const receipt = (await told(steered, order)).receipt;
  await steered.advance("1s");
  const answers = (await steered.deliveries(order.intentId, 2)).map(answerOf);
  expect(answers).toEqual(["200 paid", "200 duplicate"]);
  expect(steered.stored(order.orderId)).toMatchObject({ status: "paid", attention: ["duplicate_payment"] });
  expect(steered.changes(order.orderId)).toHaveLength(1);
  await page.goto(order.orderUrl);
  await isIn(page, "paid");
  expect((await told(steered, order)).receipt, "the receipt is of the first payment").toEqual(receipt);
});

scenario("lost_webhook", { by: "amount", amount: "4.06" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  await steered.advance("1h");
  expect(await steered.deliveries(order.intentId, 0)).toEqual([]);
  expect(steered.stored(order.orderId).status).toBe("pending");
  await page.goto(order.orderUrl);
  await isIn(page, "paid");
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "paid", source: "poll" }]);
});

test("scenario lost_webhook is also found by the scheduler alone", async ({ steered }) => {
  const { orderId } = await steered.open("4.06");
  await steered.advance("3s");
  expect((await steered.cron()).status).toBe(200);
  expect(steered.changes(orderId)).toEqual([{ from: "pending", to: "paid", source: "reconcile" }]);
  expect(steered.stored(orderId).attention).toEqual([]);
});

scenario("duplicate_webhooks", { by: "amount", amount: "4.07" }, async ({ steered, order }) => {
  await steered.advance("3s");
  const deliveries = await steered.deliveries(order.intentId, 4);
  expect(deliveries.map(({ kind }) => kind).sort()).toEqual([
    "confirmation",
    "confirmation",
    "confirmation",
    "duplicate",
  ]);
  expect(deliveries.map(answerOf).sort()).toEqual(["200 duplicate", "200 duplicate", "200 duplicate", "200 paid"]);
  await isTold(steered, order, { status: "paid", paid: true });
  expect(steered.stored(order.orderId)).toMatchObject({ status: "paid", attention: [] });
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "paid", source: "webhook" }]);
});

scenario("forged_webhook", { by: "amount", amount: "4.08" }, async ({ steered, order, page }) => {
  const before = steered.stored(order.orderId);
  await steered.advance("2s");
  const deliveries = await steered.deliveries(order.intentId, 5);
  expect(deliveries.map(({ answer }) => answer?.status)).toEqual([401, 401, 401, 401, 401]);
  expect(steered.stored(order.orderId)).toEqual(before);
  await page.goto(order.orderUrl);
  await isIn(page, "pending");
  await isTold(steered, order, { status: "pending", paid: false });
});

scenario("kyt_rejected", { by: "control" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  await isTold(steered, order, { status: "rejected", paid: false, terminal: true });
  await page.goto(order.orderUrl);
  await isIn(page, "rejected");
  const again = await steered.client.request("POST", `/api/orders/${order.orderId}/payments`);
  expect(again, "money may be on its way back, so it cannot simply be paid again").toMatchObject({ status: 409 });
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "rejected", source: "poll" }]);
});

scenario("manual_review", { by: "amount", amount: "4.10" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  await page.goto(order.orderUrl);
  await isIn(page, "review");
  await isTold(steered, order, { status: "review", paid: false, terminal: false });
  await steered.advance("10m");
  await storedAs(steered, order, "paid");
  await becomes(page, "paid");
  // It was never over, so it is not late.
  expect(steered.stored(order.orderId)).toMatchObject({ attention: [], payments: [{ onHold: false }] });
});

scenario("send_back", { by: "amount", amount: "4.11" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  await page.goto(order.orderUrl);
  await isIn(page, "refunding");
  await isTold(steered, order, { status: "refunding", paid: false, terminal: false });
  await steered.advance("10m");
  // Only a poll can tell: no webhook announces an end like this, and the page finds it without a reload.
  await isIn(page, "failed");
  expect(steered.changes(order.orderId)).toEqual([
    { from: "pending", to: "refunding", source: "poll" },
    { from: "refunding", to: "failed", source: "poll" },
  ]);
});

scenario("canceled", { by: "control" }, async ({ steered, order, page }) => {
  await steered.advance("2s");
  await page.goto(order.orderUrl);
  await isIn(page, "canceled");
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "canceled", source: "poll" }]);
  const again = await steered.client.request("POST", `/api/orders/${order.orderId}/payments`);
  expect(again).toMatchObject({ status: 201, json: { orderId: order.orderId, status: "pending" } });
  expect(steered.stored(order.orderId).payments).toMatchObject([{ status: "canceled" }, { status: "pending" }]);
});

scenario("timeout", { by: "amount", amount: "4.13" }, async ({ steered, order, page }) => {
  await steered.advance("1s");
  await isTold(steered, order, { status: "expired", paid: false, terminal: true });
  await page.goto(order.orderUrl);
  await isIn(page, "expired");
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "expired", source: "poll" }]);
});

test("a payment that is not made times out after 31 minutes, with no scenario at all", async ({ steered }) => {
  const order = await steered.open();
  await steered.advance("31m");
  await isTold(steered, order, { status: "expired", paid: false });
});

scenario("failed", { by: "amount", amount: "4.14" }, async ({ steered, order, page }) => {
  await steered.advance("3s");
  expect((await steered.cron()).status).toBe(200);
  expect(steered.changes(order.orderId)).toEqual([{ from: "pending", to: "failed", source: "reconcile" }]);
  await page.goto(order.orderUrl);
  await isIn(page, "failed");
  expect(steered.stored(order.orderId)).toMatchObject({ status: "failed", attention: [] });
});

test("a scenario can be played on an order that is already open", async ({ steered }) => {
  const order = await steered.open();
  await steered.account.control("POST", `/intents/${order.intentId}/scenario`, { name: "canceled" });
  await steered.advance("2s");
  await isTold(steered, order, { status: "canceled" });
});

test("no scenario of the emulator is left out here", async ({ steered }) => {
  const { scenarios } = await steered.account.control<{ scenarios: object }>("GET", "/scenarios");
  expect([...played].sort()).toEqual(Object.keys(scenarios).sort());
});
