import type { Locator, Page } from "playwright/test";
import { expect, test } from "./support/fixtures";
import { isIn, openCheckout, orderIn, shiftsOf } from "./support/payer";

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 50; presses += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error("No press of Tab leads there.");
}

test("a payment needs no mouse", async ({ page }) => {
  await page.goto("/");
  const group = page.getByRole("group", { name: "Choose an amount" });
  await tabTo(page, group.getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowRight");
  await expect(group.getByRole("radio", { name: "$10", exact: true })).toBeChecked();
  await tabTo(page, page.getByTestId("tip-submit"));
  const opened = page.waitForEvent("popup");
  await page.keyboard.press("Enter");
  const checkout = await opened;
  await page.waitForURL(/\/orders\//);
  await checkout.bringToFront();
  await expect(checkout.getByTestId("pay")).toBeVisible();
  await tabTo(checkout, checkout.getByTestId("pay"));
  await checkout.keyboard.press("Enter");
  await checkout.waitForURL(/\/orders\//);
  await isIn(checkout, "paid");
  await expect(checkout.getByTestId("order-amount")).toHaveText("$10.00");
});

test("one click opens the checkout in a new tab even when creating takes long, and nothing is against the policy", async ({
  page,
  account,
}) => {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") violations.push(message.text());
  });
  await account.control("POST", "/faults", { op: "create", kind: "delay", delay: "6s", times: 1 });
  await page.goto("/");
  const opened = page.waitForEvent("popup");
  await page.getByTestId("tip-submit").click();
  const checkout = await opened;
  await expect(checkout).toHaveTitle("Opening checkout…");
  await expect(page.getByTestId("tip-submit")).toHaveText("Opening checkout…");
  // More clicks do nothing while the first is on its way.
  await page.getByTestId("tip-submit").click({ force: true });
  await page.waitForURL(/\/orders\//, { timeout: 20_000 });
  await expect(checkout.getByTestId("pay")).toBeVisible();
  expect(page.context().pages()).toHaveLength(2);
  expect(violations).toEqual([]);
});

test("a create call that never answers is given up, and the same payment can be started again", async ({
  page,
  account,
}) => {
  await page.clock.install();
  await page.goto("/");
  // Stands still, so that the wait does not pass on its own while the machine is busy.
  await page.clock.pauseAt(Date.now() + 60_000);
  const keys: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/checkout")) keys.push(request.headers()["idempotency-key"]);
  });
  // Neither answered nor refused, as on a connection that has died.
  await page.route("**/api/checkout", () => {}, { times: 1 });
  const opened = page.waitForEvent("popup");
  await page.getByTestId("tip-submit").click();
  const checkout = await opened;
  await expect.poll(() => keys.length).toBe(1);
  await page.clock.fastForward(29_000);
  await expect(page.getByTestId("tip-submit")).toHaveText("Opening checkout…");
  // It moves the checkout's clock too, which may close meanwhile and make this fail.
  await Promise.allSettled([page.clock.fastForward(2_000)]);
  await expect(page.getByTestId("tip-form-problem")).toHaveText(/Nothing was charged; trying again is safe/);
  await expect.poll(() => checkout.isClosed()).toBe(true);
  const before = await account.requests("create");
  await openCheckout(page);
  expect(await account.requests("create")).toBe(before + 1);
  expect(keys).toEqual([keys[0], keys[0]]);
});

