import { describe, expect, test } from "vitest";
import { onSqlite, stored } from "@/test/flow-support";
import { allscaleBench } from "@/test/providers/allscale";
import { besideEmulator } from "@/test/providers/beside-emulator";
import type { WebhookContent, WebhookDelivery } from "../provider";
import { parseWebhook } from "./provider";
import { authenticateWebhook, canonicalWebhook, sha256Hex, sign, WEBHOOK_HEADERS } from "./signing";
import { vectorNamed } from "./test-support/vectors";

const vector = vectorNamed("webhook_fiat_non_ascii");
const sentAt = Number(vector.timestamp) * 1_000;
const credentials = { apiKey: vector.api_key, secrets: [vector.api_secret] };

const genuine: WebhookDelivery = {
  method: vector.method,
  path: vector.path,
  query: vector.query,
  headers: new Headers(vector.headers),
  body: new TextEncoder().encode(vector.body),
  receivedAt: sentAt,
};

function withHeader(name: string, value: string | null): WebhookDelivery {
  const headers = new Headers(vector.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return { ...genuine, headers };
}

/** The delivery with another query or other headers, signed as AllScale would. */
async function signedDelivery(change: { query?: string; signedQuery?: string; secret?: string; timestamp?: string }) {
  const { query = "", secret = vector.api_secret, timestamp = vector.timestamp } = change;
  const canonical = canonicalWebhook({
    ...vector,
    query: change.signedQuery ?? query,
    timestamp,
    webhookId: vector.webhook_id,
    bodySha256: vector.body_sha256,
  });
  const headers = new Headers(vector.headers);
  headers.set("X-Webhook-Timestamp", timestamp);
  headers.set("X-Webhook-Signature", await sign(canonical, secret));
  return { ...genuine, query, headers };
}

test("the vector's delivery is accepted, and its replay key is the nonce and the hash of what was signed", async () => {
  expect(await authenticateWebhook(genuine, credentials)).toEqual({
    ok: true,
    deliveryId: "wh_0001",
    replay: { nonce: vector.nonce, fingerprint: await hashOf(vector.canonical), ttlMs: 610_000 },
  });
  expect(await hashOf(vector.canonical)).toBe("d14618e36615d64e0d35d8b1fbe508f9a46957f4d5ccf63022a44517aa3f7732");
});

test.each([-300, -299, 0, 299, 300])("a delivery that is %i s old is fresh", async (ageSeconds) => {
  const delivery = { ...genuine, receivedAt: sentAt + ageSeconds * 1_000 };
  expect((await authenticateWebhook(delivery, credentials)).ok).toBe(true);
});

test("the method is signed in upper case", async () => {
  expect((await authenticateWebhook({ ...genuine, method: "post" }, credentials)).ok).toBe(true);
});

test("the clock is read in whole seconds, as the timestamp is", async () => {
  const delivery = { ...genuine, receivedAt: sentAt + 300_999 };
  expect((await authenticateWebhook(delivery, credentials)).ok).toBe(true);
});

test.each([
  [301, "timestamp 301 s behind our clock"],
  [412, "timestamp 412 s behind our clock"],
  [-301, "timestamp 301 s ahead of our clock"],
])("a delivery that is %i s old is refused: %s", async (ageSeconds, diagnosis) => {
  const delivery = { ...genuine, receivedAt: sentAt + ageSeconds * 1_000 };
  expect(await authenticateWebhook(delivery, credentials)).toEqual({ ok: false, diagnosis });
});

describe("refused with a diagnosis", () => {
  const badSignature = "signature does not match: is this the webhook's secret?";
  test.each<[string, WebhookDelivery, string]>([
    [
      "no headers",
      { ...genuine, headers: new Headers() },
      "missing headers: X-API-Key, X-Webhook-Id, X-Webhook-Timestamp, X-Webhook-Nonce, X-Webhook-Signature",
    ],
    ["unsigned", withHeader("X-Webhook-Signature", null), "missing headers: X-Webhook-Signature"],
    ["empty nonce", withHeader("X-Webhook-Nonce", ""), "missing headers: X-Webhook-Nonce"],
    [
      "another store",
      withHeader("X-API-Key", "st_key_other"),
      "X-API-Key is not ours: is this another store's webhook?",
    ],
    ["endless id", withHeader("X-Webhook-Id", "w".repeat(201)), "the webhook id or nonce is too long"],
    ["endless nonce", withHeader("X-Webhook-Nonce", "n".repeat(201)), "the webhook id or nonce is too long"],
    ["hex time", withHeader("X-Webhook-Timestamp", "0x69800000"), "timestamp is not in seconds"],
    ["exponent time", withHeader("X-Webhook-Timestamp", "1.7700001e9"), "timestamp is not in seconds"],
    ["negative time", withHeader("X-Webhook-Timestamp", "-1770000100"), "timestamp is not in seconds"],
    ["two times", withHeader("X-Webhook-Timestamp", "1770000100, 1770000100"), "timestamp is not in seconds"],
    ["milliseconds", withHeader("X-Webhook-Timestamp", "1770000100000"), "timestamp is not in seconds"],
    ["shifted time", withHeader("X-Webhook-Timestamp", "1770000101"), badSignature],
    ["other id", withHeader("X-Webhook-Id", "wh_0002"), badSignature],
    ["other nonce", withHeader("X-Webhook-Nonce", "00000000-0000-4000-8000-0000000000a2"), badSignature],
    ["short signature", withHeader("X-Webhook-Signature", "v1=AAAA"), badSignature],
    ["no version", withHeader("X-Webhook-Signature", vector.signature), badSignature],
    ["other path", { ...genuine, path: "/hooks/allscale/" }, badSignature],
    ["other method", { ...genuine, method: "PUT" }, badSignature],
    ["query added", { ...genuine, query: "a=1" }, "signature covers no query: register the webhook URL without one"],
    ["empty body", { ...genuine, body: new Uint8Array() }, badSignature],
  ])("%s", async (_name, delivery, diagnosis) => {
    const result = await authenticateWebhook(delivery, credentials);
    expect(result).toEqual({ ok: false, diagnosis });
  });

  test("any one byte of the body changed", async () => {
    for (let index = 0; index < genuine.body.byteLength; index += 37) {
      const body = Uint8Array.from(genuine.body);
      body[index] = (body[index] ?? 0) ^ 1;
      expect((await authenticateWebhook({ ...genuine, body }, credentials)).ok).toBe(false);
    }
  });

  test("a body that was parsed and written again", async () => {
    const body = new TextEncoder().encode(JSON.stringify(JSON.parse(vector.body), null, 1));
    expect((await authenticateWebhook({ ...genuine, body }, credentials)).ok).toBe(false);
  });

  test("no diagnosis holds a secret, a key or a signature", async () => {
    const deliveries = [
      withHeader("X-Webhook-Nonce", "other"),
      withHeader("X-API-Key", "st_key_other"),
      { ...genuine, query: "a=1" },
    ];
    for (const delivery of deliveries) {
      const said = JSON.stringify(await authenticateWebhook(delivery, credentials));
      for (const private_ of [vector.api_secret, vector.api_key, vector.signature])
        expect(said).not.toContain(private_);
    }
  });
});

test("a query that was signed is part of the URL and accepted", async () => {
  const delivery = await signedDelivery({ query: "shop=1&b=%20" });
  expect((await authenticateWebhook(delivery, credentials)).ok).toBe(true);
  expect((await authenticateWebhook({ ...delivery, query: "" }, credentials)).ok).toBe(false);
});

test("the official plugin's empty query line is refused, and the log says why", async () => {
  const delivery = await signedDelivery({ query: "shop=1", signedQuery: "" });
  expect(await authenticateWebhook(delivery, credentials)).toEqual({
    ok: false,
    diagnosis: "signature covers no query: register the webhook URL without one",
  });
});

test("during a rotation the previous secret is accepted as well, and afterwards it is not", async () => {
  const delivery = await signedDelivery({ secret: "st_previous" });
  const rotating = { ...credentials, secrets: [vector.api_secret, "st_previous"] };
  expect((await authenticateWebhook(delivery, rotating)).ok).toBe(true);
  expect((await authenticateWebhook(genuine, rotating)).ok).toBe(true);
  expect((await authenticateWebhook(delivery, credentials)).ok).toBe(false);
});

test("without a secret nothing is accepted", async () => {
  expect((await authenticateWebhook(genuine, { ...credentials, secrets: [] })).ok).toBe(false);
  expect((await authenticateWebhook(genuine, { ...credentials, secrets: [""] })).ok).toBe(false);
});

test("the fingerprint differs when anything that was signed differs", async () => {
  const first = await authenticateWebhook(genuine, credentials);
  const later = await authenticateWebhook(await signedDelivery({ timestamp: "1770000101" }), credentials);
  if (!first.ok || !later.ok) throw new Error("Both deliveries are genuine.");
  expect(later.replay?.nonce).toBe(first.replay?.nonce);
  expect(later.replay?.fingerprint).not.toBe(first.replay?.fingerprint);
});

function hashOf(text: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(text));
}

