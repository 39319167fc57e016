import { createHmac } from "node:crypto";
import { json } from "node:stream/consumers";
import Database from "libsql";
import type { Page } from "playwright/test";
import { eventually } from "../test/eventually";
import { startHttpServer } from "../test/http-server";
import { expectAccessible, expectToFit } from "./support/access";
import { test as base, expect } from "./support/fixtures";
import { openSteeredShop, type SteeredShop } from "./support/steered-shop";

const ADMIN_SECRET = "an-admin-secret-of-the-refund-tests";
const NOTIFY_SECRET = Buffer.from("notifications of the refund tests").toString("base64");

type Refund = {
  reference: string;
  status: string;
  amount: string;
  claimUrl: string | null;
  transactionHash: string | null;
};
type ClaimLink = { id: string; claimUrl: string; status: string; amount: string; reference_id: string };
type Told = { type: string; data: { refund?: { status: string } } };
type Paying = { shop: SteeredShop; told: Told[]; refundsOf(orderId: string): Refund[]; links(): Promise<ClaimLink[]> };

/** A shop that may send money, and hears of it. */
const test = base.extend<{ paying: Paying }>({
  paying: async ({ playwright: _ }, use) => {
    const told: Told[] = [];
    const sink = await startHttpServer(async (request, response) => {
      told.push((await json(request)) as Told);
      response.end();
    });
    const notify = { NOTIFY_WEBHOOK_URL: sink.url, NOTIFY_WEBHOOK_SECRET: `whsec_${NOTIFY_SECRET}` };
    const shop = await openSteeredShop({}, { ADMIN_SECRET, ALLSCALE_PAYOUT_CHAIN: "base", ...notify });
    await shop.account.control("POST", "/settings", { claimLinkWebhookUrl: shop.app.webhookUrl });
    await use({
      shop,
      told,
      refundsOf: (orderId) => (shop.stored(orderId) as unknown as { refunds: Refund[] }).refunds,
      links: async () => (await shop.account.control<{ claim_links: ClaimLink[] }>("GET", "/claim_links")).claim_links,
    });
    await shop.close();
    await sink.close();
  },
});

async function underpaid(shop: SteeredShop) {
  const order = await shop.open();
  await shop.account.setStatus(order.intentId, -3, { actual_paid_amount: "3.20" });
  await eventually(async () => (await shop.client.order(order.orderId)).json.status === "underpaid" || undefined);
  return order;
}

async function signIn(page: Page, shop: SteeredShop, orderId: string) {
  await page.goto(`${shop.app.url}/admin/orders/${orderId}`);
  await page.getByLabel("Secret").fill(ADMIN_SECRET);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Refunds" })).toBeVisible();
}

/** Both steps. */
async function sendBack(page: Page, { coin = "USDT", amount = "3.20" } = {}) {
  await page.getByText(`Send ${coin} back`).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Yes, this money is to leave my account").check();
  await page.getByRole("button", { name: `Send ${amount} ${coin}` }).click();
  await expect(page.getByRole("heading", { name: "Refunds" })).toBeVisible();
}