test("where no tab can be opened, storage is forbidden or an app is around it, the same tab goes there", async ({
  browser,
  app,
  address,
}) => {
  const extraHTTPHeaders = { "x-forwarded-for": address };
  const blocked = await browser.newPage({ baseURL: app.url, extraHTTPHeaders });
  await blocked.addInitScript(() => {
    window.open = () => null;
    const forbidden = {
      get: () => {
        throw new Error("forbidden");
      },
    };
    Object.defineProperties(window, { localStorage: forbidden, sessionStorage: forbidden });
  });
  const userAgent = "Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile/15E148 Instagram 300.0";
  const inApp = await browser.newPage({ baseURL: app.url, extraHTTPHeaders, userAgent });
  for (const page of [blocked, inApp]) {
    await page.goto("/");
    await page.getByTestId("tip-submit").click();
    await page.getByTestId("pay").click();
    await page.waitForURL(/\/orders\//);
    await isIn(page, "paid");
    expect(page.context().pages()).toHaveLength(1);
  }
  await expect(inApp.getByTestId("in-app-hint").getByRole("textbox")).toHaveValue(inApp.url());
  await expect(blocked.getByTestId("in-app-hint")).toHaveCount(0);
  await Promise.all([blocked.context().close(), inApp.context().close()]);
});

test("back from the checkout the form works again and offers to go on with the same payment", async ({
  page,
  account,
}) => {
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await page.goto("/");
  await page.getByTestId("tip-submit").click();
  await expect(page.getByTestId("pay")).toBeVisible();
  const creates = await account.requests("create");
  await page.goBack();
  await expect(page.getByTestId("tip-submit")).toHaveText("Continue with $5");
  await expect(page.getByTestId("tip-submit")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("tip-continue-order").click();
  await isIn(page, "pending");
  await page.getByTestId("order-action").click();
  await expect(page.getByTestId("pay")).toBeVisible();
  expect(await account.requests("create")).toBe(creates);
});

test("a payment that is not there any more is offered once, and then forgotten", async ({ page }) => {
  await page.addInitScript(() => {
    if (!sessionStorage.getItem("visited")) localStorage.setItem("open-order", "A".repeat(24));
    sessionStorage.setItem("visited", "yes");
  });
  await page.goto("/");
  await page.getByTestId("tip-continue-order").click();
  await expect(page.getByTestId("not-found")).toContainText("We cannot find this payment");
  await expect.poll(() => page.evaluate(() => localStorage.getItem("open-order"))).toBeNull();
  await page.goto("/");
  await expect(page.getByTestId("tip-submit")).toHaveText("Continue with $5");
  await expect(page.getByTestId("tip-continue-order")).toHaveCount(0);
});

test("a page that comes back from the browser's memory after its tip was paid begins another tip", async ({ page }) => {
  await page.goto("/");
  // An answer without content leaves the page where it is, as one that was left and is shown again.
  await page.route(/\/orders\//, (route) => route.fulfill({ status: 204 }));
  const tip = async () => {
    const opened = page.waitForEvent("popup");
    await page.getByTestId("tip-submit").click();
    const checkout = await opened;
    await checkout.getByTestId("pay").click();
    await checkout.waitForURL(/\/orders\//);
    await isIn(checkout, "paid");
    return checkout.url();
  };
  const first = await tip();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(page.getByTestId("tip-submit")).toHaveText("Continue with $5");
  expect(await tip()).not.toBe(first);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a refused form keeps what was written, and line breaks count as one character", async ({ page, account }) => {
    const message = Array.from({ length: 28 }, () => "123456789").join("\n");
    expect(message).toHaveLength(279);
    await page.goto("/");
    await page.getByTestId("tip-details").locator("summary").click();
    await page.getByTestId("tip-name").fill("Zoë");
    await page.getByTestId("tip-message").fill(message);
    // The first tap chooses "Other", and only then the field beside it can be typed in.
    await page.getByTestId("tip-other").check();
    await page.getByTestId("tip-custom-amount").fill("0.10");
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("tip-amount-problem")).toHaveText("The smallest amount is $1.");
    await expect(page.getByTestId("tip-message")).toHaveValue(message);
    const before = await account.requests("create");
    await page.getByTestId("tip-custom-amount").fill("7.50");
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("pay")).toBeVisible();
    expect(await account.requests("create")).toBe(before + 1);
  });

  test("an amount can be typed in every way that the page with JavaScript reads", async ({ page, account, app }) => {
    await page.goto("/");
    await page.getByTestId("tip-other").check();
    await page.getByTestId("tip-custom-amount").fill("\u200b$7,50");
    await page.getByTestId("tip-submit").click();
    await expect(page.getByTestId("pay")).toBeVisible();
    const newest = app.storedOrders().at(-1)?.id ?? "";
    expect(await account.intentOf(newest)).toMatchObject({ order: { amountCents: 750 } });
  });

  test("a payment that ended can be tried again, and the receipt is complete", async ({ page, client, account }) => {
    const { path } = await orderIn(["expired", -5, {}], { client, account });
    await page.goto(path);
    await isIn(page, "expired");
    await page.getByTestId("order-action").click();
    await expect(page.getByTestId("pay")).toBeVisible();
    await page.goto(path);
    await expect(page.locator("noscript meta[http-equiv=refresh]")).toHaveAttribute("content", "10");
    await page.getByTestId("order-action").click();
    await page.getByTestId("pay").click();
    await expect(async () => {
      await page.goto(path);
      await isIn(page, "paid", 100);
    }).toPass();
    const receipt = page.getByTestId("order-page");
    for (const fact of [
      /\$5\.00/,
      /USDT/,
      /Rate/,
      /UTC/,
      /Network/,
      /0x[0-9a-f]{64}/,
      /Ada Lindqvist/,
      new RegExp(path.slice(8)),
    ]) {
      await expect(receipt).toContainText(fact);
    }
  });
});

test("the receipt is one printed page, and the explorer does not learn the order's address", async ({
  page,
  context,
  client,
  account,
}) => {
  const { path } = await orderIn(["paid", 20, {}], { client, account });
  const response = await page.goto(path);
  expect(response?.headers()).toMatchObject({ "x-robots-tag": "noindex, nofollow", "referrer-policy": "no-referrer" });
  await expect(page.locator(".utc").first()).toHaveText(/UTC$/);
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  const asked = new Promise<Record<string, string>>((resolve) => {
    void context.route(/^https:/, async (route) => {
      resolve(await route.request().allHeaders());
      await route.abort();
    });
  });
  await page.getByTestId("order-transaction").getByRole("link").click();
  expect(await asked).not.toHaveProperty("referer");
});

test.describe("in Tokyo", () => {
  test.use({ timezoneId: "Asia/Tokyo" });
  test("times are the payer's own with UTC beside them, and nothing moves when they come", async ({
    page,
    client,
    account,
  }) => {
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    const { path, orderId } = await orderIn(["paid", 20, {}], { client, account });
    await expect.poll(async () => (await client.order(orderId)).json.status).toBe("paid");
    await page.goto(path);
    const started = String((await client.order(orderId)).json.createdAt);
    const written = (timeZone: string) =>
      new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone }).format(
        new Date(started),
      );
    const time = page.locator(`time[datetime="${started}"]`);
    await expect(time).toHaveText(written("Asia/Tokyo"));
    await expect(page.locator(`time[datetime="${started}"] + .utc`)).toHaveText(`${written("UTC")} UTC`);
    expect(await shiftsOf(page)).toBe(0);
    expect(errors).toEqual([]);
  });
});

test("a long wait, a reload and the checkout's own tab all lead to one order", async ({ page, account }) => {
  await page.goto("/?amount=25");
  await expect(page.getByTestId("tip-submit")).toHaveText("Continue with $25");
  const before = await account.requests("create");
  const checkout = await openCheckout(page);
  await page.reload();
  await isIn(page, "pending");
  await checkout.getByTestId("pay").click();
  await Promise.all([isIn(page, "paid"), isIn(checkout, "paid")]);
  expect(checkout.url()).toBe(page.url());
  expect(await account.requests("create")).toBe(before + 1);
});
