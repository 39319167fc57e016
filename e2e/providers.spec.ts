import type { Locator, Page } from "playwright/test";
import { startEmulator } from "../emulator/server";
import { eventually } from "../test/eventually";
import { expectAccessible, expectToFit } from "./support/access";
import { clientOf } from "./support/client";
import { test as base, expect, randomAddress } from "./support/fixtures";
import { isIn } from "./support/payer";
import { CASES, openProviderShop, type ProviderCase, type ProviderShop } from "./support/provider-shops";

/** Opens shops and closes them after the test. */
const test = base.extend<{ open: (provider: ProviderCase, changes?: Record<string, string>) => Promise<ProviderShop> }>(
  {
    open: async ({ playwright: _ }, use) => {
      const shops: ProviderShop[] = [];
      await use(async (provider, changes) => {
        const shop = await openProviderShop(provider, changes);
        shops.push(shop);
        return shop;
      });
      for (const shop of shops) await shop.close();
    },
  },
);

const idIn = (page: Page) => new URL(page.url()).pathname.split("/").at(-1) ?? "";
const payTo = (page: Page) => page.getByTestId("order-pay-to");

async function checkout({ app }: ProviderShop) {
  const created = await clientOf(app, randomAddress()).checkout({ amount: "5.00" });
  expect(created.status, created.text).toBe(201);
  return created.json as { orderId: string; orderUrl: string; checkoutUrl: string };
}

