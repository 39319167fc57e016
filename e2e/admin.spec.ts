import type { BrowserContext, Locator, Page } from "playwright/test";
import { startHttpServer } from "../test/http-server";
import { expectAccessible, expectToFit } from "./support/access";
import { startApp } from "./support/app";
import { type Answer, type Client, clientOf } from "./support/client";
import { test as base, expect, randomAddress } from "./support/fixtures";
import { openSteeredShop, type SteeredShop } from "./support/steered-shop";

const SECRET = "a-secret-of-the-merchant";
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const HASH = `0x${"ab".repeat(32)}`;

/** Each worker has a shop whose merchant can sign in. */
const test = base.extend<Record<never, never>, { shop: SteeredShop }>({
  shop: [
    async ({ playwright: _ }, use) => {
      const shop = await openSteeredShop({}, { ADMIN_SECRET: SECRET });
      await use(shop);
      await shop.close();
    },
    { scope: "worker" },
  ],
});

const post = (client: Client, path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  client.request("POST", path, { headers: { ...FORM, ...headers }, body: new URLSearchParams(fields).toString() });

const signIn = (client: Client, secret = SECRET) => post(client, "/admin/sign-in", { secret });
const cookieOf = ({ headers }: Answer) => headers.get("set-cookie")?.split(";")[0] ?? "";

/** A cookie of a session, and the token of its forms. */
async function session(shop: SteeredShop) {
  const client = clientOf(shop.app, randomAddress());
  const cookie = cookieOf(await signIn(client));
  const { text } = await client.request("GET", "/admin", { headers: { cookie } });
  const csrf = /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? "";
  return { client, cookie, csrf };
}

async function underpaid(shop: SteeredShop) {
  const order = await shop.open();
  await shop.account.setStatus(order.intentId, -3, { actual_paid_amount: "3.000000" });
  await shop.client.order(order.orderId);
  return { ...order, path: `/admin/orders/${order.orderId}` };
}

for (const [name, settings] of [
  ["no secret", {}],
  ["a secret that is too short", { ADMIN_SECRET: "15 characters.." }],
] as const) {
  test(`with ${name} there are no such pages`, async () => {
    const app = await startApp(settings);
    const client = clientOf(app, randomAddress());
    const id = "A".repeat(24);
    const pages = ["/admin", "/admin/totals", "/admin/export.csv", "/admin/sign-in", `/admin/orders/${id}`];
    // Next adds a header of its own to what is rewritten.
    const headersOf = ({ headers }: Answer) =>
      [...headers].filter(([name]) => !/^(date|x-request-id|content-security-policy|x-middleware-rewrite)$/.test(name));
    const shownBy = ({ text }: Answer) =>
      text.replaceAll(/<script.*?<\/script>/gs, "").replaceAll(/nonce="[^"]*"/g, "");
    for (const path of pages) {
      const answer = await client.request("GET", path);
      const unknown = await client.request("GET", path.replace("/admin", "/other"));
      expect(answer.status, path).toBe(404);
      expect(headersOf(answer)).toEqual(headersOf(unknown));
      expect(shownBy(answer)).toBe(shownBy(unknown));
      expect(answer.text).toContain("<h1>404</h1>");
    }
    for (const path of ["/admin/sign-in", "/admin/sign-out", `/admin/orders/${id}/accept`]) {
      expect((await post(client, path, { secret: "" })).status, path).toBe(404);
    }
    await app.close();
  });
}

test("a wrong secret is refused, the eleventh try is locked, and another address is not", async ({ shop }) => {
  const client = clientOf(shop.app, randomAddress());
  for (let count = 0; count < 10; count += 1) expect((await signIn(client, `wrong ${count}`)).status).toBe(401);
  for (const secret of ["wrong", SECRET]) {
    const locked = await signIn(client, secret);
    expect(locked.status).toBe(429);
    expect(locked.headers.get("retry-after")).toBe("900");
    expect(locked.headers.get("set-cookie")).toBeNull();
  }
  const answer = await signIn(clientOf(shop.app, randomAddress()));
  expect(answer.status).toBe(303);
  expect(answer.headers.get("set-cookie")).toMatch(
    /^checkout_admin=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(shop.app.log()).not.toContain(SECRET);
});

test("the cookie is Secure where the pages are", async () => {
  const app = await startApp({ ADMIN_SECRET: SECRET, PUBLIC_URL: "https://tips.example" });
  const answer = await signIn(clientOf(app, randomAddress()));
  expect(answer.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  await app.close();
});

test("a form from elsewhere, or without a valid session and its token, changes nothing", async ({ shop }) => {
  const { orderId, path } = await underpaid(shop);
  const { client, cookie, csrf } = await session(shop);
  const other = await session(shop);
  const { version } = shop.stored(orderId);
  const fields = { csrf, reasons: "underpaid" };
  const action = `${path}/handled`;
  const attempts: [number, Record<string, string>, Record<string, string>][] = [
    [403, fields, { cookie, origin: "https://evil.example" }],
    [403, fields, { cookie, origin: "null" }],
    [403, fields, { cookie, "sec-fetch-site": "cross-site" }],
    [403, fields, { cookie, "sec-fetch-site": "same-site" }],
    [401, fields, {}],
    [401, fields, { cookie: `${cookie}x` }],
    [401, fields, { cookie: "checkout_admin=" }],
    [403, { reasons: "underpaid" }, { cookie }],
    [403, { ...fields, csrf: "" }, { cookie }],
    [403, { ...fields, csrf: other.csrf }, { cookie }],
    [415, fields, { cookie, "content-type": "text/plain" }],
  ];
  for (const [status, sent, headers] of attempts) {
    expect((await post(client, action, sent, headers)).status, JSON.stringify(headers)).toBe(status);
  }
  for (const method of ["GET", "PUT", "DELETE"]) {
    expect((await client.request(method, action, { headers: { cookie } })).status).toBe(405);
  }
  expect((await client.request("GET", "/admin/export.csv")).headers.get("location")).toBe("/admin/sign-in");
  expect((await client.request("GET", path)).headers.get("location")).toBe(`/admin/sign-in?order=${orderId}`);
  expect(shop.stored(orderId).version).toBe(version);

  await shop.app.restart({ ADMIN_SECRET: `${SECRET} of today` });
  expect((await post(client, action, fields, { cookie })).status).toBe(401);
  expect((await client.request("GET", "/admin", { headers: { cookie } })).status).toBe(307);
  expect(shop.stored(orderId).version).toBe(version);
  await shop.app.restart({ ADMIN_SECRET: SECRET });
  expect((await post(client, action, fields, { cookie, origin: shop.app.url })).status).toBe(303);
  expect(shop.stored(orderId).version).toBe(version + 1);
});

/** A page of a browser at an address of its own, without scripts unless they are wanted, signed in through the form. */
async function signedIn(shop: SteeredShop, { context }: { context: BrowserContext }): Promise<Page> {
  await context.setExtraHTTPHeaders({ "x-forwarded-for": randomAddress() });
  const page = await context.newPage();
  await page.goto(`${shop.app.url}/admin`);
  await page.getByLabel("Secret").fill(SECRET);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Payments" })).toBeVisible();
  return page;
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the merchant signs in, finds an underpaid payment, deals with it and signs out", async ({ shop, context }) => {
    const { orderId, path } = await underpaid(shop);
    const page = await signedIn(shop, { context });
    await page.getByRole("searchbox").fill(orderId);
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator("td, th").getByRole("link").click();
    await expect(page).toHaveURL(shop.app.url + path);
    await expect(page.getByText("Needs attention")).toBeVisible();

    await page.getByText("Record a refund that you sent").click();
    await page.getByLabel("Amount in coins").fill("1.00");
    await page.getByLabel("Transaction hash").fill(HASH);
    await page.getByRole("button", { name: "Record refund" }).click();
    await expect(page.getByText("Refund recorded")).toBeVisible();
    await page.getByRole("button", { name: "Hide from the wall" }).click();
    await expect(page.getByText("Hidden from the wall", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Check now" }).click();
    await expect(page.getByText("Asked the provider")).toBeVisible();

    await page.locator("summary", { hasText: "Accept as paid" }).click();
    await page.getByRole("button", { name: "Accept as paid" }).click();
    expect(shop.stored(orderId).status, "the box has to be ticked").toBe("underpaid");
    await page.getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Accept as paid" }).click();
    await expect(page.getByText("Accepted as paid")).toBeVisible();
    expect((await shop.fulfilled(orderId)).status).toBe("paid");
    await expect(page.getByText("Needs attention")).toHaveCount(0);
    expect(shop.app.storedEvents(orderId).filter(({ source }) => source === "merchant")).toHaveLength(4);

    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByLabel("Secret")).toBeVisible();
    await page.goto(shop.app.url + path);
    await expect(page.getByLabel("Secret")).toBeVisible();
    await page.getByLabel("Secret").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("That is not the secret.")).toBeVisible();
    await page.getByLabel("Secret").fill(SECRET);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page, "to where the merchant wanted to go").toHaveURL(shop.app.url + path);
  });
});

