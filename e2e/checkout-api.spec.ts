import { randomUUID } from "node:crypto";
import { eventually } from "../test/eventually";
import { startApp } from "./support/app";
import { clientOf } from "./support/client";
import { registerAccount, settingsFor } from "./support/emulator";
import { expect, randomAddress, test } from "./support/fixtures";

/** What the emulator was asked to create for this worker's account so far. */
type Created = () => Promise<number>;
const scenario = test.extend<{ created: Created }>({
  created: ({ account }, use) => use(() => account.requests("create")),
});

scenario("a payment is opened with what the contract names", async ({ client, account, app }) => {
  const answer = await client.checkout({ amount: "5.00", name: "Zoë", message: "Thanks ☕", anonymous: false });
  expect(answer.status).toBe(201);
  const { orderId, orderUrl, checkoutUrl, status } = answer.json;
  expect(String(orderId)).toMatch(/^[A-Za-z0-9_-]{22,}$/);
  expect(orderUrl).toBe(`${app.url}/orders/${orderId}`);
  expect(String(checkoutUrl)).toContain(account.baseUrl);
  expect(status).toBe("pending");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("x-request-id")).toBeTruthy();

  const intent = await account.intentOf(String(orderId));
  expect(intent.order).toMatchObject({ amountCents: 500, orderId, redirectUrl: orderUrl });
  expect(JSON.stringify(intent)).not.toContain("Thanks ☕");
  expect(JSON.stringify(intent)).not.toContain("Zoë");
});

const UNREADABLE = ["-5", "1e3", "1,000", "five", "", "5.001", "+5", "٥", "0x10", "Infinity", "NaN", ".5", "5."];
for (const [amount, code] of [
  ...UNREADABLE.map((text) => [text, "amount_invalid"] as const),
  ["0", "amount_too_low"],
  ["0.00", "amount_too_low"],
  ["0.07", "amount_too_low"],
  ["1000000000", "amount_too_high"],
  ["99999999999999999999", "amount_too_high"],
  ["9".repeat(33), "amount_too_high"],
] as const) {
  scenario(`the amount ${JSON.stringify(amount)} is refused by field`, async ({ client, created }) => {
    const before = await created();
    for (const answer of [await client.checkout({ amount }), await client.form({ amount })]) {
      expect(answer.status).toBe(400);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect(answer.json).toMatchObject({ code: "validation", status: 400, errors: [{ field: "amount", code }] });
      expect(answer.json.requestId).toBe(answer.headers.get("x-request-id"));
    }
    expect(await created()).toBe(before);
  });
}

scenario("a form may write an amount as people do, and JSON may not", async ({ client, account, created }) => {
  const before = await created();
  const typed = ["6,25", " 6.25", "６.２５", "$6.25", "\u200e6.25\u200b"];
  for (const amount of typed) {
    const errors = [{ field: "amount", code: "amount_invalid" }];
    expect(await client.checkout({ amount }), amount).toMatchObject({ status: 400, json: { errors } });
  }
  expect(await created()).toBe(before);
  for (const customAmount of typed) {
    expect((await client.form({ amount: "other", customAmount })).status, customAmount).toBe(303);
  }
  const opened = (await account.intents()).filter(({ order }) => order.amountCents === 625);
  expect(opened).toHaveLength(typed.length);
});

for (const [body, field, message] of [
  [{}, "amount", /decimal string/],
  [{ amount: 5 }, "amount", /decimal string/],
  [{ amount: null }, "amount", /decimal string/],
  [{ amount: ["5"] }, "amount", /decimal string/],
  [{ amount: "5.00", name: null }, "name", /must be text/],
  [{ amount: "5.00", message: 5 }, "message", /must be text/],
  [{ amount: "5.00", anonymous: "yes" }, "anonymous", /true or false/],
  [[], "body", /an object/],
  ["5.00", "body", /an object/],
  [null, "body", /an object/],
] as const) {
  scenario(`the body ${JSON.stringify(body)} is refused by field`, async ({ client, created }) => {
    const before = await created();
    const errors = [{ field, message: expect.stringMatching(message) }];
    expect(await client.checkout(body)).toMatchObject({ status: 400, json: { code: "validation", errors } });
    expect(await created()).toBe(before);
  });
}

