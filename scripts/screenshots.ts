/**
 * `npm run screenshots`: every page and every state of an order, on phone and desktop, light and dark, as pictures in
 * `screenshots/`. Look at them after a change of the design.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContextOptions, chromium } from "playwright";
import { STATES } from "../e2e/support/states";
import { makeOrder, startShop } from "./local-shop";
import { APP_FOLDER } from "./processes";
import { findChromium } from "./system-programs";

const FOLDER = join(APP_FOLDER, "screenshots");
const DEVICES: Readonly<Record<string, BrowserContextOptions>> = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};

const executablePath = findChromium();
const shop = await startShop();
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
pages.push(["order-confirming-ja", `${pages.find(([name]) => name === "order-confirming")?.[1]}?lang=ja`]);

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
const browser = await chromium.launch({ executablePath });
for (const [device, options] of Object.entries(DEVICES)) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [name, url] of pages) {
      const context = await browser.newContext({ ...options, colorScheme, reducedMotion: "reduce", locale: "en-US" });
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
console.log(`${pages.length * Object.keys(DEVICES).length * 2} pictures in ${FOLDER}/`);