test("what needs attention stands first, a filter shows only what it says, and older payments have a page", async ({
  shop,
  context,
}) => {
  const { path, orderId } = await underpaid(shop);
  const { intentId, orderId: paidId } = await shop.open();
  await shop.account.setStatus(intentId, 20);
  await shop.fulfilled(paidId);
  await Promise.all(Array.from({ length: 50 }, () => shop.client.checkout({ amount: "5.00" })));
  const page = await signedIn(shop, { context });
  const list = page.getByRole("region", { name: "List" });
  const attention = page.getByRole("region", { name: "Needs attention" });
  const itsLink = page.locator(`a[href="${path}"]`);
  expect(await page.getByRole("region").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")))).toEqual(
    ["Needs attention", "List"],
  );
  await expect(attention.getByRole("row").filter({ has: itsLink })).toContainText("Underpaid");

  await expect(list.getByRole("rowheader")).toHaveCount(50);
  await expect(list.locator(itsLink)).toHaveCount(0);
  await list.getByRole("link", { name: "Older" }).click();
  await expect(list.locator(itsLink)).toBeVisible();
  await expect(attention).toHaveCount(0);
  await list.getByRole("link", { name: "To the newest" }).click();
  await expect(list.getByRole("rowheader")).toHaveCount(50);

  const filters = page.getByRole("navigation", { name: "Filters" });
  for (const status of ["Underpaid", "Paid", "Waiting for payment"]) {
    const link = filters.getByRole("link", { name: status, exact: true });
    await link.click();
    await expect(link).toHaveAttribute("aria-current", "true");
    expect(new Set(await list.locator(".badge").allTextContents())).toEqual(new Set([status]));
    await expect(list.locator(itsLink)).toHaveCount(status === "Underpaid" ? 1 : 0);
  }

  const count = shop.app.storedOrders().filter(({ status }) => status === "paid").length;
  await page.getByRole("link", { name: "Totals" }).click();
  const sums = page.getByRole("region", { name: "Sums" });
  await expect(sums).toBeVisible();
  // A row for each coin.
  const sumOf = async (cells: Locator) =>
    (await cells.allTextContents()).reduce((sum, text) => sum + Number(/[\d.]+/.exec(text)?.[0]), 0);
  expect(await sumOf(sums.locator("td[data-name=Payments]"))).toBe(count);
  expect(await sumOf(sums.getByRole("rowheader"))).toBe(5 * count);
  const chart = page.getByRole("img", { name: "Paid in USD by day" });
  await expect(chart).toBeVisible();
  await expect(chart.locator("rect")).not.toHaveCount(0);
  expect(shop.stored(orderId).status).toBe("underpaid");
});

