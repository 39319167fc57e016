import type { Page, Request, Route } from "playwright/test";
import { eventually } from "../test/eventually";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { isIn, openCheckout, orderIn } from "./support/payer";
import { STATES } from "./support/states";

const [PENDING] = STATES;
const MINUTE_MS = 60_000;

/** Counts what the page asks our server about the order. */
function countAsks(page: Page): () => number {
  let asks = 0;
  page.on("request", (request) => {
    if (isAsk(request)) asks += 1;
  });
  return () => asks;
}

const isAsk = (request: Request) => new URL(request.url()).pathname.startsWith("/api/orders/");

/** Lets the page's time pass, and waits for the answer to each question that it asks meanwhile. */
async function letPass(page: Page, seconds: number, asks: () => number): Promise<void> {
  let answers = asks();
  const count = (request: Request) => {
    if (isAsk(request)) answers += 1;
  };
  page.on("requestfinished", count);
  for (let passed = 0; passed < seconds; passed += 1) {
    const before = asks();
    await page.clock.runFor(1_000);
    await eventually(() => (answers >= asks() ? true : undefined));
    // What comes after an answer shows that the page has dealt with it, and has set its timer for the next question.
    if (asks() > before) await page.evaluate(async () => (await fetch("/api/health")).text());
  }
  page.off("requestfinished", count);
}

/** Opens the page with its clock stopped, so that only a test lets time pass, and waits for its first question. */
async function watch(page: Page, path: string): Promise<() => number> {
  const asks = countAsks(page);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60 * MINUTE_MS);
  await page.goto(path);
  // How soon the page's scripts run depends on the machine, so its time begins with what they do first.
  await eventually(async () => {
    await letPass(page, 1, asks);
    return asks() > 0 ? true : undefined;
  }, 30_000);
  return asks;
}

/** Lets the page's time pass until its order is in a state. The server asks AllScale at most once in 4.9 s. */
async function passUntil(page: Page, status: string, asks: () => number): Promise<void> {
  await eventually(async () => {
    await letPass(page, 1, asks);
    return (await page.getByTestId("order-page").getAttribute("data-order-state")) === status ? true : undefined;
  }, 30_000);
}

test("it asks every 5 s, after 10 minutes every 15 s and after an hour every minute, and never gives up", async ({
  page,
  client,
  account,
}) => {
  const { path, intentId } = await orderIn(PENDING, { client, account });
  const asks = await watch(page, path);
  const asked = async (seconds: number) => {
    const before = asks();
    await letPass(page, seconds, asks);
    return asks() - before;
  };
  const inFirstMinute = await asked(60);
  expect(inFirstMinute).toBeGreaterThanOrEqual(9);
  expect(inFirstMinute).toBeLessThanOrEqual(12);
  await expect(page.getByTestId("order-still-watching")).toHaveCount(0);

  await page.clock.fastForward(10 * MINUTE_MS);
  await expect(page.getByTestId("order-still-watching")).toContainText("close this page");
  await isIn(page, "pending");
  await asked(16);
  const inMinuteAfterTen = await asked(60);
  expect(inMinuteAfterTen).toBeGreaterThanOrEqual(3);
  expect(inMinuteAfterTen).toBeLessThanOrEqual(4);

  await page.clock.fastForward(51 * MINUTE_MS);
  await asked(61);
  const inTwoMinutesAfterHour = await asked(120);
  expect(inTwoMinutesAfterHour).toBeGreaterThanOrEqual(1);
  expect(inTwoMinutesAfterHour).toBeLessThanOrEqual(2);
  await isIn(page, "pending");
  await account.setStatus(intentId, 20);
  await passUntil(page, "paid", asks);
  expect(await asked(120)).toBe(0);
});

test("it asks nothing while it is hidden, and once when it is shown again", async ({ page, client, account }) => {
  const { path } = await orderIn(PENDING, { client, account });
  await page.addInitScript(() => {
    let state = "visible";
    Object.defineProperty(document, "visibilityState", { get: () => state });
    Object.defineProperty(document, "hidden", { get: () => state === "hidden" });
    Object.assign(window, {
      show(next: string) {
        state = next;
        document.dispatchEvent(new Event("visibilitychange"));
      },
    });
  });
  const asks = await watch(page, path);
  expect(asks()).toBe(1);
  await page.evaluate(`show("hidden")`);
  await letPass(page, 60, asks);
  expect(asks()).toBe(1);
  await page.evaluate(`show("visible")`);
  await letPass(page, 1, asks);
  expect(asks()).toBe(2);
});

test("six tabs of one order ask AllScale no more often than one", async ({ context, client, account }) => {
  const { path, intentId } = await orderIn(PENDING, { client, account });
  const before = await account.requests("status");
  const started = performance.now();
  const tabs = await Promise.all(Array.from({ length: 6 }, () => context.newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(path)));
  await eventually(async () => ((await account.requests("status")) - before >= 4 ? true : undefined), 40_000);
  // Four questions are three gaps of at least 4.9 s each.
  expect(performance.now() - started).toBeGreaterThan(14_000);
  await account.setStatus(intentId, 20);
  await Promise.all(tabs.map((tab) => isIn(tab, "paid")));
});

