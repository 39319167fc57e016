import Database from "libsql";
import { expectAccessible } from "../../e2e/support/access";
import { type App, startApp } from "../../e2e/support/app";
import { type Client, clientOf } from "../../e2e/support/client";
import { type EmulatorAccount, registerAccount, settingsFor } from "../../e2e/support/emulator";
import { test as base, expect, randomAddress } from "../../e2e/support/fixtures";
import { scan } from "../../e2e/support/payer";
import { siteConfig } from "../../site.config";
import { startHttpServer } from "../../test/http-server";
import { overlayKey } from "./overlay-key";

const ADMIN_SECRET = "correct horse battery";
const PRIVATE = "a private canary";

type Shop = { app: App; account: EmulatorAccount };

/** A shop of its own for each test, because the figures are of all payments together. */
const test = base.extend<{ own: Shop }>({
  own: async ({ playwright: _ }, use) => {
    const account = await registerAccount();
    const app = await startApp({ ...settingsFor(account), ADMIN_SECRET });
    await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
    await use({ app, account });
    await app.close();
  },
});

/** A payment that ends with a status of AllScale; 20 is paid. */
async function pay({ app, account }: Shop, fields: object, status = 20, facts: object = {}): Promise<void> {
  const client = clientOf(app, randomAddress());
  const made = await client.checkout({ message: PRIVATE, ...fields });
  const orderId = String(made.json.orderId);
  await account.setStatus((await account.intentOf(orderId)).id, status, facts);
  const wanted = status === 20 ? "paid" : "underpaid";
  await expect.poll(async () => (await client.order(orderId)).json.status).toBe(wanted);
}

const newClient = ({ app }: Shop): Client => clientOf(app, randomAddress());
const text = async (shop: Shop, path: string) => (await newClient(shop).request("GET", path)).text;

test("the goal counts what was paid in full, custom amounts included, on the page, the badge and the card", async ({
  own,
  page,
}) => {
  await page.goto(own.app.url);
  const goal = page.getByRole("progressbar", { name: String(siteConfig.goal?.label) });
  await expect(goal).toHaveAttribute("value", "0");
  const before = await (await page.request.get(`${own.app.url}/share-goal.png`)).body();

  await pay(own, { amount: "5.00" });
  await pay(own, { amount: "87.25" });
  await pay(own, { amount: "400.00" }, -3, { actual_paid_amount: "3.000000" });
  await expect(async () => {
    await page.goto(own.app.url);
    await expect(goal).toHaveAttribute("value", "15", { timeout: 500 });
  }).toPass();
  await expect(page.getByText("$92.25 of $600 (15%)")).toBeVisible();
  expect(await text(own, "/badge.svg")).toContain("<title>Tip Ada Lindqvist: 15%</title>");
  expect(await text(own, "/embed")).toContain("$92.25 of $600 (15%)");
  const card = await page.request.get(`${own.app.url}/share-goal.png`);
  const picture = await card.body();
  expect(picture.equals(before)).toBe(false);
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 630]);
  expect(picture.length).toBeLessThan(300_000);
  expect(card.headers()).toMatchObject({
    "content-type": "image/png",
    "cache-control": "public, max-age=300",
    "cross-origin-resource-policy": "cross-origin",
  });
});

test("a goal of the month counts nothing of the month before", async ({ own, page }) => {
  await pay(own, { amount: "5.00" });
  const file = new Database(own.app.database);
  file.exec("UPDATE days SET day = date(day, 'start of month', '-1 day')");
  file.close();
  await pay(own, { amount: "7.50" });
  await expect(async () => {
    await page.goto(own.app.url);
    await expect(page.getByText("$7.50 of $600 (1%)")).toBeVisible({ timeout: 500 });
  }).toPass();
});