test("the totals set what a test store brought apart from real money", async ({ context }) => {
  const shop = await openSteeredShop({}, { ADMIN_SECRET: SECRET, ALLSCALE_TEST_STORE: "true" });
  for (const amount of ["5.00", "7.00"]) {
    const { orderId, intentId } = await shop.open(amount);
    await shop.account.setStatus(intentId, 20);
    await shop.fulfilled(orderId);
    await shop.app.restart({ ALLSCALE_TEST_STORE: "false" });
  }
  const page = await signedIn(shop, { context });
  await page.goto(`${shop.app.url}/admin/totals`);
  const rows = page.getByRole("region", { name: "Sums" }).getByRole("rowheader");
  await expect(rows).toHaveText(["$7.00", "$5.00 in the test store: no real money"]);
  await shop.close();
});

test("a follow-up that failed needs attention, is named in the list and on the payment, can be given up, and runs again at a press", async ({
  context,
}) => {
  let isUp = false;
  const sink = await startHttpServer((_, response) => void response.writeHead(isUp ? 200 : 500).end());
  const NOTIFY_WEBHOOK_SECRET = `whsec_${Buffer.from("notifications of the admin tests").toString("base64")}`;
  const shop = await openSteeredShop({}, { ADMIN_SECRET: SECRET, NOTIFY_WEBHOOK_URL: sink.url, NOTIFY_WEBHOOK_SECRET });
  try {
    const page = await signedIn(shop, { context });
    const { orderId, intentId } = await shop.open();
    const path = `/admin/orders/${orderId}`;
    await shop.account.setStatus(intentId, 20);
    await expect(async () => {
      await page.goto(shop.app.url + path);
      await expect(page.getByText("Pending, 1 failure", { exact: true })).toBeVisible({ timeout: 500 });
    }).toPass();
    await page.goto(`${shop.app.url}/admin?filter=attention`);
    const failed = page.getByRole("row").filter({ hasText: "notify_webhook has failed" });
    await failed.getByRole("link").click();
    await expect(page).toHaveURL(shop.app.url + path);
    await page.getByRole("button", { name: "Give up notify_webhook" }).click();
    await expect(page.getByText("Given up", { exact: true })).toBeVisible();
    await page.goto(`${shop.app.url}/admin?filter=attention`);
    await expect(page.getByText("There is no such payment.")).toBeVisible();
    await page.goto(shop.app.url + path);
    isUp = true;
    await page.getByRole("button", { name: "Run notify_webhook again" }).click();
    await shop.fulfilled(orderId);
    await page.goto(shop.app.url + path);
    await expect(page.getByText(/^Pending/)).toHaveCount(0);
    await expect(page.getByText("Done", { exact: true })).toHaveCount(2);
    expect(shop.app.storedEvents(orderId).filter(({ source }) => source === "merchant")).toHaveLength(2);
  } finally {
    await shop.close();
    await sink.close();
  }
});

test("every page is accessible in all colors and fits small screens", async ({ shop, context }) => {
  const { path } = await underpaid(shop);
  const paid = await shop.open();
  await shop.account.setStatus(paid.intentId, 20);
  await shop.client.order(paid.orderId);
  const stranger = await context.newPage();
  await stranger.goto(`${shop.app.url}/admin`);
  await expectAccessible(stranger);
  await expectToFit(stranger);
  const page = await signedIn(shop, { context });
  for (const at of ["/admin", "/admin?q=nothing", "/admin/totals", path]) {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(shop.app.url + at);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page);
    await expectToFit(page);
  }
});

test("the export is a file for a signed-in browser", async ({ shop }) => {
  const { client, cookie } = await session(shop);
  const { orderId } = await shop.open("7.77");
  const answer = await client.request("GET", "/admin/export.csv?q=7.77", { headers: { cookie } });
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="payments-\d{4}-\d\d-\d\d\.csv"$/);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.text.split("\r\n")[1]).toMatch(new RegExp(`^${orderId},.*,pending,,7.77,USD,`));
});
