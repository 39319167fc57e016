import { ORDER_TEST_IDS, TIP_TEST_IDS } from "../components/test-ids";
import { expectAccessible, expectToFit } from "./support/access";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { expect, randomAddress, test } from "./support/fixtures";
import { isIn, orderIn } from "./support/payer";
import { STATES, type State } from "./support/states";

for (const state of STATES) {
  test(`"${state[0]}" is accessible in all colors, fits small screens and can stand still`, async ({
    page,
    client,
    account,
  }) => {
    const { path } = await orderIn(state, { client, account });
    await page.goto(path);
    await isIn(page, state[0]);
    const animations = () => page.evaluate(() => document.getAnimations().length);
    expect(await animations()).toBe(["pending", "confirming"].includes(state[0]) ? 1 : 0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    expect(await animations()).toBe(0);
    await expectAccessible(page);
    await page.goto(`${path}?lang=de`);
    await expectToFit(page);
  });
}

test("the tip page is accessible in all colors and fits small screens, with and without a problem", async ({
  page,
}) => {
  await page.goto("/");
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  await expectAccessible(page);
  await page.goto("/?error=amount_too_low&field=amount&amount=other&customAmount=0.10&message=Hi");
  await expect(page.getByTestId("tip-amount-problem")).not.toBeEmpty();
  await expectAccessible(page);
  await page.goto("/?lang=de");
  await expectToFit(page);
});

/** Apps that are not set up, or cannot reach their store. */
async function brokenApps() {
  const [unset, storeless] = await Promise.all([
    startApp({}),
    startApp({
      ALLSCALE_API_KEY: "st_key_test",
      ALLSCALE_API_SECRET: "st_secret_test",
      UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9",
      UPSTASH_REDIS_REST_TOKEN: "token",
    }),
  ]);
  const anyOrder = `${storeless.url}/orders/${"A".repeat(24)}`;
  return { unset: unset.url, anyOrder, close: () => Promise.all([unset.close(), storeless.close()]) };
}

test("the pages that have no good news are accessible too", async ({ page }) => {
  const apps = await brokenApps();
  for (const [url, testId] of [
    ["/orders/nothing", "not-found"],
    ["/nothing", "not-found"],
    [apps.unset, "tip-not-ready"],
    [apps.anyOrder, "order-unavailable"],
  ] as const) {
    await page.goto(url);
    await expect(page.getByTestId(testId)).toBeVisible();
    await expectAccessible(page);
  }
  await apps.close();
});

test.describe("inside another app", () => {
  test.use({ userAgent: "Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile/15E148 Instagram 300.0" });
  test("the page is accessible and names its address", async ({ page, app }) => {
    await page.goto("/");
    await expect(page.getByTestId("in-app-hint").getByRole("textbox")).toHaveValue(app.url);
    await expectAccessible(page);
  });
});

test("every promised test id is on some page, and no page has another", async ({ page, app, account }) => {
  // The test above has seen the first, and `providers.spec.ts` what a provider without a page of its own needs.
  const seen = new Set<string>(["in-app-hint", "order-pay-to", "order-wallet", "order-time-left"]);
  const look = async (testId: string) => {
    await expect(page.getByTestId(testId).first()).toBeVisible();
    const ids = await page.locator("[data-testid]").evaluateAll((all) => all.map((one) => one.dataset.testid));
    for (const id of ids) seen.add(String(id));
  };
  // Ten orders in a minute are too many for one address.
  const orderFor = (state: State) => orderIn(state, { client: clientOf(app, randomAddress()), account });
  for (const state of STATES) {
    await page.goto((await orderFor(state)).path);
    await isIn(page, state[0]);
    await look("order-page");
  }
  await page.goto((await orderFor(["review", 20, { chain_id: 11155111 }])).path);
  await look("order-note");
  await page.goto("/orders/nothing");
  await look("not-found");
  const apps = await brokenApps();
  await page.goto(apps.unset);
  await look("tip-not-ready");
  await page.goto(apps.anyOrder);
  await look("order-unavailable");
  await apps.close();

  await page.clock.install();
  await page.goto(app.url + (await orderFor(STATES[0])).path);
  await page.context().setOffline(true);
  // A page that is still starting up has no timer yet.
  await expect(async () => {
    await page.clock.fastForward("11:00");
    await expect(page.getByTestId("order-still-watching")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await look("order-still-watching");
  await look("order-connection");
  await page.context().setOffline(false);
  await page.goto("/");
  await look("tip-continue-order");
  expect([...seen].sort()).toEqual([...TIP_TEST_IDS, ...ORDER_TEST_IDS].sort());
});

test("trouble and a long wait are announced once, and not with every question", async ({ page, client, account }) => {
  const { path } = await orderIn(STATES[0], { client, account });
  // A region that comes together with its text is not announced.
  const { text: html } = await client.request("GET", path);
  expect(/<div[^>]* aria-live="polite" data-testid="order-news"><\/div>/.test(html)).toBe(true);
  let failed = 0;
  page.on("requestfailed", () => {
    failed += 1;
  });
  await page.clock.install();
  await page.goto(path);
  const region = page.getByTestId("order-news");
  await region.evaluate((element) => {
    const said: (string | null)[] = [];
    Object.assign(window, { said });
    const listener = new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        for (const node of type === "characterData" ? [target] : addedNodes) said.push(node.textContent);
      }
    });
    listener.observe(element, { subtree: true, childList: true, characterData: true });
  });
  await page.context().setOffline(true);
  await expect(async () => {
    await page.clock.fastForward("01:00");
    expect(failed).toBeGreaterThan(3);
  }).toPass();
  await expect(page.getByTestId("order-connection")).toBeVisible();
  await page.context().setOffline(false);
  await expect(async () => {
    await page.clock.fastForward("01:00");
    await expect(region).toBeEmpty({ timeout: 1_000 });
  }).toPass();
  for (const by of ["11:00", "01:00"]) {
    // To the end of each question, which time that is wound on further would break off.
    const asked = page.waitForResponse(/\/api\/orders\//);
    await page.clock.fastForward(by);
    await (await asked).finished();
    await expect(page.getByTestId("order-still-watching")).toBeVisible();
  }
  expect(await page.evaluate("said")).toEqual([
    "We cannot reach the server. We keep trying.",
    "We are still checking. You can close this page and come back at any time.",
  ]);
});