scenario("the largest and the smallest amount pass, one unit beyond does not", async ({ client }) => {
  expect((await client.checkout({ amount: "10000.00" })).status).toBe(201);
  expect((await client.checkout({ amount: "10000.01" })).status).toBe(400);
  expect((await client.checkout({ amount: "1" })).status).toBe(201);
  expect((await client.checkout({ amount: "0.99" })).status).toBe(400);
});

scenario("other bodies are refused for what is wrong with them", async ({ client }) => {
  const post = (contentType: string, body: BodyInit) =>
    client.request("POST", "/api/checkout", { headers: { "content-type": contentType }, body });
  expect(await post("application/json", "{")).toMatchObject({ status: 400, json: { code: "unreadable" } });
  expect(await post("application/json", new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ status: 400 });
  expect(await post("text/plain", '{"amount":"5.00"}')).toMatchObject({
    status: 415,
    json: { code: "unsupported_type" },
  });
  expect(await post("application/json", " ".repeat(9_000))).toMatchObject({
    status: 413,
    json: { code: "body_too_large" },
  });
  expect(await client.checkout({ amount: "5.00", message: "x".repeat(281) })).toMatchObject({
    status: 400,
    json: { errors: [{ field: "message", code: "too_long" }] },
  });
});

scenario("a plain form is sent on to the hosted checkout", async ({ client, account }) => {
  const answer = await client.form({ amount: "5" });
  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toContain(`${account.baseUrl}/`);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  const typed = await client.form({ amount: "other", customAmount: "7.50" });
  expect(typed.status).toBe(303);
  expect((await account.intents()).some((intent) => intent.order.amountCents === 750)).toBe(true);
});

scenario("a form that a browser sent comes back to the page with what was typed", async ({ client }) => {
  const fields = { amount: "other", customAmount: "1,000", message: "Für dich & <b>" };
  const answer = await client.form(fields, { accept: "text/html,application/xhtml+xml" });
  expect(answer.status).toBe(303);
  const location = new URL(answer.headers.get("location") ?? "", "http://x");
  expect(location.pathname).toBe("/");
  expect(Object.fromEntries(location.searchParams)).toEqual({ error: "amount_invalid", field: "amount", ...fields });
});

scenario("twenty copies with one idempotency key open one payment and get one answer", async ({ client, created }) => {
  const before = await created();
  const key = randomUUID();
  const copies = Array.from({ length: 20 }, () => client.checkout({ amount: "5.00" }, { "idempotency-key": key }));
  const answers = await Promise.all(copies);
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
  expect(await created()).toBe(before + 1);

  const other = await client.checkout({ amount: "6.00" }, { "idempotency-key": key });
  expect(other).toMatchObject({ status: 409, json: { code: "idempotency_conflict" } });
  const again = await client.checkout({ amount: "5.00" }, { "idempotency-key": key });
  expect(again.text).toBe(answers[0]?.text);
  expect(await created()).toBe(before + 1);
});

scenario("an idempotency key that could be another client's is refused", async ({ client, created }) => {
  const before = await created();
  const send = (key: string) => client.checkout({ amount: "5.00" }, { "idempotency-key": key });
  for (const key of ["", "1", "x".repeat(15), "x".repeat(201)]) {
    expect(await send(key), `${key.length} characters`).toMatchObject({ status: 400, json: { code: "validation" } });
  }
  expect(await created()).toBe(before);
  for (const length of [16, 200]) expect((await send("k".repeat(length))).status, `${length}`).toBe(201);
});