for (const provider of Object.values(CASES)) {
  test(`${provider.title}: a tip is paid, a refusal is shown, a forged webhook changes nothing, no secret gets out`, async ({
    page,
    context,
    open,
  }) => {
    const shop = await open(provider);
    const { app } = shop;
    await page.goto(app.url);
    await page.getByRole("radio", { name: "$5", exact: true }).check();
    if (provider.payOnHostedPage === null) {
      await page.getByTestId("tip-submit").click();
      await page.waitForURL(/\/orders\//);
      await expect(payTo(page)).toBeVisible();
      // One tab, because there is no other page to go to.
      expect(context.pages()).toHaveLength(1);
      await shop.payment(idIn(page), "status", provider.states.paid);
    } else {
      const opened = page.waitForEvent("popup");
      await page.getByTestId("tip-submit").click();
      const hosted = await opened;
      await page.waitForURL(/\/orders\//);
      await expect(payTo(page)).toBeHidden();
      await provider.payOnHostedPage(hosted);
    }
    await isIn(page, "paid");
    await expect(page.getByTestId("order-receipt")).toContainText(provider.receipt);

    const other = await checkout(shop);
    const before = (await shop.webhookAnswers()).length;
    await shop.forge(other.orderId);
    expect(await eventually(async () => (await shop.webhookAnswers())[before] ?? undefined)).toBe(
      provider.signsWebhooks ? 401 : 200,
    );
    await page.goto(other.orderUrl);
    await isIn(page, "pending");
    await shop.payment(other.orderId, "status", provider.states[provider.unhappy]);
    await isIn(page, provider.unhappy);
    await expect(page.getByTestId("order-heading")).not.toHaveText(/thank|\bpaid\b/i);

    const health = await (await fetch(`${app.url}/api/health`)).text();
    expect(JSON.parse(health)).toMatchObject({ status: "ok", provider: provider.name });
    const said = [app.log(), health, await page.content(), JSON.stringify(app.storedOrders())].join();
    for (const secret of provider.secrets) expect(said).not.toContain(secret);
  });
}

test("where there is no hosted page, our own says what to send, and follows a new quote, an end and another try", async ({
  page,
  context,
  open,
}) => {
  const shop = await open(CASES.calypsoInvoice);
  const { orderId, orderUrl, checkoutUrl } = await checkout(shop);
  expect(checkoutUrl).toBe(orderUrl);
  const [payment] = shop.app.storedOrders().flatMap(({ payments }) => payments);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(orderUrl);
  await isIn(page, "pending");
  const amount = payTo(page).getByLabel("Amount in USDT");
  await expect(amount).toHaveValue("5.000000");
  await expect(payTo(page)).toContainText("Send exactly 5.000000 USDT on the Ethereum network.");
  await expect(payTo(page).getByRole("img", { name: "QR code" })).toBeVisible();
  await payTo(page).getByRole("button", { name: "Copy" }).last().click();
  const address = await payTo(page).getByLabel("Address on Ethereum").inputValue();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
  await expect(page.getByTestId("order-wallet")).toHaveAttribute("href", RegExp(`^ethereum:.*address=${address}&`));
  await expect(page.getByTestId("order-time-left")).toHaveText(/Time left: 23:5\d:\d\d/);
  await expectAccessible(page);

  // The payer does nothing.
  await shop.control("/settings", { rate: "0.9500" });
  await shop.payment(orderId, "requote");
  await expect(amount).toHaveValue("5.263158");
  await expect(payTo(page)).toContainText("Send exactly 5.263158 USDT");
  await expect(page.getByTestId("order-wallet")).toHaveAttribute("href", /uint256=5263158$/);

  await shop.payment(orderId, "expire");
  await isIn(page, "expired");
  await expect(payTo(page)).toBeHidden();
  await page.getByTestId("order-action").click();
  await isIn(page, "pending");
  await expect(payTo(page)).toBeVisible();
  await expect(payTo(page).getByLabel("Address on Ethereum")).not.toHaveValue(address);
  expect(shop.app.storedOrders()[0]?.payments).toHaveLength(2);
  expect(shop.app.storedOrders()[0]?.payments[0]).toMatchObject({ paymentId: payment?.paymentId });

  // Who comes back later goes on with it.
  await page.goto(shop.app.url);
  await page.getByTestId("tip-continue-order").click();
  await expect(payTo(page)).toBeVisible();
  await shop.payment(orderId, "status", { status: "PAID" });
  await isIn(page, "paid");
  await expect(payTo(page)).toBeHidden();
  await page.goto(`${(await checkout(shop)).orderUrl}?lang=de`);
  await expect(payTo(page)).toContainText("Sende genau");
  await expectToFit(page);
});

test("paying to an address needs no JavaScript, and the same form sent twice leads to one payment", async ({
  browser,
  open,
}) => {
  const shop = await open(CASES.calypsoInvoice);
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: shop.app.url });
  const page = await context.newPage();
  await page.goto("/?lang=en");
  await expect(page.getByTestId("tip-form-hint")).toContainText("The next page shows where to send it");
  const key = await page.locator("[name=idempotencyKey]").inputValue();
  await page.getByTestId("tip-submit").click();
  await page.waitForURL(/\/orders\//);
  await expect(payTo(page).getByLabel("Address on Ethereum")).toHaveValue(/^0x[0-9a-f]{40}$/i);
  await expect(page.getByTestId("order-time-left")).toHaveText(/23:59:\d\d/);
  expect(await page.content()).toContain('http-equiv="refresh"');
  const orderId = idIn(page);
  await shop.payment(orderId, "status", { status: "PAID" });
  await isIn(page, "paid");

  const client = clientOf(shop.app, randomAddress());
  const sent = { "idempotency-key": `${key}-api` };
  const answers = await Promise.all([1, 2, 3].map(() => client.checkout({ amount: "7.00" }, sent)));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  const [first] = answers;
  expect(first?.json).toMatchObject({ checkoutUrl: first?.json.orderUrl, status: "pending" });
  expect(shop.app.storedOrders()).toHaveLength(2);
  await context.close();
});

test("an order that one provider opened is settled by it after another took over", async ({ page, open }) => {
  const former = await open(CASES.koinal);
  const { orderId, orderUrl } = await checkout(former);
  const lost = await checkout(former);
  const { app } = former;
  const { credentials, settings } = CASES.calypsoInvoice;
  const latter = await startEmulator({ provider: "calypso", ...credentials });
  await app.restart({ ...settings({ url: latter.url, ...credentials }), PAYMENT_PROVIDER: "calypso" });

  await page.goto(app.url);
  await page.getByRole("radio", { name: "$5", exact: true }).check();
  await page.getByTestId("tip-submit").click();
  await page.waitForURL(/\/orders\//);
  await expect(payTo(page)).toBeVisible();
  const providerOf = (id: string) => app.storedOrders().find((order) => order.id === id)?.payments[0]?.provider;
  expect([providerOf(orderId), providerOf(idIn(page))]).toEqual(["koinal", "calypso"]);

  // By its webhook alone.
  await former.payment(orderId, "status", CASES.koinal.states.paid);
  await eventually(() => app.storedOrders().find(({ id }) => id === orderId)?.status === "paid" || undefined);
  await page.goto(orderUrl);
  await isIn(page, "paid");
  // And by asking alone.
  await page.goto(lost.orderUrl);
  await former.payment(lost.orderId, "status", { ...CASES.koinal.states.paid, webhook: false });
  await isIn(page, "paid");
  expect(JSON.parse(await (await fetch(`${app.url}/api/health`)).text())).toMatchObject({ provider: "calypso" });
  await latter.close();
});

test("a refund to a bank account leaves from /admin alone, once it was confirmed with its receiver, and can be held", async ({
  page,
  open,
}) => {
  const ADMIN_SECRET = "an-admin-secret-of-the-provider-tests";
  const shop = await open(CASES.onekey, { ADMIN_SECRET });
  const { orderId, orderUrl } = await checkout(shop);
  await shop.payment(orderId, "status", CASES.onekey.states.paid);
  await eventually(() => shop.app.storedOrders()[0]?.status === "paid" || undefined);
  const cashouts = async () => (await shop.list("/cashouts")).cashouts as { id: string; status: string }[];

  await page.goto(`${shop.app.url}/admin/orders/${orderId}`);
  await page.getByLabel("Secret").fill(ADMIN_SECRET);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Send USD back").click();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("The money goes to the bank account below.")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("First name").fill("José");
  await page.getByLabel("Document number").fill("848392783");
  await page.getByLabel("Account number (optional)").fill("021790064060296642");
  const send = page.getByRole("button", { name: "Send 5.00 USD" });
  await send.click();
  // The box was not ticked.
  expect(await cashouts()).toEqual([]);
  await page.getByLabel("Yes, this money is to leave my account").check();
  await send.click();
  await expect(page.getByRole("heading", { name: "Refunds" })).toBeVisible();
  const shows = (shown: Locator) =>
    eventually(async () => {
      await page.reload();
      return (await shown.count()) > 0 || undefined;
    });
  const press = async (name: string, shown: string) => {
    const button = page.getByRole("button", { name });
    await shows(button);
    await button.click();
    await expect(page.getByText(shown)).toBeVisible();
  };
  await press("Put on hold", "It is on hold");
  expect((await cashouts())[0]?.status).toBe("ON_HOLD");
  await press("Let it go on", "It is on its way to the receiver's bank.");
  const [cashout, ...others] = await cashouts();
  expect(others).toEqual([]);
  await shop.control(`/cashouts/${cashout?.id}/status`, { status: "COMPLETED" });
  await page.goto(orderUrl);
  await shows(page.getByText("Refunded on"));
  expect(await page.content()).not.toContain("021790064060296642");
  expect(shop.app.log()).not.toContain("021790064060296642");
});