/** Reloads until the page says it. */
const shows = (page: Page, text: string) =>
  eventually(async () => {
    await page.reload();
    return (await page.getByText(text, { exact: true }).count()) > 0 || undefined;
  }, 20_000);

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an underpaid payment is sent back by a claim link, and the merchant hears of its end", async ({
    paying,
    page,
  }) => {
    const { shop, told, refundsOf, links } = paying;
    const { orderId, orderUrl } = await underpaid(shop);
    await signIn(page, shop, orderId);
    await sendBack(page);
    await shows(page, "Waiting to be collected");
    const [link, ...others] = await links();
    if (link === undefined) throw new Error("No payout was made.");
    expect([others, link]).toMatchObject([[], { amount: "3.20", reference_id: `${orderId}-refund-1` }]);
    await expect(page.getByLabel("Claim link")).toHaveValue(link.claimUrl);

    // The payer claims it at the provider, which calls back.
    await fetch(`${link.claimUrl}/status`, { method: "POST", redirect: "manual" });
    await eventually(() => refundsOf(orderId)[0]?.status === "sent" || undefined);
    await page.reload();
    await expect(page.getByText("Sent", { exact: true })).toBeVisible();
    const hash = refundsOf(orderId)[0]?.transactionHash ?? "";
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/);
    await expect(page.getByRole("link", { name: hash })).toHaveAttribute("href", `https://basescan.org/tx/${hash}`);
    const ends = await eventually(() => {
      const found = told.filter(({ type }) => type === "order.refund_ended");
      return found.length > 0 ? found : undefined;
    });
    expect(ends.map(({ data }) => data.refund?.status)).toEqual(["sent"]);

    // The payment is as it was, and its payer sees what came back, without the secret.
    await page.goto(orderUrl);
    await expect(page.getByText("3.20 USDT").last()).toBeVisible();
    await expect(page.getByText(hash)).toBeVisible();
    expect(shop.stored(orderId)).toMatchObject({ status: "underpaid" });
  });

  test("is sent once however often it is confirmed, and the secret is nowhere but on the merchant's page", async ({
    paying,
    page,
  }) => {
    const { shop, links } = paying;
    const { orderId, orderUrl } = await underpaid(shop);
    await signIn(page, shop, orderId);
    await page.getByText("Send USDT back").click();
    await page.getByRole("button", { name: "Continue" }).click();
    const form = await page.locator("form[action$='/send-refund']").evaluateHandle((element) => element);
    const fields = await form.evaluate((element) =>
      Object.fromEntries([...new FormData(element as HTMLFormElement)].map(([name, value]) => [name, String(value)])),
    );
    const post = (changes: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      page.request.post(`${shop.app.url}/admin/orders/${orderId}/send-refund`, {
        form: { ...fields, confirm: "yes", ...changes },
        headers: { origin: shop.app.url, ...headers },
        maxRedirects: 0,
      });
    expect((await post({ confirm: "" })).status()).toBe(400);
    expect((await post({ csrf: "x" })).status()).toBe(403);
    expect((await post({}, { origin: "https://evil.example" })).status()).toBe(403);
    expect((await post({ amount: "3.21" })).status()).toBe(409);
    expect(await links()).toEqual([]);
    const presses = await Promise.all(Array.from({ length: 8 }, () => post()));
    expect(presses.map((press) => press.status())).toEqual(Array(8).fill(303));
    await page.goto(`${shop.app.url}/admin/orders/${orderId}`);
    await shows(page, "Waiting to be collected");
    const [link, ...others] = await links();
    expect(others).toEqual([]);
    const token = link?.claimUrl.split("/").at(-1) ?? "";
    expect(token).toMatch(/^clk_live_/);
    const csv = await page.request.get(`${shop.app.url}/admin/export.csv`);
    const seen = [
      (await shop.client.order(orderId)).text,
      (await shop.client.request("GET", `/orders/${orderId}`)).text,
      await csv.text(),
      shop.app.log(),
      JSON.stringify(shop.app.storedEvents(orderId)),
      JSON.stringify(paying.told),
    ];
    for (const text of seen) expect(text).not.toContain(token);
    expect(csv.status()).toBe(200);
    // Nothing of a payer's makes one: no route, no cookie of another kind, no link.
    const attempts = ["send-refund", "cancel-refund"].map((action) =>
      shop.client.request("POST", `/admin/orders/${orderId}/${action}`, {
        headers: { origin: shop.app.url, cookie: "admin=1", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ ...fields, confirm: "yes", number: "2" }).toString(),
      }),
    );
    for (const attempt of await Promise.all(attempts)) expect(attempt.status).toBe(401);
    expect((await shop.client.request("GET", `/admin/orders/${orderId}/send-back?coin=USDT&what=all`)).status).toBe(
      307,
    );
    expect((await shop.client.request("GET", `/admin/orders/${orderId}/send-refund`)).status).toBe(405);
    expect(await links()).toHaveLength(1);
    expect(orderUrl).toContain(orderId);
  });

  test("can be canceled while it waits, and what is left can be sent again in part", async ({ paying, page }) => {
    const { shop, refundsOf, links } = paying;
    const { orderId } = await underpaid(shop);
    await signIn(page, shop, orderId);
    await sendBack(page);
    await shows(page, "Waiting to be collected");
    await page.getByText("Cancel this refund").click();
    await page.getByLabel("The payer is not to get this money").check();
    await page.getByRole("button", { name: "Cancel refund" }).click();
    await expect(page.getByText("Canceled", { exact: true })).toBeVisible();
    await page.getByText("Send USDT back").click();
    await page.getByLabel("This many USDT:").check();
    await page.getByLabel("Amount in USDT").fill("1.5");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Yes, this money is to leave my account").check();
    await page.getByRole("button", { name: "Send 1.5 USDT" }).click();
    await shows(page, "Waiting to be collected");
    expect(refundsOf(orderId).map(({ status, amount }) => `${amount} ${status}`)).toEqual([
      "3.20 canceled",
      "1.5 waiting",
    ]);
    expect((await links()).map(({ status }) => status).toSorted()).toEqual(["cancelled", "pending_deposit"]);
  });
});

