import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { startRedisServer } from "../test/redis-server";
import { startUpstashBridge } from "../test/upstash-bridge";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { registerAccount, settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { signWebhook } from "./support/sign-webhook";

test("without credentials the app serves, names what is missing and refuses payments", async ({ page }) => {
  const app = await startApp({});
  const client = clientOf(app, randomAddress());
  const health = await client.request("GET", "/api/health");
  expect(health.status).toBe(503);
  expect(health.json.errors).toEqual([
    { field: "ALLSCALE_API_KEY", message: "is not set" },
    { field: "ALLSCALE_API_SECRET", message: "is not set" },
  ]);
  const refused = await client.checkout({ amount: "5.00" });
  expect(refused).toMatchObject({ status: 503, json: { code: "not_configured" } });
  expect(refused.json.detail).toContain("ALLSCALE_API_SECRET");
  const webhook = await client.request("POST", "/api/webhooks/allscale", { body: "{}" });
  expect(webhook.status).toBe(503);

  await page.goto(app.url);
  await expect(page.getByTestId("tip-not-ready")).toBeVisible();
  await expect(page.getByTestId("tip-setup-problem")).toHaveText([/ALLSCALE_API_KEY/, /ALLSCALE_API_SECRET/]);
  await expect(page.getByTestId("tip-form")).toHaveCount(0);
  expect(app.log()).toContain('"name":"ALLSCALE_API_KEY"');
  await app.close();
});

const WRONG: [string, Record<string, string>, string][] = [
  ["an unknown currency", { ALLSCALE_CURRENCY: "XYZ" }, "currency_unsupported"],
  ["half a Redis pair", { UPSTASH_REDIS_REST_URL: "https://x.upstash.io" }, "not_configured"],
  ["a serverless host without Redis", { VERCEL: "1" }, "not_configured"],
  ["an emulator in production", { VERCEL_ENV: "production" }, "not_configured"],
];
for (const [name, settings, code] of WRONG) {
  test(`with ${name} no payment is opened`, async () => {
    const account = await registerAccount();
    const app = await startApp({ ...settingsFor(account), ...settings });
    const client = clientOf(app, randomAddress());
    expect(await client.checkout({ amount: "5.00" })).toMatchObject({ status: 503, json: { code } });
    expect((await client.request("GET", "/api/health")).status).toBe(503);
    expect(await account.requests("create")).toBe(0);
    await app.close();
  });
}

test("with no proxy in front the connection's own address counts, whatever headers claim", async () => {
  const account = await registerAccount();
  const app = await startApp({ ...settingsFor(account), TRUSTED_PROXY_HOPS: "0" });
  const from = (localAddress: string, forwardedFor: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": "application/json", "x-forwarded-for": forwardedFor };
      const sent = request(`${app.url}/api/checkout`, { method: "POST", headers, localAddress, agent: false });
      sent.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on("error", reject);
      sent.end('{"amount":"5.00"}');
    });
  const statuses = [];
  for (let count = 1; count <= 6; count += 1) statuses.push(await from("127.0.0.1", `198.18.7.${count}`));
  expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  expect(await from("127.0.0.2", "198.18.7.1")).toBe(201);
  await app.close();
});

test("during a rotation webhooks of both secrets are believed, and a pasted newline is told by name", async () => {
  const account = await registerAccount({ webhooks: false });
  const app = await startApp({
    ...settingsFor(account),
    ALLSCALE_API_SECRET: `${account.apiSecret}\n`,
    ALLSCALE_API_SECRET_PREVIOUS: "st_the_secret_before",
  });
  const client = clientOf(app, randomAddress());
  for (const apiSecret of [account.apiSecret, "st_the_secret_before"]) {
    const created = await client.checkout({ amount: "5.00" });
    expect(created.status).toBe(201);
    const intent = await account.intentOf(String(created.json.orderId));
    const body = JSON.stringify({
      webhook_id: `wh_${intent.id}`,
      all_scale_checkout_intent_id: intent.id,
      amount_cents: 500,
      currency: 1,
      amount_coins: "5.000000",
      coin_symbol: "USDT",
    });
    const signed = signWebhook({ url: app.webhookUrl, apiKey: account.apiKey, apiSecret, body });
    expect(await client.request("POST", "/api/webhooks/allscale", signed)).toMatchObject({ json: { result: "paid" } });
  }
  const health = await client.request("GET", "/api/health");
  expect(health).toMatchObject({ status: 200, json: { warnings: [{ name: "ALLSCALE_API_SECRET" }] } });
  expect(health.text + app.log()).not.toContain(account.apiSecret);
  expect(app.log()).toContain('"name":"ALLSCALE_API_SECRET","problem":"has spaces');
  await app.close();
});

test("yen are typed without decimals and sent as hundredths", async () => {
  const account = await registerAccount();
  const app = await startApp({ ...settingsFor(account), ALLSCALE_CURRENCY: "JPY" });
  const client = clientOf(app, randomAddress());
  expect((await client.checkout({ amount: "500.5" })).status).toBe(400);
  const created = await client.checkout({ amount: "500" });
  expect(created.status).toBe(201);
  expect((await account.intentOf(String(created.json.orderId))).order.amountCents).toBe(50_000);
  await app.close();
});

