import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright/test";
import { type App, startApp } from "./support/app";
import { clientOf } from "./support/client";
import { type EmulatorAccount, registerAccount, settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";

const ADMIN_SECRET = "canary-admin-secret-of-setup";
const CRON_SECRET = "canary-cron-secret-of-setup";
const FORMS = ["test-webhook", "test-notifications", "test-payment"];

async function startShop(changes: Record<string, string> = {}): Promise<{ app: App; account: EmulatorAccount }> {
  const account = await registerAccount();
  const app = await startApp({ ...settingsFor(account), ADMIN_SECRET, CRON_SECRET, ...changes });
  await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
  return { app, account };
}

/** Opens the page as the merchant does: it asks for the secret first. */
async function openSetup(page: Page, app: App): Promise<void> {
  await page.goto(`${app.url}/setup`);
  await page.getByLabel("Secret").fill(ADMIN_SECRET);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${app.url}/setup`);
}

const row = (page: Page, id: string) => page.locator(`#${id}`);
const states = (page: Page) =>
  page.locator("[data-state]").evaluateAll((rows) => rows.map(({ id, dataset }) => `${id} ${dataset.state}`));
const notOk = async (page: Page) => (await states(page)).filter((state) => !state.endsWith(" ok"));

async function expectAccessible(page: Page): Promise<void> {
  for (const media of [
    { colorScheme: "light", forcedColors: "none" },
    { colorScheme: "dark", forcedColors: "none" },
    { colorScheme: "light", forcedColors: "active" },
  ] as const) {
    await page.emulateMedia(media);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
}

test("without a secret there is no such page in production, and no form of it", async ({ client }) => {
  expect((await client.request("GET", "/setup")).status).toBe(404);
  for (const form of FORMS) expect((await client.request("POST", `/setup/${form}`, { body: "" })).status).toBe(404);
});

test("nothing is tried out without a session, from another site or without the form's token", async () => {
  const { app, account } = await startShop();
  const client = clientOf(app, randomAddress());
  expect(await client.request("GET", "/setup")).toMatchObject({ status: 307 });
  const post = (path: string, headers: Record<string, string>, fields: Record<string, string> = {}) =>
    client.request("POST", path, {
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const signedIn = await post("/admin/sign-in", {}, { secret: ADMIN_SECRET });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  for (const form of FORMS) {
    expect((await post(`/setup/${form}`, {})).status).toBe(401);
    expect((await post(`/setup/${form}`, { cookie, origin: "https://evil.example" })).status).toBe(403);
    expect((await post(`/setup/${form}`, { cookie })).status).toBe(403);
  }
  expect(await account.requests("create")).toBe(0);
  expect(app.logged().filter(({ event }) => event === "webhook_test_received")).toEqual([]);
  await app.close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a merchant sees what is right, tries the rest out, and it turns green", async ({ page }) => {
    const { app } = await startShop();
    await openSetup(page, app);
    const untried = ["webhook_test unknown", "webhook_seen unknown", "test_payment unknown"];
    expect(await notOk(page)).toEqual(untried);
    await expect(page.getByLabel("Webhook address")).toHaveValue(app.webhookUrl);

    await page.getByRole("button", { name: "Send a test webhook" }).click();
    await expect(row(page, "webhook_test")).toHaveAttribute("data-state", "ok", { timeout: 5_000 });
    expect(await notOk(page)).toEqual(untried.slice(1));
    expect(app.logged().map(({ event }) => event)).toContain("webhook_test_received");
    expect(app.storedOrders()).toEqual([]);

    await page.getByRole("button", { name: "Make a test payment" }).click();
    await page.getByTestId("pay").click();
    await expect.poll(() => app.storedOrders().map(({ status }) => status)).toEqual(["paid"]);
    await page.goto(`${app.url}/setup`);
    await expect(page.getByText("Everything is right.")).toBeVisible();
    expect(await notOk(page)).toEqual([]);
    const seen = (await page.content()) + app.log();
    for (const secret of [ADMIN_SECRET, CRON_SECRET]) expect(seen).not.toContain(secret);

    await page.setViewportSize({ width: 320, height: 640 });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(Number(widths[1]));
    await app.close();
  });
});

test("what is wrong is said in its row, with what to do, and no secret", async ({ page }) => {
  const { app: other } = await startShop();
  // Another deployment of the same store stands at this one's public address.
  const { app, account } = await startShop({ PUBLIC_URL: other.url, AMOUNT_MIN: "4.00" });
  await account.control("POST", "/faults", { op: "ping", code: 20002, details: { reason: "signature_mismatch" } });
  await openSetup(page, app);
  await expect(row(page, "provider_access")).toHaveAttribute("data-state", "failed");
  await expect(row(page, "provider_access")).toContainText("Wrong");
  await expect(row(page, "provider_access").locator(".todo")).toContainText("(1) Copy key and secret again");
  await expect(row(page, "amounts")).toHaveAttribute("data-state", "warning");
  await page.getByRole("button", { name: "Send a test webhook" }).click();
  await expect(row(page, "webhook_test")).toContainText("was refused at the webhook address");
  await expectAccessible(page);
  expect(await page.content()).not.toContain(account.apiSecret);
  await Promise.all([app.close(), other.close()]);
});
