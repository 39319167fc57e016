import { readFileSync } from "node:fs";
import type { Page } from "playwright/test";
import { eventually } from "../test/eventually";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { isIn, linesOf, openCheckout, shiftsOf } from "./support/payer";

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
  await expect(submit).toHaveText("Continue with $7.50");
  await field.hover();
  await page.mouse.wheel(0, 300);
  await expect(field).toHaveValue("7,50");
});

test("a problem moves nothing on the page", async ({ page }) => {
  await page.goto("/");
  const field = page.getByTestId("tip-custom-amount");
  const top = async () => (await page.getByTestId("tip-submit").boundingBox())?.y;
  const before = await top();
  await field.fill("0.10");
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("tip-amount-problem")).toHaveText("Anything from $1 to $10,000.");
  await expect(field).toBeFocused();
  expect(await top()).toBe(before);
  expect(await shiftsOf(page)).toBe(0);
});

for (const [language, width] of [
  ["en", 1280],
  ["en", 320],
  ["de", 320],
  ["ja", 390],
  ["zh-CN", 320],
] as const) {
  test(`what the server refuses moves nothing on the page in ${language} at ${width} px`, async ({ page, account }) => {
    await account.control("POST", "/faults", { op: "create", http: 400, code: 30001, times: 1 });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/?lang=${language}`);
    const submit = page.getByTestId("tip-submit");
    await expect(submit).toContainText("5");
    const before = await submit.boundingBox();
    await submit.click();
    await expect(page.getByTestId("tip-form-problem")).not.toBeEmpty();
    expect(await submit.boundingBox()).toEqual(before);
    await page.getByTestId("tip-preset").first().check();
    await expect(page.getByTestId("tip-form-problem")).toBeEmpty();
    expect(await submit.boundingBox()).toEqual(before);
    expect(await shiftsOf(page)).toBe(0);
  });
}

const NOTES = ["amount", "form"] as const;
const PROBLEMS = Object.keys(JSON.parse(readFileSync("messages/en.json", "utf8")).problems);
// Only sentences about amounts name a currency.
for (const [currency, problems] of [
  ["USD", PROBLEMS],
  ["JPY", PROBLEMS.filter((problem) => problem.startsWith("amount_"))],
] as const) {
  test(`no problem takes more lines than the hint in whose place it comes, in ${currency}`, async ({
    browser,
    account,
  }) => {
    const app = await startApp({ ...settingsFor(account), ALLSCALE_CURRENCY: currency });
    const page = await browser.newPage({ baseURL: app.url, javaScriptEnabled: false });
    try {
      for (const language of ["en", "de", "ja", "zh-CN"]) {
        await page.goto(`/?lang=${language}`);
        const room = await heights(page, "hint");
        for (const problem of problems) {
          await page.goto(`/?error=${problem}&field=${problem.startsWith("amount_") ? "amount" : ""}`);
          const taken = await heights(page, "problem");
          for (const [index, height] of taken.entries()) {
            expect.soft(height, `${problem}, ${language}`).toBeLessThanOrEqual(room[index] ?? 0);
          }
        }
      }
    } finally {
      await page.close();
      await app.close();
    }
  });
}

/** Of both notes, each on three screens. By one plain script, as a locator first loads its own into each new page. */
async function heights(page: Page, kind: "hint" | "problem"): Promise<number[]> {
  const found: number[] = [];
  const ids = NOTES.map((note) => `tip-${note}-${kind}`);
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    found.push(...(await page.evaluate(heightsOf, ids)));
  }
  return found;
}

/** Runs in the page. */
function heightsOf(testIds: string[]): number[] {
  return testIds.map((id) => {
    const [note, ...others] = document.querySelectorAll(`[data-testid="${id}"]`);
    if (note === undefined || others.length > 0) throw new Error(`There is not one ${id}.`);
    return note.getBoundingClientRect().height;
  });
}

const FORMS = { en: "Use digits only, such as 1000.50.", de: "Bitte nur Ziffern, z. B. 1000,50." };
for (const [language, sentence] of Object.entries(FORMS)) {
  test(`an amount that could mean two things is refused with an example, in ${language}`, async ({ page }) => {
    await page.goto(`/?lang=${language}`);
    for (const wrong of ["1,000", "1.000", "1.", ".5", "five", "5 £"]) {
      await page.getByTestId("tip-custom-amount").fill(wrong);
      await page.getByTestId("tip-submit").click();
      await expect(page.getByTestId("tip-amount-problem")).toHaveText(sentence);
      await expect(page.getByTestId("tip-custom-amount")).toHaveAttribute("aria-invalid", "true");
    }
  });
}

test("the button repeats a typed amount as the presets are written", async ({ page }) => {
  await page.goto("/?lang=de");
  for (const [typed, label] of [
    ["7,50", /^Weiter mit 7,50\s\$$/],
    ["$5", /^Weiter mit 5\s\$$/],
    ["５００", /^Weiter mit 500\s\$$/],
    ["1234.5", /^Weiter mit 1\.234,50\s\$$/],
    ["1.234,5", /^Weiter mit 1\.234,50\s\$$/],
    ["\u200b7\u2060,\u202a5\ufeff", /^Weiter mit 7,50\s\$$/],
  ] as const) {
    await page.getByTestId("tip-custom-amount").fill(typed);
    await expect(page.getByTestId("tip-submit")).toHaveText(label);
  }
});

test("what the page says of the amount in a link goes with that amount, and nothing moves", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 900 });
  await page.goto("/?amount=999999");
  const submit = page.getByTestId("tip-submit");
  const hint = page.getByTestId("tip-amount-hint");
  await expect(submit).toHaveText("Continue with $10,000");
  const before = await submit.boundingBox();
  await page.getByTestId("tip-details").locator("summary").click();
  await page.getByTestId("tip-message").fill("Hi");
  await expect(hint).toHaveText(/too large/);
  await page.getByTestId("tip-details").locator("summary").click();
  await page.getByRole("radio", { name: "$3", exact: true }).check();
  await expect(hint).toHaveText("Anything from $1 to $10,000.");
  expect(await submit.boundingBox()).toEqual(before);
});

const LINKS: [string, string, string, RegExp][] = [
  ["10", "", "Continue with $10", /Anything from/],
  ["25.5", "25.50", "Continue with $25.50", /Anything from/],
  ["999999", "10000.00", "Continue with $10,000", /too large.*\$10,000/],
  ["99999999999999999999", "10000.00", "Continue with $10,000", /too large.*\$10,000/],
  ["0.01", "1.00", "Continue with $1", /too small.*\$1/],
  ["5,50", "5.50", "Continue with $5.50", /Anything from/],
  ["$7", "7.00", "Continue with $7", /Anything from/],
  ["1.000,50", "1000.50", "Continue with $1,000.50", /Anything from/],
  ["1,000", "", "Continue with $5", /could not read the amount in your link/],
];
for (const [amount, filled, label, hint] of LINKS) {
  test(`a link with ?amount=${amount} fills in what can be paid`, async ({ page }) => {
    await page.goto(`/?amount=${encodeURIComponent(amount)}`);
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
    for (const [wrong, sentence] of [
      ["700.5", "Use digits only, such as 1000."],
      ["99", "Anything from ¥100 to ¥1,000,000."],
    ] as const) {
      await field.fill(wrong);
      await page.getByTestId("tip-submit").click();
      await expect(page.getByTestId("tip-amount-problem")).toHaveText(sentence);
      await expect(field).toHaveAttribute("aria-invalid", "true");
    }
    await field.fill("700");
    await expect(page.getByTestId("tip-submit")).toHaveText("Continue with ¥700");
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
