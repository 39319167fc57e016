import type { Page } from "playwright/test";
import { eventually } from "../test/eventually";
import { type App, startApp } from "./support/app";
import { registerAccount, settingsFor } from "./support/emulator";
import { expect, test } from "./support/fixtures";
import { isIn, openCheckout, orderIn } from "./support/payer";

const EXPIRED = ["expired", -5, {}] as const;

/** Starts a payment on the tip page as a payer does; the hosted checkout opens in a tab of its own. */
async function startPayment(page: Page, amount = "$5"): Promise<{ checkout: Page; orderId: string }> {
  await page.goto("/");
  await page.getByRole("radio", { name: amount, exact: true }).check();
  const checkout = await openCheckout(page);
  return { checkout, orderId: new URL(page.url()).pathname.split("/").at(-1) ?? "" };
}

function storedOrder(app: App, orderId: string) {
  return app.storedOrders().find(({ id }) => id === orderId);
}

const becamePaid = (app: App, orderId: string) =>
  app.storedEvents(orderId).filter(({ from, to }) => to === "paid" && from !== "paid");

test("a tip is paid and the page says so @happy", async ({ page, app, account }) => {
  const { checkout, orderId } = await startPayment(page);
  await isIn(page, "pending");
  await expect(page.getByTestId("order-amount")).toContainText("$5.00");
  await checkout.getByTestId("pay").click();
  // It takes at most the 5 s until the page asks again, and on a busy machine a little more.
  await isIn(page, "paid");
  await expect(page.getByTestId("order-heading")).toHaveText(/thank you/i);
  await expect(page).toHaveTitle(/Paid/);
  const receipt = page.getByTestId("order-receipt");
  await expect(receipt).toContainText("USDT");
  await expect(receipt.getByRole("link")).toHaveAttribute("href", /^https:\/\/\w+\.\w+\/tx\/0x[0-9a-f]{64}$/);

  // The hosted page sends the payer back to the same payment.
  await checkout.waitForURL(`${app.url}/orders/${orderId}`);
  await isIn(checkout, "paid");

  // The server's own record says the same, and says who told it.
  expect(storedOrder(app, orderId)).toMatchObject({ status: "paid", attention: [], payments: [{ status: "paid" }] });
  const events = app.storedEvents(orderId);
  expect(events.map(({ type }) => type).slice(0, 2)).toEqual(["order_created", "payment_created"]);
  expect(becamePaid(app, orderId)).toHaveLength(1);
  expect((await account.intentOf(orderId)).status).toBe(20);
});

test("with every tab closed the webhook alone settles it", async ({ page, app, account }) => {
  const { orderId } = await startPayment(page);
  await page.context().close();
  const intent = await account.intentOf(orderId);
  await account.setStatus(intent.id, 20);
  await eventually(() => storedOrder(app, orderId)?.status === "paid" || undefined);
  expect(becamePaid(app, orderId)).toMatchObject([{ source: "webhook" }]);
});

test("with webhooks off polling alone settles it", async ({ browser }) => {
  const account = await registerAccount({ webhooks: false });
  const app = await startApp(settingsFor(account));
  const context = await browser.newContext({ baseURL: app.url });
  const page = await context.newPage();
  const { orderId } = await startPayment(page);
  // Not by a click on the checkout, whose way back is a second page that may be the one to find out.
  await account.setStatus((await account.intentOf(orderId)).id, 20);
  await isIn(page, "paid");
  expect(becamePaid(app, orderId)).toMatchObject([{ source: "poll" }]);
  await context.close();
  await app.close();
});

/** What each status of AllScale becomes, and words that only its page has. */
const UNHAPPY: [number, string, RegExp][] = [
  [2, "pending", /waiting for your payment/i],
  [3, "pending", /waiting for your payment/i],
  [10, "confirming", /being confirmed/i],
  [4, "review", /being checked/i],
  [5, "refunding", /sent back/i],
  [-1, "failed", /did not go through/i],
  [-2, "rejected", /not accepted/i],
  [-3, "underpaid", /too small/i],
  [-4, "canceled", /canceled/i],
  [-5, "expired", /time to pay has run out/i],
];
for (const [status, name, words] of UNHAPPY) {
  test(`status ${status} shows the words of "${name}" and nothing of success`, async ({ page, account, client }) => {
    const created = await client.checkout({ amount: "5.00" });
    const intent = await account.intentOf(String(created.json.orderId));
    await account.setStatus(intent.id, status, status === -3 ? { actual_paid_amount: "3.000000" } : {});
    await page.goto(String(created.json.orderUrl));
    await isIn(page, name);
    const heading = page.getByTestId("order-heading");
    await expect(heading).toHaveText(words);
    await expect(heading).not.toHaveText(/thank|\bpaid\b/i);
    if (name === "underpaid") {
      await expect(page.getByTestId("order-shortfall")).toContainText("2.000000");
      await expect(page.getByTestId("order-transaction").getByRole("link")).toHaveAttribute("href", /\/tx\/0x/);
    }
  });
}

