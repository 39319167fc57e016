import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { type App, startApp } from "./support/app";
import { type Client, clientOf } from "./support/client";
import { type EmulatorAccount, settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";
import { confirmation, signWebhook, type WebhookParts } from "./support/sign-webhook";

const RESULT = { status: 200 } as const;
const ADDRESS = "/api/webhooks/allscale";

type Receiver = {
  orderId: string;
  intentId: string;
  /** The body of a true confirmation of the order, with changes. */
  body(changes?: Record<string, unknown>): string;
  send(
    parts?: Partial<WebhookParts>,
    changeHeaders?: Record<string, string | undefined>,
  ): ReturnType<Client["request"]>;
  post(headers: Record<string, string>, body: string, target?: string): ReturnType<Client["request"]>;
  stored(): { status: string; attention: readonly string[]; events: number };
};

/** A fresh order of 5 USD, and a sender that signs like AllScale by code of its own; the emulator sends nothing. */
async function receiver({
  app,
  account,
  client,
}: {
  app: App;
  account: EmulatorAccount;
  client: Client;
}): Promise<Receiver> {
  const created = await client.checkout({ amount: "5.00" });
  const orderId = String(created.json.orderId);
  const intentId = (await account.intentOf(orderId)).id;
  const body: Receiver["body"] = (changes = {}) =>
    confirmation({ all_scale_checkout_intent_id: intentId, order_id: orderId, ...changes });
  const post: Receiver["post"] = (headers, text, target = ADDRESS) =>
    client.request("POST", target, { headers, body: text });
  return {
    orderId,
    intentId,
    body,
    post,
    send(parts = {}, changeHeaders = {}) {
      const signed = signWebhook({
        url: app.webhookUrl,
        apiKey: account.apiKey,
        apiSecret: account.apiSecret,
        body: body(),
        ...parts,
      });
      const headers = Object.entries({ ...signed.headers, ...changeHeaders }).filter(
        ([, value]) => value !== undefined,
      );
      return post(Object.fromEntries(headers) as Record<string, string>, signed.body);
    },
    stored() {
      const order = app.storedOrders().find(({ id }) => id === orderId);
      // What is done because it is paid comes a moment later, and is no change of the payment.
      const events = app.storedEvents(orderId).filter(({ source }) => source !== "effect");
      return { status: order?.status ?? "missing", attention: order?.attention ?? [], events: events.length };
    },
  };
}

test("a true delivery pays the order, and a second one changes nothing", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const body = hook.body();
  const signed = signWebhook({ url: app.webhookUrl, apiKey: account.apiKey, apiSecret: account.apiSecret, body });
  expect(await hook.post(signed.headers, body)).toMatchObject({ ...RESULT, json: { result: "paid" } });
  const after = hook.stored();
  expect(after.status).toBe("paid");

  expect(await hook.post(signed.headers, body), "the same bytes").toMatchObject({ json: { result: "duplicate" } });
  expect(await hook.send({ body }), "signed again").toMatchObject({ ...RESULT, json: { result: "duplicate" } });
  expect(hook.stored()).toEqual(after);
  expect((await client.order(hook.orderId)).json).toMatchObject({
    status: "paid",
    paid: true,
    terminal: true,
    receipt: {
      coin: "USDT",
      coinAmount: "5.000000",
      chainName: "Base",
      explorerUrl: `https://basescan.org/tx/0x${"ab".repeat(32)}`,
    },
  });
});

test("twenty copies at once settle once", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const body = hook.body();
  const answers = await Promise.all(Array.from({ length: 20 }, () => hook.send({ body })));
  const results = answers.map((answer) => answer.json.result).sort();
  expect(results).toEqual([...Array(19).fill("duplicate"), "paid"]);
  const paid = app.storedEvents(hook.orderId).filter((event) => event.to === "paid" && event.from !== "paid");
  expect(paid).toHaveLength(1);
});

