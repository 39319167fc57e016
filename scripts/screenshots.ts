/**
 * `npm run screenshots`: every page and every state of an order, and the merchant's pages, on phone and desktop, light
 * and dark, as pictures in `screenshots/`. Look at them after a change of the design. `-- readme` makes only the two
 * pictures of the README, `-- admin` only the merchant's pages.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { STATES } from "../e2e/support/states";
import { eventually } from "../test/eventually";
import { makeOrder, startShop } from "./local-shop";
import { APP_FOLDER } from "./processes";
import { findChromium } from "./system-programs";

const FOLDER = join(APP_FOLDER, "screenshots");
const DEVICES: Readonly<Record<string, BrowserContextOptions>> = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};

const executablePath = findChromium();
const ADMIN_SECRET = "only-for-these-pictures";
const shop = await startShop({ ADMIN_SECRET, ALLSCALE_PAYOUT_CHAIN: "base" });
const pages: [string, string][] = [
  ["tip", `${shop.url}/`],
  ["tip-de", `${shop.url}/?lang=de`],
  ["tip-ja", `${shop.url}/?lang=ja`],
  ["tip-zh-CN", `${shop.url}/?lang=zh-CN`],
  ["tip-problem", `${shop.url}/?error=amount_too_low&field=amount&amount=other&customAmount=0.10&message=Hi`],
  ["not-found", `${shop.url}/orders/nothing`],
];
for (const [name, status, facts] of STATES) {
  const order = await makeOrder(shop);
  if (name !== "pending") await order.setStatus(status, facts);
  pages.push([`order-${name}`, order.url]);
}
const urlOf = (wanted: string) => pages.find(([name]) => name === wanted)?.[1] ?? shop.url;
pages.push(["order-confirming-ja", `${urlOf("order-confirming")}?lang=ja`]);

const browser = await chromium.launch({ executablePath });
if (process.argv.includes("readme")) {
  await pictureOfPayer(browser);
  await pictureOfMerchant(browser);
  await browser.close();
  await shop.close();
  process.exit(0);
}
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
const { storageState, pages: merchantPages } = await preparedMerchant(browser);
const shots = [
  ...(process.argv.includes("admin") ? [] : pages.map(([name, url]) => ({ name, url, signedIn: {} }))),
  { name: "admin-sign-in", url: `${shop.url}/admin`, signedIn: {} },
  ...merchantPages.map(([name, url]) => ({ name, url, signedIn: { storageState } })),
];
for (const [device, options] of Object.entries(DEVICES)) {
  for (const colorScheme of ["light", "dark"] as const) {
    const look = { ...options, colorScheme, reducedMotion: "reduce", locale: "en-US" } as const;
    for (const { name, url, signedIn } of shots) {
      const context = await browser.newContext({ ...look, ...signedIn });
      const page = await context.newPage();
      await page.goto(url);
      await page.locator("h1").waitFor();
      await page.screenshot({ path: join(FOLDER, `${name}-${device}-${colorScheme}.png`), fullPage: true });
      await context.close();
    }
  }
}
await browser.close();
await shop.close();
console.log(`${shots.length * Object.keys(DEVICES).length * 2} pictures in ${FOLDER}/`);

async function signIn(page: Page): Promise<void> {
  await page.goto(`${shop.url}/admin`);
  await page.locator("input[name=secret]").fill(ADMIN_SECRET);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Payments" }).waitFor();
}

/** Signs in and sends a payment back, so that the pages have a refund to show. */
async function preparedMerchant(browser: Browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page);
  const order = urlOf("order-underpaid").replace("/orders/", "/admin/orders/");
  const sendBack = `${order}/send-back?coin=USDT&what=amount&amount=1`;
  // The app learns of too little money when a payer's page asks.
  await eventually(async () => {
    await page.goto(urlOf("order-underpaid"));
    await page.goto(sendBack);
    return (await page.getByRole("checkbox").count()) > 0 || undefined;
  }, 30_000);
  await page.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Send 1 USDT" }).click();
  await eventually(async () => {
    await page.goto(order);
    return (await page.getByText("Waiting to be collected").count()) > 0 || undefined;
  }, 60_000);
  const storageState = await context.storageState();
  await context.close();
  const merchantPages: [string, string][] = [
    ["admin", `${shop.url}/admin`],
    ["admin-totals", `${shop.url}/admin/totals`],
    ["admin-order", order],
    ["admin-send-back", sendBack],
    ["setup", `${shop.url}/setup`],
  ];
  return { storageState, pages: merchantPages };
}

/** The four pages that a payer sees, side by side. */
async function pictureOfPayer(browser: Browser): Promise<void> {
  const size = { width: 390, height: 880 };
  const context = await browser.newContext({ viewport: size, reducedMotion: "reduce" });
  const page = await context.newPage();
  const shots: string[] = [];
  const take = async () => shots.push((await page.screenshot()).toString("base64"));
  await page.goto(shop.url);
  await take();
  const order = await makeOrder(shop);
  await page.goto(order.url);
  await page.goto(
    (await page.locator("[data-testid=order-action], [data-testid=order-action] a").last().getAttribute("href")) ?? "",
  );
  await take();
  const isIn = (state: string) => page.locator(`[data-order-state=${state}]`).waitFor();
  await page.goto(order.url);
  await order.setStatus(10, {});
  await isIn("confirming");
  await take();
  await order.setStatus(20, {});
  await isIn("paid");
  await page.emulateMedia({ colorScheme: "dark" });
  await take();
  await page.setViewportSize({ width: 4 * (size.width + 20), height: size.height });
  await page.goto("about:blank");
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot}" width="${size.width}">`).join("");
  await page.setContent(`<body style="margin:0;display:flex;gap:20px;background:#fff">${images}</body>`);
  await page.screenshot({ path: join(APP_FOLDER, "docs/images/payer.png") });
  await context.close();
}

/** A page of payments as a merchant finds it on an ordinary day. */
async function pictureOfMerchant(browser: Browser): Promise<void> {
  for (const [name, amount, status, facts] of [
    ["Zoë", "25.00", 20, {}],
    ["Noor", "10.00", -3, { actual_paid_amount: "6.000000" }],
    ["Ken", "50.00", 20, {}],
    ["", "5.00", 10, {}],
  ] as const) {
    const order = await makeOrder(shop, { name, amount, anonymous: false });
    await order.setStatus(status, facts);
    await fetch(order.url);
  }
  const page = await browser.newPage({ viewport: { width: 1100, height: 860 } });
  await signIn(page);
  await page.getByText("Ken").first().waitFor();
  await page.screenshot({ path: join(APP_FOLDER, "docs/images/merchant.png") });
  await page.close();
}