test("a price in a stable coin is settled by coins alone", async () => {
  const account = await registerAccount();
  const app = await startApp({ ...settingsFor(account), ALLSCALE_CURRENCY: "USDC" });
  await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
  const client = clientOf(app, randomAddress());
  const created = await client.checkout({ amount: "5.00" });
  const intent = await account.intentOf(String(created.json.orderId));
  await account.setStatus(intent.id, 20);
  await expect.poll(async () => (await client.order(String(created.json.orderId))).json.status).toBe("paid");
  await app.close();
});

test("the whole flow runs on Redis", async () => {
  const redis = await startRedisServer();
  const bridge = await startUpstashBridge({ redisPort: redis.port, token: "redis-canary-token" });
  const account = await registerAccount();
  const settings = { ...settingsFor(account), KV_REST_API_URL: bridge.url, KV_REST_API_TOKEN: bridge.token };
  const [first, second] = await Promise.all([startApp(settings), startApp(settings)]);
  await account.control("POST", "/settings", { webhookUrl: second.webhookUrl });
  const address = randomAddress();
  const client = clientOf(first, address);
  expect((await client.request("GET", "/api/health")).json).toEqual({
    status: "ok",
    store: "redis",
    provider: "allscale",
  });

  const created = await client.checkout({ amount: "5.00" });
  const orderId = String(created.json.orderId);
  await account.setStatus((await account.intentOf(orderId)).id, 20);
  await expect.poll(async () => (await client.order(orderId)).json.status).toBe("paid");

  // Two processes on one store share one limit.
  const other = clientOf(second, address);
  const answers = [];
  for (let count = 2; count <= 6; count += 1)
    answers.push(await (count % 2 ? client : other).checkout({ amount: "5.00" }));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 429]);
  expect(first.log() + second.log()).not.toContain(bridge.token);
  await bridge.close();
  const health = await client.request("GET", "/api/health");
  expect(health).toMatchObject({ status: 503, json: { code: "store_unavailable" } });
  expect(health.json.detail, "the setting that is in use").toMatch(/^KV_REST_API_URL cannot be used: [^.]*\.$/);
  await Promise.all([first.close(), second.close()]);
  await redis.close();
});

test("an answered webhook survives a kill of the server", async () => {
  const account = await registerAccount({ webhooks: false });
  const app = await startApp({ ...settingsFor(account), RATE_LIMIT_CHECKOUT: "100/60s" });
  const client = clientOf(app, randomAddress());
  for (let round = 0; round < 2; round += 1) {
    const created = await client.checkout({ amount: "5.00" });
    const orderId = String(created.json.orderId);
    const intent = await account.intentOf(orderId);
    const body = JSON.stringify({
      webhook_id: `wh_${round}`,
      all_scale_transaction_id: `tx_${round}`,
      all_scale_checkout_intent_id: intent.id,
      amount_cents: 500,
      currency: 1,
      amount_coins: "5.000000",
      coin_symbol: "USDT",
    });
    const signed = signWebhook({ url: app.webhookUrl, apiKey: account.apiKey, apiSecret: account.apiSecret, body });
    expect(await client.request("POST", "/api/webhooks/allscale", signed)).toMatchObject({ json: { result: "paid" } });
    await app.restart();
    expect((await client.order(orderId)).json.status).toBe("paid");
    expect(await client.request("POST", "/api/webhooks/allscale", signed)).toMatchObject({
      json: { result: "duplicate" },
    });
  }
  await app.close();
});

test("the secret is in no file for the client, no answer and no log line", async ({ page }) => {
  const account = await registerAccount();
  const app = await startApp({ ...settingsFor(account), ALLSCALE_API_SECRET_PREVIOUS: "canary-previous-0001" });
  await account.control("POST", "/settings", { webhookUrl: app.webhookUrl });
  const seen: string[] = [];
  page.on("response", async (response) => {
    const body = await response.text().catch(() => "");
    seen.push(JSON.stringify(response.headers()), body);
  });
  await page.goto(app.url);
  const client = clientOf(app, randomAddress());
  const created = await client.checkout({ amount: "5.00" });
  const orderId = String(created.json.orderId);
  await page.goto(`${app.url}/orders/${orderId}`);
  await account.setStatus((await account.intentOf(orderId)).id, 20);
  await expect.poll(async () => (await client.order(orderId)).json.status).toBe("paid");
  const answers = [
    created,
    await client.order(orderId),
    await client.checkout({ amount: "x" }),
    await client.request("GET", "/api/health"),
    await client.request("POST", "/api/webhooks/allscale", { headers: { "x-api-key": account.apiKey }, body: "{}" }),
  ];
  for (const answer of answers) seen.push(answer.text, JSON.stringify([...answer.headers]));
  seen.push(app.log(), ...filesBelow(".next/static").map((file) => readFileSync(file, "utf8")));

  expect(app.log()).toContain("webhook_accepted");
  for (const secret of [account.apiSecret, "canary-previous-0001"]) {
    expect(seen.filter((text) => text.includes(secret))).toEqual([]);
  }
  await app.close();
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
