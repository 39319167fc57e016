import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { eventually } from "../test/eventually";
import { openSinks, textOf } from "../test/notification-sinks";
import { test as base, expect } from "./support/fixtures";
import { type LoggedDelivery, openSteeredShop, type SteeredShop } from "./support/steered-shop";

type Notified = { shop: SteeredShop; sinks: Awaited<ReturnType<typeof openSinks>>; secret: string };

/** A shop that notifies sinks on this machine. Telegram's address is no setting, so it is tested without the app. */
const test = base.extend<{ notified: Notified }>({
  notified: async ({ playwright: _ }, use) => {
    const sinks = await openSinks();
    const { NOTIFY_TELEGRAM_BOT_TOKEN: _token, NOTIFY_TELEGRAM_CHAT_ID: _chat, ...env } = sinks.env;
    const secret = `whsec_${randomBytes(32).toString("base64")}`;
    const shop = await openSteeredShop({}, { ...env, NOTIFY_WEBHOOK_SECRET: secret });
    await use({ shop, sinks, secret });
    await shop.close();
    await sinks.close();
  },
});

test("one paid order is one message in each channel, although its webhook came three times and two pages polled", async ({
  notified: { shop, sinks, secret },
  page,
}) => {
  const created = await shop.client.checkout({ amount: "5.00", name: "@everyone <b>", message: "a private word" });
  const orderId = String(created.json.orderId);
  const { id: paymentId } = await shop.account.intentOf(orderId);
  await page.goto(String(created.json.orderUrl));
  await shop.account.setStatus(paymentId, 20);
  const [delivery] = await shop.deliveries(paymentId, 1);
  const replay = (raw: boolean) =>
    shop.account.control<LoggedDelivery>("POST", `/deliveries/${delivery?.id}/replay`, { raw });
  await Promise.all([replay(true), replay(false), shop.client.order(orderId), shop.client.order(orderId)]);
  await expect(page.getByTestId("order-receipt")).toBeVisible();
  const { effects } = await shop.fulfilled(orderId);
  expect(effects.map(({ name }) => name)).toEqual(["on_paid", "notify_webhook", "notify_discord", "notify_email"]);
  await shop.cron();
  expect(sinks.counts()).toEqual([1, 1, 0, 1]);

  const [hook] = sinks.webhook.posts;
  const verified = new Webhook(secret).verify(hook?.body ?? "", hook?.headers as Record<string, string>);
  expect(verified).toMatchObject({ type: "order.paid", data: { orderId, amount: "5.00", payer: { message: null } } });
  for (const text of [hook?.body, sinks.discord.posts[0]?.body, sinks.email.mails.map(textOf).join()]) {
    expect(text).not.toContain("a private word");
  }
});

test("a channel that is down or half set up keeps no payer waiting, and its secrets are nowhere in the log", async ({
  notified: { shop, sinks, secret },
}) => {
  sinks.setDown(true);
  const { orderId, intentId } = await shop.open();
  await shop.account.setStatus(intentId, 20);
  await eventually(async () => (await shop.client.order(orderId)).json.paid || undefined);
  const failures = await eventually(() => {
    const failed = shop.app.logged().filter(({ event }) => event === "effect_failed");
    return failed.length >= 3 ? failed : undefined;
  });
  expect(failures.map(({ effect }) => effect).toSorted()).toEqual(["notify_discord", "notify_email", "notify_webhook"]);
  const canaries = [secret, "query-token-in-tests", "discord-token_in-tests"];
  for (const canary of canaries) expect(shop.app.log()).not.toContain(canary);

  // Half a group of settings is named, and stops new payments.
  await shop.app.restart({ NOTIFY_WEBHOOK_SECRET: "" });
  const { status, text } = await shop.client.request("GET", "/api/health");
  expect(status).toBe(503);
  expect(text).toContain("NOTIFY_WEBHOOK_SECRET");
  expect(await shop.client.checkout({ amount: "5.00" })).toMatchObject({ status: 503 });
  expect(shop.app.log()).not.toContain("query-token-in-tests");
});
