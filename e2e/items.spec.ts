import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startApp } from "./support/app";
import { registerAccount, settingsFor } from "./support/emulator";
import { expect, test } from "./support/fixtures";
import { isIn, openCheckout } from "./support/payer";

const ITEMS = [
  { id: "mug", label: "Enamel mug", price: "18" },
  { id: "stickers", label: "Ten stickers", price: "3.50" },
];

/** The build with these for sale. `site.config.ts` is compiled in, and another build would take a minute. */
function buildWithItems(): string {
  const root = mkdtempSync(join(tmpdir(), "checkout-items-"));
  for (const name of ["package.json", "next.config.mjs"]) cpSync(name, join(root, name));
  for (const name of ["node_modules", "public"]) symlinkSync(resolve(name), join(root, name));
  cpSync(".next", join(root, ".next"), { recursive: true, filter: (path) => !/^\.next\/(cache|types)/.test(path) });
  const server = join(root, ".next/server");
  const changed = readdirSync(server, { recursive: true, encoding: "utf8" }).filter((name) => {
    if (!name.endsWith(".js")) return false;
    const text = readFileSync(join(server, name), "utf8");
    const withItems = text.replace("items:[],links:", `items:${JSON.stringify(ITEMS)},links:`);
    writeFileSync(join(server, name), withItems);
    return withItems !== text;
  });
  expect(changed.length).toBeGreaterThan(0);
  return root;
}

test("where there are items, a payer chooses one, pays the server's price, and reads what it is for", async ({
  page,
}) => {
  const root = buildWithItems();
  const account = await registerAccount();
  const app = await startApp(settingsFor(account), root);
  await page.goto(app.url);
  await expect(page.getByRole("radio")).toHaveCount(ITEMS.length);
  await expect(page.getByTestId("tip-other")).toHaveCount(0);
  const stickers = page.getByRole("radio", { name: "Ten stickers · $3.50" });
  await stickers.check();

  const price = await stickers.inputValue();
  await stickers.evaluate((radio) => radio.setAttribute("value", "0.50 stickers"));
  await page.getByTestId("tip-submit").click();
  await expect(page.getByText("The price of this has changed.")).toBeVisible();
  expect(app.storedOrders()).toEqual([]);

  await stickers.evaluate((radio, value) => radio.setAttribute("value", value), price);
  await openCheckout(page);
  await expect(page.getByText("Ten stickers · $3.50")).toBeVisible();
  const [intent, ...others] = await account.intents();
  expect(others).toEqual([]);
  expect(intent?.order.amountCents).toBe(350);
  await account.setStatus(String(intent?.id), 20);
  await isIn(page, "paid");
  await expect(page.getByText("Ten stickers · $3.50")).toBeVisible();
  await app.close();
  rmSync(root, { recursive: true });
});