test("the wall names those who ask for it, and no page says what was written in private", async ({ own, page }) => {
  const hostile = "<script>document.title='x'</script>";
  await pay(own, { amount: "5.00", name: "Grace Hopper", anonymous: false });
  await pay(own, { amount: "7.50", name: hostile, anonymous: false });
  await pay(own, { amount: "5.00", name: "Hidden Canary", anonymous: true });
  await pay(own, { amount: "5.00", name: "Silent Canary" });
  await pay(own, { amount: "5.00", name: "Short Canary", anonymous: false }, -3, { actual_paid_amount: "3.000000" });
  await pay(own, { amount: "5.00", name: "\u200b\u2060", anonymous: false });
  await expect(async () => {
    await page.goto(own.app.url);
    const names = page.getByRole("region", { name: "Supporters" }).getByRole("listitem");
    await expect(names).toHaveText([`${hostile}$7.50`, "Grace Hopper$5"], { timeout: 500 });
  }).toPass();
  await expect(page).toHaveTitle("Tip Ada Lindqvist");
  for (const path of ["/", "/embed", "/badge.svg"]) {
    const answer = await text(own, path);
    expect(answer, path).not.toMatch(/private canary|(Hidden|Silent|Short) Canary/);
    if (path !== "/") expect(answer, path).not.toContain("Grace Hopper");
    for (const { id } of own.app.storedOrders()) expect(answer).not.toContain(id);
  }
});

test("names stay in their lines, on the narrowest phone and with large text", async ({ own, page }) => {
  const names = ["a\u0301\u0316".repeat(20), "\u05d0\u05d1".repeat(30), "x".repeat(60), "\ufdfd".repeat(15)];
  for (const name of names) await pay(own, { amount: "10000.00", name, anonymous: false });
  await page.setViewportSize({ width: 320, height: 640 });
  await expect(async () => {
    await page.goto(`${own.app.url}/?lang=de`);
    await expect(page.getByRole("listitem")).toHaveCount(names.length, { timeout: 500 });
  }).toPass();
  for (const size of ["100%", "200%"]) {
    await page.evaluate((fontSize) => {
      document.documentElement.style.fontSize = fontSize;
    }, size);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const clipped = await page
      .getByRole("listitem")
      .evaluateAll((all) => all.map((one) => getComputedStyle(one).overflow));
    expect(new Set(clipped)).toEqual(new Set(["hidden"]));
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a name is public only with a tick, which a refused form keeps and no link makes", async ({ page, app }) => {
    await page.goto("/?name=Zoe&showName=on");
    const box = page.getByRole("checkbox", { name: "Show my name in the list of supporters" });
    await expect(box).not.toBeChecked();
    for (const ticked of [false, true]) {
      await page.goto("/");
      await page.getByTestId("tip-details").locator("summary").click();
      await page.getByTestId("tip-name").fill(`Zoë ${ticked}`);
      await box.setChecked(ticked);
      await page.getByTestId("tip-other").check();
      await page.getByTestId("tip-custom-amount").fill("0.10");
      await page.getByTestId("tip-submit").click();
      await expect(page.getByTestId("tip-amount-problem")).not.toBeEmpty();
      await expect(box).toBeChecked({ checked: ticked });
      await page.getByTestId("tip-custom-amount").fill("7.50");
      await page.getByTestId("tip-submit").click();
      await expect(page.getByTestId("pay")).toBeVisible();
      const stored = app.storedOrders().find(({ payer }) => payer.name === `Zoë ${ticked}`);
      expect(stored?.payer).toMatchObject({ anonymous: !ticked });
    }
  });
});

