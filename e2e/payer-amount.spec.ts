import { eventually } from "../test/eventually";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { isIn, openCheckout } from "./support/payer";

test("typing chooses Other, wheels change nothing, and the button repeats the amount", async ({ page }) => {
  await page.goto("/");
  const submit = page.getByTestId("tip-submit");
  await expect(submit).toHaveText("Continue with $5");
  await page.getByTestId("tip-other").click();
  const field = page.getByTestId("tip-custom-amount");
  await expect(field).toBeFocused();
  await page.getByRole("radio", { name: "$3", exact: true }).check();
  await expect(submit).toHaveText("Continue with $3");
  await field.fill("7,50");
  await expect(page.getByTestId("tip-other")).toBeChecked();
  await expect(submit).toHaveText("Continue with 7.50 USD");
  await field.hover();
  await page.mouse.wheel(0, 300);
  await expect(field).toHaveValue("7,50");
});

test("a problem moves nothing on the page", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(() => {
    Object.assign(window, { shifts: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        Object.assign(window, { shifts: Reflect.get(window, "shifts") + Reflect.get(entry, "value") });
    }).observe({ type: "layout-shift", buffered: true });
  });
  const field = page.getByTestId("tip-custom-amount");
  const top = async () => (await page.getByTestId("tip-submit").boundingBox())?.y;
  const before = await top();
  await field.fill("0.10");
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("tip-amount-problem")).toHaveText("Anything from $1 to $10,000.");
  await expect(field).toBeFocused();
  expect(await top()).toBe(before);
  expect(await page.evaluate("shifts")).toBe(0);
});

const LINKS: [string, string, string, RegExp][] = [
  ["10", "", "Continue with $10", /Anything from/],
  ["25.5", "25.50", "Continue with 25.50 USD", /Anything from/],
  ["999999", "10000.00", "Continue with 10000.00 USD", /too large.*\$10,000/],
  ["0.01", "1.00", "Continue with 1.00 USD", /too small.*\$1/],
];
for (const [amount, filled, label, hint] of LINKS) {
  test(`a link with ?amount=${amount} fills in what can be paid`, async ({ page }) => {
    await page.goto(`/?amount=${amount}`);
    await expect(page.getByTestId("tip-custom-amount")).toHaveValue(filled);
    await expect(page.getByTestId("tip-submit")).toHaveText(label);
    await expect(page.getByTestId("tip-amount-hint")).toHaveText(hint);
  });
}

test("with a fixed price there is nothing to choose, and what was sent instead is not looked at", async ({
  page,
  account,
}) => {
  const app = await startApp({ ...settingsFor(account), AMOUNT_FIXED: "9" });
  try {
    await page.goto(`${app.url}/?amount=3`);
    await expect(page.getByRole("radio")).toHaveCount(1);
    await expect(page.getByRole("radio", { name: "$9", exact: true })).toBeChecked();
    await expect(page.getByTestId("tip-custom-amount")).toHaveCount(0);
    await expect(page.getByTestId("tip-submit")).toHaveText("Continue with $9");
    const checkout = await openCheckout(page);
    await expect(page.getByTestId("order-amount")).toHaveText("$9.00");
    await checkout.getByTestId("pay").click();
    await isIn(page, "paid");

    const client = clientOf(app, randomAddress());
    for (const body of [{ amount: "1" }, { amount: "1e3" }, {}, { amount: 1 }]) {
      const { status, json } = await client.checkout(body);
      expect(status).toBe(201);
      expect(await account.intentOf(String(json.orderId))).toMatchObject({ order: { amountCents: 900 } });
    }
  } finally {
    await app.close();
  }
});

/** Runs in the page. On a narrow phone an amount must not be broken in two. */
function linesOf(element: Element): number {
  const text = document.createRange();
  text.selectNodeContents(element);
  return text.getClientRects().length;
}

test("a price in yen has no decimals and stays in one piece, from the page to the receipt", async ({
  page,
  account,
}) => {
  const app = await startApp({ ...settingsFor(account), ALLSCALE_CURRENCY: "JPY" });
  try {
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 640 });
      await page.goto(`${app.url}/?lang=zh-CN`);
      await expect(page.locator("fieldset span")).toHaveText(["JP¥300", "JP¥500", "JP¥1,000", "JP¥3,000"]);
      for (const amount of await page.locator("fieldset span").all()) expect(await amount.evaluate(linesOf)).toBe(1);
    }
    await page.goto(`${app.url}/?lang=en`);
    await expect(page.getByRole("radio", { name: "¥500", exact: true })).toBeChecked();
    const field = page.getByTestId("tip-custom-amount");
    for (const wrong of ["700.5", "99"]) {
      await field.fill(wrong);
      await page.getByTestId("tip-submit").click();
      await expect(page.getByTestId("tip-amount-problem")).toHaveText("Anything from ¥100 to ¥1,000,000.");
      await expect(field).toHaveAttribute("aria-invalid", "true");
    }
    await field.fill("700");
    await expect(page.getByTestId("tip-submit")).toHaveText("Continue with 700 JPY");
    const checkout = await openCheckout(page);
    await expect(page.getByTestId("order-amount")).toHaveText("¥700");
    // Sent as hundredths, as the protocol wants it (§5).
    const orderId = await eventually(() => app.storedOrders()[0]?.id);
    expect(await account.intentOf(orderId)).toMatchObject({ order: { amountCents: 70_000 } });
    await checkout.getByTestId("pay").click();
    await isIn(page, "paid");
  } finally {
    await app.close();
  }
});