const seconds = () => Math.floor(Date.now() / 1000);
const UNAUTHENTIC: [string, (hook: Receiver, app: App) => ReturnType<Client["request"]>][] = [
  ["no headers", (hook) => hook.post({ "content-type": "application/json" }, hook.body())],
  ["no signature", (hook) => hook.send({}, { "x-webhook-signature": undefined })],
  ["an empty signature", (hook) => hook.send({}, { "x-webhook-signature": "v1=" })],
  ["a short signature", (hook) => hook.send({}, { "x-webhook-signature": "v1=AAAA" })],
  ["a signature that is no base64", (hook) => hook.send({}, { "x-webhook-signature": "v1=%%%" })],
  ["another version", (hook) => hook.send({}, { "x-webhook-signature": "v2=AAAA" })],
  ["a wrong secret", (hook) => hook.send({ apiSecret: "st_wrong" })],
  ["another key", (hook) => hook.send({ apiKey: "st_other" })],
  ["another webhook id in the header", (hook) => hook.send({}, { "x-webhook-id": "wh_other" })],
  ["another nonce in the header", (hook) => hook.send({}, { "x-webhook-nonce": randomUUID() })],
  ["a webhook id that its body contradicts", (hook) => hook.send({ webhookId: "wh_header" })],
  ["301 s too old", (hook) => hook.send({ timestamp: seconds() - 301 })],
  ["310 s in the future", (hook) => hook.send({ timestamp: seconds() + 310 })],
  ["a time that is no number", (hook) => hook.send({}, { "x-webhook-timestamp": `${seconds()}abc` })],
  ["a signature for another path", (hook, app) => hook.send({ signedUrl: `${app.url}/api/webhooks/other` })],
  ["a signature for a query that is not there", (hook, app) => hook.send({ signedUrl: `${app.webhookUrl}?a=1` })],
];

for (const [name, send] of UNAUTHENTIC) {
  test(`a delivery with ${name} is refused and changes nothing`, async ({ app, account, client }) => {
    const hook = await receiver({ app, account, client });
    const before = hook.stored();
    const answer = await send(hook, app);
    expect(answer).toMatchObject({
      status: 401,
      json: { code: "unauthenticated", detail: "The delivery is not authenticated." },
    });
    expect(hook.stored()).toEqual(before);
  });
}

test("a body that was changed, or a query that was added, is refused", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const signed = signWebhook({
    url: app.webhookUrl,
    apiKey: account.apiKey,
    apiSecret: account.apiSecret,
    body: hook.body({ amount_cents: 1 }),
  });
  expect(
    (await hook.post(signed.headers, signed.body.replace('"amount_cents":1,', '"amount_cents":500,'))).status,
  ).toBe(401);
  expect((await hook.post(signed.headers, ` ${signed.body}`)).status).toBe(401);
  expect((await hook.post(signed.headers, signed.body, `${ADDRESS}?a=1`)).status).toBe(401);
  expect(hook.stored().status).toBe("pending");
});

test("a query that was signed with it is accepted, byte for byte", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  let result = "paid";
  for (const query of ["?b=2&a=%C3%A9+x&a=1", "?flag", "?a=%7e&b=~*'()", "?a=b=c&&d"]) {
    const { apiKey, apiSecret } = account;
    const signed = signWebhook({ url: `${app.webhookUrl}${query}`, apiKey, apiSecret, body: hook.body() });
    const answer = await hook.post(signed.headers, signed.body, `${ADDRESS}${query}`);
    expect(answer, query).toMatchObject({ json: { result } });
    result = "duplicate";
  }
});

test("a nonce cannot be used by a second delivery", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const nonce = randomUUID();
  expect(await hook.send({ nonce, body: hook.body({ amount_cents: 499 }) })).toMatchObject({
    json: { result: "needs_review" },
  });
  expect((await hook.send({ nonce })).status).toBe(401);
  expect(hook.stored().status).toBe("review");
});

test("a forged delivery does not use up the nonce of the true one", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const nonce = randomUUID();
  expect((await hook.send({ nonce, apiSecret: "st_wrong" })).status).toBe(401);
  expect(await hook.send({ nonce })).toMatchObject({ json: { result: "paid" } });
});

const WRONG_MONEY: [string, Record<string, unknown>][] = [
  ["one cent less", { amount_cents: 499 }],
  ["one cent more", { amount_cents: 501 }],
  ["another currency", { currency: 44, currency_symbol: "EUR" }],
  ["an unknown currency", { currency: 999 }],
  ["no amount", { amount_cents: null }],
  ["no currency", { currency: null }],
  ["a hundredth of the coins", { amount_coins: "0.050000" }],
  ["0.2 % fewer coins", { amount_coins: "4.990000" }],
  ["no coins", { amount_coins: null }],
  ["an unknown coin", { coin_symbol: "DOGE" }],
  ["another coin than the quoted one", { coin_symbol: "USDC" }],
  ["another order's id", { order_id: "another-order" }],
];
for (const [name, changes] of WRONG_MONEY) {
  test(`a confirmation with ${name} is for the merchant to review, never paid`, async ({ app, account, client }) => {
    const hook = await receiver({ app, account, client });
    expect(await hook.send({ body: hook.body(changes) })).toMatchObject({
      ...RESULT,
      json: { result: "needs_review" },
    });
    expect(hook.stored().status).toBe("review");
    expect((await client.order(hook.orderId)).json).toMatchObject({ status: "review", paid: false });
    expect((await hook.send({ body: hook.body(changes) })).json.result, "the same once more").not.toBe("paid");
    expect(hook.stored().status).toBe("review");
    expect((await hook.send()).json, "a confirmation with the right money, later").toEqual({ result: "paid" });
    expect(hook.stored().status).toBe("paid");
  });
}

