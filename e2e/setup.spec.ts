import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { startRedisServer } from "../test/redis-server";
import { startUpstashBridge } from "../test/upstash-bridge";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { registerAccount, settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { confirmation, signWebhook } from "./support/sign-webhook";

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

/** Settings with which no payment is opened, the one that is named for it, and what is said about it. */
const WRONG: [string, Record<string, string>, string, RegExp][] = [
  ["an unknown currency", { ALLSCALE_CURRENCY: "XYZ" }, "ALLSCALE_CURRENCY", /must be one of USD EUR/],
  ["half a Redis pair", { UPSTASH_REDIS_REST_URL: "https://x.upstash.io" }, "UPSTASH_REDIS_REST_TOKEN", /is not set/],
  ["a serverless host without Redis", { VERCEL: "1" }, "UPSTASH_REDIS_REST_URL", /keeps no files/],
  ["an emulator in production", { VERCEL_ENV: "production" }, "ALLSCALE_BASE_URL", /an emulator/],
  ["a path in the public address", { PUBLIC_URL: "https://example.com/tips" }, "PUBLIC_URL", /origin without a path/],
  [
    "a limit out of range",
    { RATE_LIMIT_CHECKOUT: "1000000/60s" },
    "RATE_LIMIT_CHECKOUT",
    /5\/60s.*1 to 999999.*1000000/,
  ],
  ["a number of proxies in words", { TRUSTED_PROXY_HOPS: "one" }, "TRUSTED_PROXY_HOPS", /from 0 to 9.*one/],
];
for (const [name, settings, setting, problem] of WRONG) {
  test(`with ${name} no payment is opened, and what is wanted is said by name`, async () => {
    const account = await registerAccount();
    const app = await startApp({ ...settingsFor(account), ...settings });
    const client = clientOf(app, randomAddress());
    const code = setting === "ALLSCALE_CURRENCY" ? "currency_unsupported" : "not_configured";
    expect(await client.checkout({ amount: "5.00" })).toMatchObject({ status: 503, json: { code } });
    const errors = [{ field: setting, message: expect.stringMatching(problem) }];
    expect(await client.request("GET", "/api/health")).toMatchObject({ status: 503, json: { errors } });
    const told = { event: "setting_problem", name: setting, problem: expect.stringMatching(problem) };
    await expect.poll(() => app.logged()).toContainEqual(expect.objectContaining(told));
    expect(await account.requests("create")).toBe(0);
    await app.close();
  });
}

const REAL = { ALLSCALE_API_KEY: "st_a_key_of_a_real_store", ALLSCALE_API_SECRET: "st_a_secret_of_a_real_store" };

for (const [name, publicUrl] of [
  ["none", ""],
  ["one of this machine", "http://127.0.0.1:4000"],
] as const) {
  test(`with real credentials and ${name} for a public address the app warns that no payer comes back`, async () => {
    const app = await startApp({ ...REAL, PUBLIC_URL: publicUrl });
    const health = await clientOf(app, randomAddress()).request("GET", "/api/health");
    const problem = expect.stringMatching(/only this machine.*https:\/\//);
    expect(health).toMatchObject({ status: 200, json: { warnings: [{ name: "PUBLIC_URL", problem }] } });
    const told = { event: "setting_warning", name: "PUBLIC_URL", problem };
    await expect.poll(() => app.logged()).toContainEqual(expect.objectContaining(told));
    await app.close();
  });
}

test("with no proxy in front the connection's own address counts, whatever headers claim, and it is said once", async () => {
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
  const warned = () => app.logged().filter(({ event }) => event === "setting_warning");
  const problem = expect.stringMatching(/share one rate limit/);
  await expect.poll(warned).toMatchObject([{ name: "TRUSTED_PROXY_HOPS", problem }]);
  const health = () => clientOf(app, randomAddress()).request("GET", "/api/health");
  await expect.poll(async () => (await health()).json.warnings).toMatchObject([{ name: "TRUSTED_PROXY_HOPS" }]);
  await app.close();
});

test("during a rotation webhooks of both secrets are believed, and a pasted newline is named", async () => {
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
    const body = confirmation({ all_scale_checkout_intent_id: intent.id });
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

test("a price in a stablecoin is settled by coins alone", async () => {
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
    refused: { address: 0, network: 0, store: 0 },
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
  // It names the setting that is in use. What it answers can be a few seconds old.
  const detail = expect.stringMatching(/^KV_REST_API_URL cannot be used: [^.]*\.$/);
  await expect
    .poll(() => client.request("GET", "/api/health"))
    .toMatchObject({ status: 503, json: { code: "store_unavailable", detail } });
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
    const body = confirmation({ all_scale_checkout_intent_id: intent.id });
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