test("a lost answer and a killed app still make one payout, and a false webhook ends none", async ({
  paying,
  page,
}) => {
  const { shop, refundsOf, links } = paying;
  const { orderId } = await underpaid(shop);
  await shop.fault({ op: "payout", kind: "drop_after_accept", times: 1 });
  await signIn(page, shop, orderId);
  await sendBack(page);
  await eventually(() => refundsOf(orderId)[0]?.status === "unsure" || undefined);
  await eventually(async () => (await links()).length === 1 || undefined);
  await shop.app.kill();
  await shop.app.restart();
  // Due 15 s after it was stored; a run before that changes nothing.
  await eventually(async () => {
    await shop.cron();
    return refundsOf(orderId)[0]?.status === "waiting" || undefined;
  }, 60_000);
  const [link, ...others] = await links();
  expect([others, refundsOf(orderId)[0]?.claimUrl]).toEqual([[], null]);
  await page.reload();
  await expect(page.getByText("its answer was lost", { exact: false })).toBeVisible();
  await expectAccessible(page);

  const body = JSON.stringify({
    event: "claimed",
    webhook_id: "wh_1",
    claim_link_id: link?.id,
    reference_id: `${orderId}-refund-1`,
  });
  const forged = await fetch(shop.app.webhookUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-api-key": shop.account.apiKey,
      "x-webhook-id": "wh_1",
      "x-webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
      "x-webhook-nonce": "1",
      "x-webhook-signature": `v1=${createHmac("sha256", "wrong").update(body).digest("base64")}`,
    },
    body,
  });
  expect([forged.status, refundsOf(orderId)[0]?.status]).toEqual([401, "waiting"]);
});

test("the pages of a refund are accessible in all colors and fit small screens", async ({ paying, page }) => {
  const { orderId } = await underpaid(paying.shop);
  await signIn(page, paying.shop, orderId);
  const path = `${paying.shop.app.url}/admin/orders/${orderId}`;
  for (const [query, heading] of [
    ["what=all", "Send 3.20 USDT back?"],
    ["what=amount&amount=9", "Nothing was sent"],
  ] as const) {
    await page.goto(`${path}/send-back?coin=USDT&${query}`);
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    await expectAccessible(page);
    await expectToFit(page);
  }
  await page.goto(path);
  await sendBack(page);
  await shows(page, "Waiting to be collected");
  await expect(page.getByLabel("Claim link")).toBeVisible();
  await expectAccessible(page);
  await expectToFit(page);
});

test("a refund of which the provider says nothing for ten minutes can be ended by the merchant, who has looked", async ({
  paying: { shop, refundsOf },
  page,
}) => {
  const { orderId } = await underpaid(shop);
  await shop.fault({ op: "payout", kind: "drop" });
  await signIn(page, shop, orderId);
  await sendBack(page);
  await eventually(() => refundsOf(orderId)[0]?.status === "unsure" || undefined);
  await page.reload();
  await expect(page.getByText("The provider was asked", { exact: false })).toBeVisible();
  await expect(page.getByText("It was never sent")).toHaveCount(0);

  await shop.app.kill();
  const file = new Database(shop.app.database);
  file
    .prepare("UPDATE orders SET doc = json_set(doc, '$.refunds[0].updatedAt', ?) WHERE id = ?")
    .run(Date.now() - 11 * 60_000, orderId);
  file.close();
  await shop.app.restart();
  await page.reload();
  await page.getByText("It was never sent").click();
  await expectAccessible(page);
  await page.getByLabel("I have looked, and the provider has no such refund").check();
  await page.getByRole("button", { name: "End this refund" }).click();
  await expect(page.getByText("Canceled", { exact: true })).toBeVisible();
  await expect(page.getByText("Send USDT back")).toBeVisible();
  expect(refundsOf(orderId).map(({ status }) => status)).toEqual(["canceled"]);
});