test("a confirmation with too little money takes nothing back from an order that a poll found paid", async ({
  app,
  account,
  client,
}) => {
  const hook = await receiver({ app, account, client });
  await account.setStatus(hook.intentId, 20, { webhook: false });
  await eventually(async () => (await client.order(hook.orderId)).json.paid === true || undefined);
  const short = hook.body({ amount_coins: "0.010000", all_scale_transaction_id: null, tx_hash: null });
  for (const delivery of ["first", "signed again"]) {
    expect(await hook.send({ body: short }), delivery).toMatchObject({ ...RESULT, json: { result: "needs_review" } });
  }
  expect(hook.stored()).toMatchObject({ status: "paid", attention: ["money_mismatch"] });
  expect((await client.order(hook.orderId)).json).toMatchObject({
    status: "paid",
    paid: true,
    attention: ["money_mismatch"],
    receipt: { coinAmount: "5.000000" },
  });
  const warned = () =>
    app.logged().filter(({ event, orderId }) => event === "money_needs_review" && orderId === hook.orderId);
  expect(await eventually(() => warned()[0])).toMatchObject({
    level: "warn",
    paymentId: hook.intentId,
    source: "webhook",
    coins: "0.010000 USDT",
  });
});

test("more money than asked for is paid, and is pointed out", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  expect(await hook.send({ body: hook.body({ amount_coins: "5.100000" }) })).toMatchObject({
    json: { result: "paid" },
  });
  expect((await client.order(hook.orderId)).json).toMatchObject({ paid: true, attention: ["overpaid"] });
});

test("coins of a test network are no payment, and the receipt says where they are", async ({
  app,
  account,
  client,
}) => {
  const hook = await receiver({ app, account, client });
  const body = hook.body({ chain_id: 11155111 });
  expect(await hook.send({ body })).toMatchObject({ ...RESULT, json: { result: "needs_review" } });
  expect(hook.stored()).toMatchObject({ status: "review", attention: ["test_chain"] });
  expect((await client.order(hook.orderId)).json).toMatchObject({
    status: "review",
    paid: false,
    attention: ["test_chain"],
    receipt: { testChain: true, chainName: "Sepolia", chainId: 11155111 },
  });
});

test("a test store takes coins of a test network, and its receipt says so", async ({ account }) => {
  const app = await startApp({ ...settingsFor(account), ALLSCALE_TEST_STORE: "true" });
  const client = clientOf(app, randomAddress());
  const hook = await receiver({ app, account, client });
  expect(await hook.send({ body: hook.body({ chain_id: 11155111 }) })).toMatchObject({ json: { result: "paid" } });
  const { json } = await client.order(hook.orderId);
  expect(json).toMatchObject({ paid: true, receipt: { testChain: true, chainName: "Sepolia" } });
  expect(json).not.toHaveProperty("attention");
  await app.close();
});

for (const chainId of [null, 987_654_321]) {
  test(`money on the chain ${chainId} is paid, and is pointed out`, async ({ app, account, client }) => {
    const hook = await receiver({ app, account, client });
    expect(await hook.send({ body: hook.body({ chain_id: chainId }) })).toMatchObject({ json: { result: "paid" } });
    const { json } = await client.order(hook.orderId);
    expect(json).toMatchObject({ paid: true, attention: ["unknown_chain"], receipt: { testChain: false, chainId } });
    expect(json.receipt).toMatchObject({ explorerUrl: null });
  });
}