test("money that comes after the end still counts, without a reload", async ({ page, account, app, client }) => {
  const { orderId, intentId, path } = await orderIn(EXPIRED, { client, account });
  await page.goto(path);
  await isIn(page, "expired");
  await account.setStatus(intentId, 20);
  await isIn(page, "paid");
  expect(storedOrder(app, orderId)?.attention).toEqual(["paid_late"]);
});

test("money that comes short for the first payment is not hidden behind a second one", async ({
  page,
  account,
  app,
  client,
}) => {
  const { orderId, intentId, path } = await orderIn(EXPIRED, { client, account });
  await page.goto(path);
  await isIn(page, "expired");
  expect(await client.request("POST", `/api/orders/${orderId}/payments`)).toMatchObject({ status: 201 });
  await page.reload();
  await isIn(page, "pending");
  await expect(page.getByRole("link", { name: "Continue to payment" })).toBeVisible();
  await account.setStatus(intentId, -3, { actual_paid_amount: "3.000000" });
  await isIn(page, "underpaid");
  await expect(page.getByTestId("order-shortfall")).toContainText("2.000000");
  await expect(page.getByRole("link", { name: "Continue to payment" })).toHaveCount(0);

  // All of it comes for the second one in the end, so the merchant has money of both.
  const { intents } = await account.control<{ intents: { id: string }[] }>("GET", `/intents?order_id=${orderId}`);
  const second = intents.find(({ id }) => id !== intentId);
  await account.setStatus(second?.id ?? "", 20);
  await eventually(() => storedOrder(app, orderId)?.status === "paid" || undefined);
  await page.reload();
  await isIn(page, "paid");
  expect(storedOrder(app, orderId)?.attention).toEqual(["duplicate_payment"]);
});

test("two tabs show the same payment, and a reload keeps it", async ({ page, context, account }) => {
  const { checkout, orderId } = await startPayment(page);
  const second = await context.newPage();
  await second.goto(`/orders/${orderId}`);
  await isIn(second, "pending");
  await page.reload();
  await isIn(page, "pending");
  const before = await account.requests("create");
  await checkout.getByTestId("pay").click();
  await Promise.all([isIn(page, "paid"), isIn(second, "paid")]);
  expect(await account.requests("create")).toBe(before);
});

test("a payer who comes back finds the way to the same payment", async ({ page }) => {
  const { orderId } = await startPayment(page);
  await page.goto("/");
  await expect(page.getByTestId("tip-continue-order")).toHaveAttribute("href", `/orders/${orderId}`);
});

test("a bad amount gets an error beside the field and starts nothing", async ({ page, account }) => {
  const before = await account.requests("create");
  await page.goto("/");
  const field = page.getByTestId("tip-custom-amount");
  for (const [text, message] of [
    ["0.50", /\$1/],
    ["999999", /10,000/],
    ["abc", /./],
  ] as const) {
    await field.fill(text);
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-amount-problem")).toHaveText(message);
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(text);
  }
  expect(page.context().pages()).toHaveLength(1);
  expect(await account.requests("create")).toBe(before);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a tip is made, paid and shown", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("radio", { name: "$10", exact: true }).check();
    await page.getByTestId("tip-submit").click();
    await page.getByTestId("pay").click();
    await page.waitForURL(/\/orders\//);
    // Without scripts the page asks again by itself; following the link is the impatient way.
    await expect(async () => {
      await page.reload();
      await isIn(page, "paid", 100);
    }).toPass();
    await expect(page.getByTestId("order-receipt")).toContainText("USDT");
  });

  test("a bad amount comes back with what was typed", async ({ page }) => {
    await page.goto("/");
    await page.getByTestId("tip-other").check();
    await page.getByTestId("tip-custom-amount").fill("0.50");
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-amount-problem")).not.toBeEmpty();
    await expect(page.getByTestId("tip-custom-amount")).toHaveValue("0.50");
  });
});

test("an order that does not exist has a page that says so, and no query makes one look settled", async ({ page }) => {
  for (const path of ["/orders/AAAAAAAAAAAAAAAAAAAAAAAA?status=paid", "/orders/x?status=paid"]) {
    const response = await page.goto(path);
    expect(response?.status()).toBe(404);
    await expect(page.getByTestId("not-found")).toBeVisible();
    await expect(page.locator("body")).not.toContainText(/thank/i);
  }
});