test("with JavaScript a tick means the same", async ({ page, app }) => {
  for (const ticked of [false, true]) {
    await page.goto("/?name=Bo&message=x");
    await page.getByTestId("tip-name").fill(`Bo ${ticked}`);
    await page.getByRole("checkbox").setChecked(ticked);
    await page.getByTestId("tip-submit").click();
    await page.waitForURL(/\/orders\//);
    const stored = app.storedOrders().find(({ payer }) => payer.name === `Bo ${ticked}`);
    expect(stored?.payer).toMatchObject({ anonymous: !ticked });
  }
});

test("the badge is small, well-formed and kept by caches, and what is shown elsewhere sets no cookie", async ({
  client,
  page,
}) => {
  for (const path of ["/badge.svg", "/badge.svg?lang=ja", "/embed?lang=de", "/embed/style.css", "/share-goal.png"]) {
    const { status, headers } = await client.request("GET", path);
    expect(status, path).toBe(200);
    expect(headers.get("set-cookie"), path).toBeNull();
    expect(headers.get("cross-origin-resource-policy"), path).toBe("cross-origin");
    expect(headers.get("x-request-id"), path).toBeTruthy();
  }
  const badge = await client.request("GET", "/badge.svg");
  expect(badge.headers.get("cache-control")).toBe("public, max-age=300");
  expect(badge.headers.get("content-type")).toMatch(/^image\/svg\+xml/);
  expect(badge.text.length).toBeLessThan(4_096);
  await page.goto("/");
  const root = await page.evaluate((svg) => {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    return parsed.querySelector("parsererror")?.textContent ?? parsed.documentElement.tagName;
  }, badge.text);
  expect(root).toBe("svg");
});

test("the card for frames works in a page that allows no script, and nothing else can be framed", async ({
  page,
  app,
  client,
}) => {
  const host = await startHttpServer((_, response) => {
    response.writeHead(200, {
      "Content-Type": "text/html",
      "Content-Security-Policy": `script-src 'none'; default-src 'none'; frame-src ${app.url}; img-src ${app.url}`,
    });
    response.end(`<!doctype html><title>Host</title><img src="${app.url}/badge.svg" alt="Tip">
      <iframe name="embed" src="${app.url}/embed" width="400" height="260" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
      <iframe name="tip" src="${app.url}/"></iframe>`);
  });
  try {
    await page.goto(host.url.replace("127.0.0.1", "localhost"));
    const frame = page.frameLocator("[name=embed]");
    const link = frame.getByRole("link", { name: "Tip Ada Lindqvist" });
    // Its style has arrived too.
    await expect(link).toHaveCSS("background-color", "rgb(23, 99, 74)");
    await expect(page.frameLocator("[name=tip]").getByTestId("tip-page")).toHaveCount(0);
    const opened = page.waitForEvent("popup");
    await link.click();
    await expect((await opened).getByTestId("tip-page")).toBeVisible();
    expect(await scan(frame.getByRole("img"))).toBe(`${app.url}/`);
  } finally {
    await host.close();
  }
  for (const path of ["/", "/embedded", "/embed/", "/badge.svg", "/overlay", "/orders/x", "/api/health"]) {
    const { headers } = await client.request("GET", path);
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
    expect(headers.get("x-frame-options"), path).toBe("DENY");
  }
  const { headers, text: html } = await client.request("GET", "/embed");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors *");
  expect(headers.get("x-frame-options")).toBeNull();
  expect(html).not.toMatch(/<script|<style|\son\w+=/);
});

test("all of it is accessible in every color", async ({ own, page }) => {
  await pay(own, { amount: "5.00", name: "Grace Hopper", anonymous: false });
  await expect(async () => {
    await page.goto(own.app.url);
    await expect(page.getByRole("listitem")).toHaveCount(1, { timeout: 500 });
  }).toPass();
  for (const path of ["/?message=x", "/embed", "/embed?lang=ja"]) {
    await page.goto(own.app.url + path);
    await expectAccessible(page);
  }
});

test("the overlay shows a new payment within ten seconds, without moving, and only with its key", async ({
  own,
  page,
}) => {
  for (const path of [
    "/overlay",
    "/overlay?k=",
    `/overlay?k=${ADMIN_SECRET}`,
    `/overlay?k=${overlayKey("another one")}`,
  ]) {
    expect((await newClient(own).request("GET", path)).status, path).toBe(404);
  }
  await page.goto(`${own.app.url}/overlay?k=${overlayKey(ADMIN_SECRET)}`);
  await expect(page.getByRole("status")).toBeEmpty();
  for (const [fields, shown] of [
    [{ amount: "5.00", name: "Grace Hopper", anonymous: false }, "Grace Hopper $5"],
    [{ amount: "7.50", name: "Hidden Canary" }, "Anonymous $7.50"],
  ] as const) {
    await pay(own, fields);
    await expect(page.getByRole("status")).toHaveText(shown, { timeout: 10_000 });
  }
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  expect(await page.content()).not.toMatch(/private canary|Hidden Canary/);
  await own.app.restart({ ADMIN_SECRET: "" });
  expect((await newClient(own).request("GET", `/overlay?k=${overlayKey(ADMIN_SECRET)}`)).status).toBe(404);
});