test("what has to happen because an order is paid happens once, however often that is reported", async ({
  app,
  account,
  client,
}) => {
  const hook = await receiver({ app, account, client });
  const body = hook.body();
  await account.setStatus(hook.intentId, 20, { webhook: false });
  const report = () =>
    Promise.all([
      ...Array.from({ length: 3 }, () => hook.send({ body })),
      ...Array.from({ length: 5 }, () => client.order(hook.orderId)),
      client.request("GET", `/orders/${hook.orderId}`),
    ]);
  const done = () => app.logged().filter(({ event, orderId }) => event === "effect_done" && orderId === hook.orderId);
  await report();
  await eventually(() => done()[0]);
  await report();
  expect(done()).toMatchObject([{ effect: "on_paid", attempt: 1 }]);
  const { effects } = app.storedOrders().find(({ id }) => id === hook.orderId) ?? {};
  expect(effects).toMatchObject([{ name: "on_paid", doneAt: expect.any(Number) }]);
  expect(app.storedEvents(hook.orderId).filter(({ type }) => type === "effect_done")).toHaveLength(1);
});

const UNKNOWN_INTENT = "65b2f3d0d2d9c0a1b2c3d4e5";

test("a payment that is not known is asked for again", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const body = hook.body({ all_scale_checkout_intent_id: UNKNOWN_INTENT, order_id: null });
  const signed = signWebhook({ url: app.webhookUrl, apiKey: account.apiKey, apiSecret: account.apiSecret, body });
  for (const attempt of ["first", "retry of the same bytes"]) {
    const answer = await hook.post(signed.headers, body);
    expect(answer, attempt).toMatchObject({ status: 503, json: { code: "unknown_payment" } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  // It could not be stored, so its nonce is free again for the retry, which a provider signs again.
  const nonce = signed.headers["x-webhook-nonce"] ?? "";
  expect(await hook.send({ nonce, body })).toMatchObject({ status: 503 });
  expect(await hook.send({ nonce })).toMatchObject({ json: { result: "paid" } });
});

test("there is no webhook of a provider that is not known", async ({ client }) => {
  const answer = await client.request("POST", "/api/webhooks/acme", { body: "{}" });
  expect(answer).toMatchObject({ status: 404, json: { code: "not_found" } });
});

/** Next's own router answers some of these with a redirect, which a provider does not follow. */
for (const target of [
  "//api/webhooks/allscale",
  "/api//webhooks///allscale?a=1",
  "/api/webhooks/allscale/",
  "/api/webhooks/a%6clscale",
  "/api/webhooks/a%6Clscale",
]) {
  test(`a delivery to ${target} is taken in, signed for the path as it was sent`, async ({ app, account, client }) => {
    const hook = await receiver({ app, account, client });
    const { apiKey, apiSecret } = account;
    const signed = signWebhook({ url: app.url + target, apiKey, apiSecret, body: hook.body() });
    expect(await hook.post(signed.headers, signed.body), "at another spelling").toMatchObject({ status: 401 });
    expect(await hook.post(signed.headers, signed.body, target)).toMatchObject({
      status: 200,
      json: { result: "paid" },
    });
  });
}

test("what cannot be read after a good signature is refused", async ({ app, account, client }) => {
  const hook = await receiver({ app, account, client });
  const webhookId = "wh_x";
  for (const body of ["{", "[]", "null", '{"webhook_id":"wh_x"}', hook.body({ amount_cents: "500" })]) {
    const nonce = randomUUID();
    const timestamp = seconds();
    for (const status of [400, 401]) {
      expect(await hook.send({ body, webhookId, nonce, timestamp }), body.slice(0, 30)).toMatchObject({ status });
    }
  }
  expect((await hook.send({ body: `"${"x".repeat(70_000)}"`, webhookId })).status).toBe(413);
  expect(hook.stored().status).toBe("pending");
});

test("bodies as other languages write them are understood", async ({ app, account, client }) => {
  const spellings: ((json: string) => string)[] = [
    (json) => json.replaceAll("/", "\\/"),
    (json) => json.replaceAll('":', '": ').replaceAll(',"', ', "'),
    (json) => json.replace('"user_name":null', '"user_name":"Zo\\u00eb \\ud83d\\ude80"'),
    (json) => json.replace('"user_name":null', '"user_name":"Zoë 🚀"'),
    (json) => JSON.stringify(JSON.parse(json), null, 2),
  ];
  for (const spell of spellings) {
    const hook = await receiver({ app, account, client });
    const body = hook.body();
    const webhookId = (JSON.parse(body) as { webhook_id: string }).webhook_id;
    expect(await hook.send({ body: spell(body), webhookId })).toMatchObject({ json: { result: "paid" } });
  }
});