const fiat = JSON.parse(vector.body) as Record<string, unknown>;

function parse(body: string | Uint8Array, webhookId = "wh_0001"): WebhookContent {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return parseWebhook({ ...withHeader("X-Webhook-Id", webhookId), body: bytes });
}

function parseWith(change: Record<string, unknown>): WebhookContent {
  return parse(JSON.stringify({ ...fiat, ...change }));
}

function observed(content: WebhookContent) {
  if (content.kind !== "event") throw new Error(`Not an event: ${JSON.stringify(content)}`);
  return content.observation;
}

test("the vector's body is a paid payment with its money and transaction", () => {
  expect(parse(vector.body)).toEqual({
    kind: "event",
    deliveryId: "wh_0001",
    observation: {
      provider: "allscale",
      paymentId: "65b2f3d0d2d9c0a1b2c3d4e5",
      status: "paid",
      providerStatus: "CONFIRMED",
      orderReference: "bestellung-1001",
      money: { price: { currency: "EUR", amount: "19.99" }, coins: { coin: "USDT", amount: "21.589200" } },
      transaction: {
        transactionId: "65b2f4aad2d9c0a1b2c3d4f0",
        hash: `0x${"ab".repeat(32)}`,
        chain: "main",
        chainId: 8453,
        network: "Base",
        explorerUrl: `https://basescan.org/tx/0x${"ab".repeat(32)}`,
        from: `0x${"cd".repeat(20)}`,
        coin: "USDT",
        amount: "21.589200",
        nominal: true,
      },
    },
  });
});

