import type { Page } from "playwright/test";
import { expect, test } from "./support/fixtures";
import { orderIn } from "./support/payer";
import { STATES } from "./support/states";

test.use({ userAgent: "Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile/15E148 Instagram 300.0" });

const hint = (page: Page) => page.getByTestId("in-app-hint");

test("the address to open elsewhere brings along what the link filled in, and nothing else", async ({ page, app }) => {
  await page.goto("/?amount=25&message=hi%20%26%20bye&name=Zo%C3%AB&lang=en&key=1&error=idempotency_conflict");
  const value = await hint(page).getByRole("textbox").inputValue();
  const address = new URL(value);
  expect(address.origin).toBe(app.url);
  expect(Object.fromEntries(address.searchParams)).toEqual({ amount: "25", message: "hi & bye", name: "Zoë" });
  await page.goto(value);
  await expect(page.getByTestId("tip-message")).toHaveValue("hi & bye");
});

test("one tap copies the address", async ({ page, client, account, app }) => {
  const { path } = await orderIn(STATES[0], { client, account });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(path);
  await hint(page).getByRole("button", { name: "Copy" }).click();
  await expect(hint(page).getByRole("button")).toHaveText("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(app.url + path);
});

test("where copying is not allowed, the address is selected", async ({ page, client, account, app }) => {
  const { path } = await orderIn(STATES[0], { client, account });
  await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.goto(path);
  await hint(page).getByRole("button", { name: "Copy" }).click();
  await expect(hint(page).getByRole("textbox")).toBeFocused();
  expect(await page.evaluate(() => String(getSelection()))).toBe(app.url + path);
});
