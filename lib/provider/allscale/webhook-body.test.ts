import { describe, expect, test } from "vitest";
import type { WebhookContent } from "../provider";
import { vectorNamed } from "./test-support/vectors";
import { parseWebhook } from "./webhook-body";

const vector = vectorNamed("webhook_fiat_non_ascii");
const fiat = JSON.parse(vector.body) as Record<string, unknown>;

function parse(body: string | Uint8Array, webhookId = "wh_0001"): WebhookContent {
  return parseWebhook({
    method: "POST",
    path: "/hooks/allscale",
    query: "",
    headers: new Headers({ "X-Webhook-Id": webhookId }),
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    receivedAt: 0,
  });
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
      paymentId: "65b2f3d0d2d9c0a1b2c3d4e5",
      status: "paid",
      providerStatus: "CONFIRMED",
      orderReference: "bestellung-1001",
      money: { price: { currency: "EUR", amount: "19.99" }, coins: { coin: "USDT", amount: "21.589200" } },
      transaction: {
        transactionId: "65b2f4aad2d9c0a1b2c3d4f0",
        hash: `0x${"ab".repeat(32)}`,
        chainId: 8453,
        from: `0x${"cd".repeat(20)}`,
        coin: "USDT",
        amount: "21.589200",
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

test("only a confirmed payment has received its coins", () => {
  expect(observed(parseWith({ status: -3 })).transaction?.amount).toBeUndefined();
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
  expect(observed(content).transaction).toEqual({ coin: "USDT", amount: "21.589200" });
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

  test.each([
    ["status", "CONFIRMED"],
    ["status", "20"],
    ["status", 20.5],
    ["status", true],
    ["amount_cents", "1999"],
    ["amount_cents", 19.99],
    ["amount_cents", -1999],
    ["amount_cents", 1e300],
    ["currency", "EUR"],
    ["amount_coins", 21.5892],
    ["amount_coins", "2e1"],
    ["amount_coins", "-21.5"],
    ["amount_coins", ""],
    ["coin_symbol", 1],
    ["coin_symbol", "X".repeat(21)],
    ["chain_id", "8453"],
    ["tx_hash", { hash: "0x" }],
    ["all_scale_transaction_id", 7],
    ["all_scale_transaction_id", "t".repeat(201)],
    ["all_scale_checkout_intent_id", null],
    ["all_scale_checkout_intent_id", ""],
    ["all_scale_checkout_intent_id", ".."],
    ["all_scale_checkout_intent_id", "a b"],
    ["all_scale_checkout_intent_id", "i".repeat(201)],
    ["webhook_id", 1],
  ])("a %s of %j, named without its value", (field, value) => {
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