test("without a status it is confirmed; a status number that is there decides", () => {
  expect(observed(parseWith({ status: null })).status).toBe("paid");
  expect(observed(parseWith({ status: 20 })).status).toBe("paid");
  expect(observed(parseWith({ status: -3 })).status).toBe("underpaid");
  expect(observed(parseWith({ status: 10 })).status).toBe("confirming");
});

test("a status that is there decides, whatever event is named beside it; null is no event", () => {
  expect(observed(parseWith({ event: "refunded", status: 20 })).status).toBe("paid");
  expect(observed(parseWith({ event: "paid", status: 10 })).status).toBe("confirming");
  expect(observed(parseWith({ event: null })).status).toBe("paid");
});

onSqlite("a signed body that names an event and no status", (world) => {
  const lab = besideEmulator(allscaleBench, world);

  test.each(["intent.expired", "refunded", "paid", "", 7, {}])("pays nothing by itself: %j", async (event) => {
    const { calls, deliver, flow, move, opened } = lab();
    const order = await opened();
    const { paymentId, quote } = order.payments[0] ?? expect.fail();
    const money = { amount_cents: 500, currency: 1, amount_coins: quote?.amount, coin_symbol: quote?.coin };
    const news = { ...money, all_scale_checkout_intent_id: paymentId, chain_id: 8453, order_id: order.id, event };
    const asked = calls.length;
    expect(await deliver(await signedNews(news))).toBe("duplicate");
    expect(calls.slice(asked)).toMatchObject([{ operation: "detail", paymentId, failure: null }]);
    expect(await stored(flow, order.id)).toEqual(order);
    await move(order, { status: 20, webhook: false });
    expect(await deliver(await signedNews(news))).toBe("paid");
  });
});