scenario("the sixth payment within a minute from one address is refused", async ({ app, created, address }) => {
  const before = await created();
  const client = clientOf(app, address);
  for (let count = 1; count <= 5; count += 1) expect((await client.checkout({ amount: "5.00" })).status).toBe(201);
  // What stands left of the proxy's entry is the sender's own claim, so it buys nothing.
  const sixth = await client.checkout({ amount: "5.00" }, { "x-forwarded-for": `6.6.6.6, ${address}` });
  expect(sixth).toMatchObject({ status: 429, json: { code: "rate_limited" } });
  expect(Number(sixth.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(Number(sixth.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  expect(await created()).toBe(before + 5);
  expect((await clientOf(app, randomAddress()).checkout({ amount: "5.00" })).status).toBe(201);
});

scenario(
  "a network at its limit gets rate_limited, and everyone gets busy when the store is at its ceiling",
  async () => {
    const account = await registerAccount();
    const app = await startApp({ ...settingsFor(account), RATE_LIMIT_CHECKOUT: "1/60s" });
    const from = (network: number, host: number) => clientOf(app, `198.19.${network}.${host}`);
    const flood = async (network: number) => {
      const hosts = Array.from({ length: 25 }, (_, host) => from(network, host).checkout({ amount: "5.00" }));
      expect((await Promise.all(hosts)).map(({ status }) => status)).toEqual(Array(25).fill(201));
    };
    await flood(0);
    const crowded = await from(0, 200).checkout({ amount: "5.00" });
    expect(crowded).toMatchObject({ status: 429, json: { code: "rate_limited" } });
    expect(crowded.json.detail).toMatch(/your network/);

    for (const network of [1, 2, 3]) await flood(network);
    const stranger = from(9, 1);
    const busy = await stranger.checkout({ amount: "5.00" });
    expect(busy).toMatchObject({ status: 429, json: { code: "busy" } });
    expect(busy.json.detail).toMatch(/not by you/);
    expect(Number(busy.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    const form = await stranger.form({ amount: "5" }, { accept: "text/html" });
    expect(form.headers.get("location")).toMatch(/^\/\?error=busy&/);
    expect(await account.requests("create")).toBe(100);

    const refused = () => app.logged().flatMap(({ event, by }) => (event === "rate_limited" ? [by] : []));
    await expect.poll(refused).toEqual(expect.arrayContaining(["network", "store"]));
    await expect
      .poll(async () => (await stranger.request("GET", "/api/health")).json.refused)
      .toEqual({ address: 0, network: 1, store: 2 });
    await app.close();
  },
);

scenario("600 polls a minute from one address are answered, and no more", async ({ account }) => {
  // Empty counts as unset.
  const app = await startApp({ ...settingsFor(account), RATE_LIMIT_STATUS: "" });
  const client = clientOf(app, randomAddress());
  const poll = () => client.order("AAAAAAAAAAAAAAAAAAAAAAAA");
  for (let batch = 0; batch < 6; batch += 1) {
    const answers = await Promise.all(Array.from({ length: 100 }, poll));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(404));
  }
  const over = await poll();
  expect(over).toMatchObject({ status: 429, json: { code: "rate_limited" } });
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  await app.close();
});

scenario(
  "pages ask the provider no more often than polls may, and go on showing what is stored",
  async ({ account }) => {
    const app = await startApp({ ...settingsFor(account), RATE_LIMIT_STATUS: "5/60s", RATE_LIMIT_CHECKOUT: "50/60s" });
    const client = clientOf(app, randomAddress());
    const paths: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      paths.push(`/orders/${(await client.checkout({ amount: "5.00" })).json.orderId}`);
    }
    const before = await account.requests("status");
    for (const path of [...paths, ...paths]) {
      const { status, text } = await client.request("GET", path);
      expect(status).toBe(200);
      expect(text).toContain('data-order-state="pending"');
    }
    const asked = (await account.requests("status")) - before;
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(asked).toBeLessThanOrEqual(5);
    expect(await client.request("GET", `/api${paths[0]}`)).toMatchObject({ status: 429 });
    await app.close();
  },
);

scenario("the same request has the same answer, whatever became of its order", async ({ client, account }) => {
  const key = { "idempotency-key": randomUUID() };
  const { status, json } = await client.checkout({ amount: "5.00" }, key);
  await account.setStatus((await account.intentOf(String(json.orderId))).id, 20);
  await eventually(async () => (await client.order(String(json.orderId))).json.paid === true || undefined);
  expect(await client.checkout({ amount: "5.00" }, key)).toMatchObject({ status, json });
});

scenario("an unknown order and a malformed id get the same 404", async ({ client }) => {
  const ids = ["AAAAAAAAAAAAAAAAAAAAAAAA", "x", "..%2f..%2fetc", "%00", "__proto__", "A".repeat(500)];
  const answers = await Promise.all(ids.map((id) => client.order(id)));
  const bodies = answers.map(({ status, json }) => ({ status, ...json, requestId: "" }));
  expect(bodies[0]).toMatchObject({ status: 404, code: "not_found" });
  for (const body of bodies) expect(body).toEqual(bodies[0]);
});

scenario("other methods and other routes get a problem too", async ({ client }) => {
  for (const [method, path, status] of [
    ["GET", "/api/checkout", 405],
    ["DELETE", "/api/orders/x", 405],
    ["GET", "/api/webhooks/allscale", 405],
    ["POST", "/api/webhooks/acme", 404],
    ["POST", "/api/checkout/", 415],
    ["GET", "/api/nothing/here", 404],
    ["GET", "/api", 404],
    ["GET", "/api/", 404],
  ] as const) {
    const answer = await client.request(method, path);
    expect(answer).toMatchObject({ status, json: { status } });
    expect(answer.headers.get("x-request-id")).toBeTruthy();
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
  const options = await client.request("OPTIONS", "/api/checkout");
  expect([options.status, options.headers.get("allow")]).toEqual([204, "POST"]);
  expect(options.headers.get("x-request-id")).toBeTruthy();
});

scenario("an order shows what the payer may see and no more", async ({ client }) => {
  const created = await client.checkout({ amount: "5.00", name: "Zoë", message: "a private word" });
  const orderId = String(created.json.orderId);
  // Delayed where the provider took long to answer, on a busy machine.
  const answer = await eventually(async () => {
    const read = await client.order(orderId);
    return read.json.delayed === true ? undefined : read;
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.json).toEqual({
    orderId: created.json.orderId,
    status: "pending",
    paid: false,
    terminal: false,
    amount: "5.00",
    currency: "USD",
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    provider: "AllScale",
    canPayAgain: false,
    checkoutUrl: created.json.checkoutUrl,
  });
});

scenario("a receipt shows the rate as coins for one unit of the price", async ({ account }) => {
  const app = await startApp({ ...settingsFor(account), ALLSCALE_CURRENCY: "EUR" });
  const client = clientOf(app, randomAddress());
  const { orderId } = (await client.checkout({ amount: "5.00" })).json;
  await account.setStatus((await account.intentOf(String(orderId))).id, 20, { webhook: false });
  const { receipt } = await eventually(async () => {
    const { json } = await client.order(String(orderId));
    return json.paid === true ? (json as { receipt: Record<string, unknown> }) : undefined;
  });
  expect(receipt).toMatchObject({ coin: "USDT", testChain: false, rate: expect.stringMatching(/^\d\.\d{4}$/) });
  // Within the rounding of four decimals and of the coins.
  expect(Math.abs(5 * Number(receipt.rate) - Number(receipt.coinAmount))).toBeLessThan(0.001);
  await app.close();
});

scenario("however many ask, the provider is asked once in four seconds", async ({ client, account }) => {
  const created = await client.checkout({ amount: "5.00" });
  const before = await account.requests("status");
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 30 }, () => client.order(String(created.json.orderId))));
  const turns = 1 + Math.floor((performance.now() - startedAt) / 4_000);
  const asked = (await account.requests("status")) - before;
  expect(asked).toBeGreaterThanOrEqual(1);
  expect(asked).toBeLessThanOrEqual(turns);
});