test("a view of the page counts as a poll: above the limit it shows what is stored and asks nothing", async ({
  account,
}) => {
  const app = await startApp({ ...settingsFor(account), RATE_LIMIT_STATUS: "2/60s" });
  const client = clientOf(app, randomAddress());
  const [first, second] = [await client.checkout({ amount: "5.00" }), await client.checkout({ amount: "5.00" })];
  const view = async ({ json }: typeof first) => (await client.request("GET", `/orders/${json.orderId}`)).text;
  for (const status of [200, 200, 429]) expect((await client.order(String(first.json.orderId))).status).toBe(status);
  const before = await account.requests("status");
  expect(await view(second)).toContain('data-order-state="pending"');
  expect(await account.requests("status")).toBe(before);
  await app.close();
});

test("an answer that was long on its way takes nothing back, in no tab", async ({ context, client, account }) => {
  const { path, intentId, orderId } = await orderIn(PENDING, { client, account });
  const [slow, other] = [await context.newPage(), await context.newPage()];
  const answer = `/api/orders/${orderId}`;
  let fetched = (_order: unknown) => {};
  let letThrough = () => {};
  const inTime = new Promise<unknown>((resolve) => {
    fetched = resolve;
  });
  const held = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  // The first answer to the slow tab is of the time before the payment, and arrives after it.
  const hold = async (route: Route) => {
    const response = await route.fetch();
    fetched(await response.json());
    await held;
    await route.fulfill({ response });
  };
  await slow.route(`**${answer}`, hold, { times: 1 });
  await slow.goto(path);
  expect(await inTime).toMatchObject({ status: "pending" });
  await account.setStatus(intentId, 20);
  await other.goto(path);
  await isIn(other, "paid");
  await isIn(slow, "paid");
  const arrived = slow.waitForResponse(`**${answer}`);
  letThrough();
  await (await arrived).finished();
  for (const tab of [slow, other, slow, other]) {
    // What comes after the old answer shows that the tab has dealt with it.
    await tab.evaluate(() => fetch("/api/health"));
    await isIn(tab, "paid");
  }
});

test("a tab that opens an order that is paid tells those that are still waiting", async ({
  page,
  context,
  client,
  account,
}) => {
  const { path, intentId, orderId } = await orderIn(PENDING, { client, account });
  const asks = await watch(page, path);
  const before = asks();
  await account.setStatus(intentId, 20);
  await eventually(async () => ((await client.order(orderId)).json.paid ? true : undefined));
  const other = await context.newPage();
  await other.goto(path);
  await isIn(page, "paid");
  expect(asks()).toBe(before);
});

test("tabs that learned a state from another tab go on asking when the clock is set back by an hour", async ({
  context,
  client,
  account,
}) => {
  const { path, intentId, orderId } = await orderIn(PENDING, { client, account });
  const [first, second, other] = [await context.newPage(), await context.newPage(), await context.newPage()];
  for (const tab of [first, second]) {
    await tab.clock.install();
    await tab.goto(path);
    // From then on it listens.
    await expect(tab.getByTestId("order-heading")).toBeFocused();
  }
  const { json } = await client.order(orderId);
  await other.goto("/api/health");
  await other.evaluate(
    ([channel, view]) => new BroadcastChannel(String(channel)).postMessage(view),
    [`/api/orders/${orderId}`, json],
  );
  for (const tab of [first, second]) await tab.clock.setSystemTime(Date.now() - 60 * MINUTE_MS);
  await account.setStatus(intentId, 20);
  await Promise.all([isIn(first, "paid"), isIn(second, "paid")]);
});

test("each change of state is announced once, however often it is asked", async ({ page, client, account }) => {
  const { path, intentId } = await orderIn(PENDING, { client, account });
  const html = await (await client.request("GET", path)).text;
  expect(html).toMatch(/role="status" aria-live="polite" aria-atomic="true"/);
  const asks = await watch(page, path);
  const region = page.getByRole("status");
  const announced: string[] = [];
  await page.exposeFunction("announce", (text: string) => announced.push(text));
  await region.evaluate((element) => {
    const announce = Reflect.get(window, "announce");
    const observer = new MutationObserver(() => announce(element.querySelector("h1")?.textContent));
    observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await letPass(page, 16, asks);
  await account.setStatus(intentId, 10);
  await passUntil(page, "confirming", asks);
  await letPass(page, 16, asks);
  await account.setStatus(intentId, 20);
  await passUntil(page, "paid", asks);
  expect(asks()).toBeGreaterThan(5);
  expect(announced).toEqual(["Your payment is being confirmed", "Thank you, your payment has arrived"]);
});

test("a payer who comes back from the checkout is put at the heading", async ({ page }) => {
  await page.goto("/");
  const checkout = await openCheckout(page);
  await expect(page.getByTestId("order-heading")).not.toBeFocused();
  await checkout.getByTestId("pay").click();
  await checkout.waitForURL(/\/orders\//);
  await expect(checkout.getByTestId("order-heading")).toBeFocused();
});