async function signedNews(news: object) {
  const { apiKey, apiSecret } = allscaleBench.credentials;
  const [webhookId, nonce] = [crypto.randomUUID(), crypto.randomUUID()];
  const body = new TextEncoder().encode(JSON.stringify({ ...news, webhook_id: webhookId }));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const target = { method: "POST", path: "/api/webhooks/allscale", query: "" };
  const canonical = canonicalWebhook({ ...target, webhookId, timestamp, nonce, bodySha256: await sha256Hex(body) });
  const values = [apiKey, webhookId, timestamp, nonce, await sign(canonical, apiSecret)];
  const headers = new Headers(WEBHOOK_HEADERS.map((name, index): [string, string] => [name, values[index] ?? ""]));
  return { ...target, headers, body };
}

test.each([-3, 5, 10])("at status %i, amount_coins is what was asked and not what came", (status) => {
  const { money, transaction } = observed(parseWith({ status }));
  expect(money?.coins).toBeNull();
  expect(transaction?.amount).toBeUndefined();
});

test("a status word that other clients wait for changes nothing here", () => {
  expect(observed(parseWith({ payment_status: "failed" })).status).toBe("paid");
});

describe("native pricing", () => {
  test("has null in the fiat fields by the documentation", () => {
    const money = observed(parseWith({ amount_cents: null, currency: null, currency_symbol: null })).money;
    expect(money).toEqual({ price: null, coins: { coin: "USDT", amount: "21.589200" } });
  });

  test("has an amount without a currency in some live reports", () => {
    expect(observed(parseWith({ currency: null })).money?.price).toBeNull();
    expect(observed(parseWith({ amount_cents: null })).money?.price).toBeNull();
  });
});

test.each([
  [72, 50_000, { currency: "JPY", amount: "500" }],
  [72, 50_050, { currency: "JPY", amount: "500.50" }],
  [1, 500, { currency: "USD", amount: "5.00" }],
  [1, 7, { currency: "USD", amount: "0.07" }],
  [1, 0, { currency: "USD", amount: "0.00" }],
  [123, 500, { currency: "allscale:123", amount: "5.00" }],
])("currency %i with %i cents is %j", (currency, amount_cents, price) => {
  expect(observed(parseWith({ currency, amount_cents })).money?.price).toEqual(price);
});

test("a report without any money says so", () => {
  const none = { amount_cents: null, currency: null, amount_coins: null, coin_symbol: "" };
  expect(observed(parseWith(none)).money).toBeNull();
});

test("optional fields may be null, empty or missing, and there may be new ones", () => {
  const { tx_hash: _hash, tx_from: _from, chain_id: _chain, ...rest } = fiat;
  const content = parse(JSON.stringify({ ...rest, all_scale_transaction_id: "", extra_obj: null, brand_new: [1] }));
  expect(observed(content).transaction).toEqual({
    chain: "unknown",
    coin: "USDT",
    amount: "21.589200",
    nominal: true,
  });
});

test("a confirmation that says nothing of its transaction still has one, on an unknown chain", () => {
  const { amount_cents, currency, webhook_id, all_scale_checkout_intent_id } = fiat;
  const content = parse(JSON.stringify({ amount_cents, currency, webhook_id, all_scale_checkout_intent_id }));
  const { status, money, transaction } = observed(content);
  expect({ status, coins: money?.coins, transaction }).toEqual({
    status: "paid",
    coins: null,
    transaction: { chain: "unknown" },
  });
});

describe("what is only shown is dropped when malformed, and the confirmation counts", () => {
  const ofChain = ["chainId", "network", "explorerUrl"];
  test.each<[string, unknown, string[]]>([
    ["chain_id", "Base", ofChain],
    ["chain_id", -1, ofChain],
    ["chain_id", 1.5, ofChain],
    ["tx_from", "f".repeat(201), ["from"]],
    ["tx_from", 7, ["from"]],
    ["tx_hash", { hash: "0x" }, ["hash", "explorerUrl"]],
    ["tx_hash", "0x1", ["explorerUrl"]],
    ["payment_method_type", "card", []],
    ["user_name", 7, []],
    ["extra_obj", "text", []],
    ["coin_contract_address", null, []],
  ])("%s of %j", (field, value, dropped) => {
    const { transaction: whole, ...expected } = observed(parse(vector.body));
    const { transaction, ...rest } = observed(parseWith({ [field]: value }));
    expect(rest).toEqual(expected);
    const kept = Object.entries(whole ?? {}).filter(([name]) => !dropped.includes(name));
    const changed = { ...(field === "chain_id" && { chain: "unknown" }), ...(value === "0x1" && { hash: value }) };
    expect(transaction).toEqual({ ...Object.fromEntries(kept), ...changed });
  });
});

