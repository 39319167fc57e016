import { expect, test } from "./support/fixtures";
import { openCheckout } from "./support/payer";

const HEADINGS = [
  ["en-GB", "en", "Choose an amount", "Waiting for your payment"],
  ["de-AT", "de", "Betrag wählen", "Wir warten auf deine Zahlung"],
  ["ja-JP", "ja", "金額を選ぶ", "お支払いをお待ちしています"],
  ["zh-CN", "zh-CN", "选择金额", "正在等待您的付款"],
] as const;

for (const [locale, language, group, heading] of HEADINGS) {
  test.describe(`a browser that wants ${locale}`, () => {
    test.use({ locale });
    test("reads the whole way in its language", async ({ page }) => {
      await page.goto("/");
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.getByRole("group", { name: group })).toBeVisible();
      await openCheckout(page);
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.getByTestId("order-heading")).toHaveText(heading);
    });
  });
}

test.describe("the switch, without JavaScript", () => {
  test.use({ javaScriptEnabled: false, locale: "fr-FR" });

  test("keeps the amount and is remembered", async ({ page }) => {
    await page.goto("/?amount=25");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    const languages = page.getByTestId("language-switch");
    await languages.getByText("Language").click();
    await languages.getByRole("link", { name: "Deutsch" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    await expect(page.getByRole("radio", { name: "25 $", exact: true })).toBeChecked();
    await page.goto("/orders/none-such");
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
  });
});

for (const lang of ["auto", null]) {
  test(`a browser that turns the language of the page into ${lang} still pays`, async ({ page }) => {
    await page.goto("/?lang=de");
    await page.evaluate((value) => {
      if (value === null) document.documentElement.removeAttribute("lang");
      else document.documentElement.lang = value;
    }, lang);
    await page.getByTestId("tip-custom-amount").fill("6.5");
    await expect(page.getByTestId("tip-submit")).toHaveText(/^Weiter mit 6,50\s\$$/);
    await openCheckout(page);
    await expect(page.getByTestId("order-amount")).toHaveText(/^6,50\s\$$/);
  });
}

test.describe("a refusal by the server", () => {
  test.use({ locale: "de-DE" });
  test("is shown in the payer's language, and closes the tab that was opened for the checkout", async ({
    page,
    account,
  }) => {
    await account.control("POST", "/faults", { op: "create", http: 400, code: 30001, times: 1 });
    await page.goto("/");
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-form-problem")).toHaveText(/Es wurde nichts abgebucht/);
    await expect.poll(() => page.context().pages().length).toBe(1);
    await openCheckout(page);
  });

  test("whose words cannot be loaded shows the sentence that the page has already", async ({ page, account }) => {
    await account.control("POST", "/faults", { op: "create", http: 400, code: 30001, times: 1 });
    await page.goto("/");
    await expect(page.getByTestId("tip-submit")).toContainText("5");
    await page.route("**/_next/static/**", (route) => route.abort());
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-form-problem")).toHaveText(/Ein neuer Versuch ist sicher/);
  });

  test("names the field it is about", async ({ page }) => {
    await page.goto("/");
    await page.getByTestId("tip-details").locator("summary").click();
    const name = page.getByTestId("tip-name");
    await name.evaluate((field) => field.removeAttribute("maxlength"));
    await name.fill("x".repeat(61));
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-form-problem")).toHaveText(/zu lang/);
    await expect(name).toHaveAttribute("aria-invalid", "true");
    await expect(name).toBeFocused();
  });
});
