import type { Page } from "playwright/test";
import { freePort } from "../scripts/processes";
import { openSinks } from "../test/notification-sinks";
import { expectAccessible } from "./support/access";
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

/** Setups without an order store that works, and what its row says. */
const STORELESS: readonly [string, () => Promise<Record<string, string>>, RegExp, "none" | "down"][] = [
  ["no settings for an order store", async () => ({ VERCEL: "1" }), /UPSTASH_REDIS_REST_URL is not set/, "none"],
  [
    "a Redis that is closed",
    async () => ({
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${await freePort()}`,
      UPSTASH_REDIS_REST_TOKEN: "canary-token-of-setup",
    }),
    /Redis \(UPSTASH_REDIS_REST_URL\) cannot be used \(ECONNREFUSED\)/,
    "down",
  ],
  [
    "an SQLite file that cannot be made",
    async () => ({ ORDER_DATABASE: "/dev/null/orders.db" }),
    /The SQLite file \(ORDER_DATABASE\) cannot be used/,
    "down",
  ],
];
for (const [name, settings, sentence, store] of STORELESS) {
  test(`with ${name} a merchant signs in and reads in its row what is wrong`, async ({ page }) => {
    const { app } = await startShop(await settings());
    await openSetup(page, app);
    await expect(row(page, "store")).toHaveAttribute("data-state", "failed");
    await expect(row(page, "store")).toContainText(sentence);
    expect((await page.content()) + app.log()).not.toContain("canary-token-of-setup");
    if (store === "none") {
      // A list of no payments would be false.
      await page.goto(`${app.url}/admin`);
      await expect(page).toHaveURL(`${app.url}/setup`);
      expect((await page.request.get(`${app.url}/admin/export.csv`)).status()).toBe(503);
    }
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByLabel("Secret")).toBeVisible();

    const signIn = (address: string, secret: string, headers: Record<string, string> = {}) =>
      clientOf(app, address).request("POST", "/admin/sign-in", {
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams({ secret }).toString(),
      });
    const [address, other] = [randomAddress(), randomAddress()];
    // Another site's form is not compared, so it costs no try.
    expect((await signIn(address, ADMIN_SECRET, { origin: "https://evil.example" })).status).toBe(403);
    for (let count = 0; count < 10; count += 1) expect((await signIn(address, `wrong ${count}`)).status).toBe(401);
    for (const secret of ["wrong", ADMIN_SECRET]) expect((await signIn(address, secret)).status).toBe(429);
    const signedIn = await signIn(other, ADMIN_SECRET);
    expect(signedIn).toMatchObject({ status: 303 });
    expect(signedIn.headers.get("location")).toBe("/setup");
    await app.close();
  });
}

test("a test of the notifications goes to every channel, and one that is down is named without its secret", async ({
  page,
}) => {
  const sinks = await openSinks();
  // Telegram's address is no setting.
  const { NOTIFY_TELEGRAM_BOT_TOKEN: _token, NOTIFY_TELEGRAM_CHAT_ID: _chat, ...env } = sinks.env;
  const { app } = await startShop(env);
  await openSetup(page, app);
  const notifications = row(page, "notifications");
  await expect(notifications).toContainText("No test was sent yet");
  await notifications.getByRole("button", { name: "Send a test" }).click();
  await expect(notifications).toContainText("A test went out to all of them.");
  await expect(notifications).toHaveAttribute("data-state", "ok");
  expect(sinks.counts()).toEqual([1, 1, 0, 1]);

  sinks.discord.isDown = true;
  await notifications.getByRole("button", { name: "Send a test" }).click();
  await expect(notifications).toHaveAttribute("data-state", "failed");
  await expect(notifications).toContainText("NOTIFY_DISCORD_URL: it closed the connection.");
  expect(sinks.counts()).toEqual([2, 1, 0, 2]);
  const shown = (await page.content()) + app.log();
  for (const canary of [env.NOTIFY_WEBHOOK_SECRET, "query-token-in-tests", "discord-token_in-tests"]) {
    expect(shown).not.toContain(canary);
  }
  await Promise.all([app.close(), sinks.close()]);
});