test.each([
  [8453, "main"],
  [11155111, "test"],
  [424242, "unknown"],
  [null, "unknown"],
])("chain %j is of the kind %s", (chain_id, chain) => {
  expect(observed(parseWith({ chain_id })).transaction?.chain).toBe(chain);
});

describe("unreadable", () => {
  test.each([
    ["nothing", ""],
    ["text", "hello"],
    ["an array", "[]"],
    ["null", "null"],
    ["a number", "20"],
    ["half a body", vector.body.slice(0, 200)],
    ["an empty object", "{}"],
    ["deep nesting", "[".repeat(50_000)],
  ])("%s", (_name, body) => {
    expect(parse(body).kind).toBe("unreadable");
  });

  test("bytes that are not UTF-8", () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode(vector.body.slice(0, -3)), 0xff, 0x22, 0x7d, 0x7d]);
    expect(parse(bytes)).toEqual({ kind: "unreadable", diagnosis: "the body is not JSON in UTF-8" });
  });

  test("a webhook id that differs from the header", () => {
    expect(parse(vector.body, "wh_0002")).toEqual({
      kind: "contradictory",
      diagnosis: "webhook_id differs from X-Webhook-Id",
    });
  });

  const malformed = {
    status: ["CONFIRMED", "20", 20.5, true],
    amount_cents: ["1999", 19.99, -1999, 1e300],
    currency: ["EUR"],
    amount_coins: [21.5892, "2e1", "-21.5", "", `1.${"0".repeat(31)}`, "1".repeat(61)],
    coin_symbol: [1, "X".repeat(21)],
    order_id: [1001],
    all_scale_transaction_id: [7, "t".repeat(201)],
    all_scale_checkout_intent_id: [null, "", "..", "a b", "i".repeat(201)],
    webhook_id: [1],
  };
  const cases = Object.entries(malformed).flatMap(([field, values]) => values.map((value) => [field, value] as const));
  test.each(cases)("a %s of %j, named without its value", (field, value) => {
    const content = parseWith({ [field]: value });
    expect(content).toMatchObject({ kind: "unreadable", diagnosis: expect.stringContaining(`${field}: `) });
  });

  test("an integer that lost digits on the way", () => {
    const body = vector.body.replace(`"amount_cents":1999`, `"amount_cents":9007199254740993`);
    expect(parse(body)).toMatchObject({ kind: "unreadable", diagnosis: expect.stringContaining("amount_cents") });
  });

  test("a status number that is not in the protocol", () => {
    expect(parseWith({ status: 7 })).toEqual({ kind: "unreadable", diagnosis: "unknown_status:7" });
    expect(parseWith({ status: -6 })).toEqual({ kind: "unreadable", diagnosis: "unknown_status:-6" });
    expect(parseWith({ status: 0 })).toEqual({ kind: "unreadable", diagnosis: "unknown_status:0" });
  });

  test("the event of a claim link, signed the same way", () => {
    const event = { event: "claimed", webhook_id: "wh_0001", claim_link_id: "1", amount: "5.00", token_symbol: "USDT" };
    expect(parse(JSON.stringify(event)).kind).toBe("unreadable");
  });
});

test("keys of the prototype and repeated keys pollute nothing", () => {
  const body = `{"__proto__":{"status":-1},"constructor":{"prototype":{"status":-1}},${vector.body.slice(1, -1)},"status":10,"status":20}`;
  expect(observed(parse(body)).status).toBe("paid");
  expect(Object.hasOwn(Object.prototype, "status")).toBe(false);
});
