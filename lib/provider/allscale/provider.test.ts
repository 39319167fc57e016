import { afterAll, describe, expect, test } from "vitest";
import { type PaymentId, paymentIdSchema } from "@/lib/orders/order";
import type { CreatePaymentInput, ProviderCall } from "../provider";
import { type AllScaleOptions, createAllScaleProvider } from "./provider";
import { type Answer, json, type SeenRequest, startScriptedServer, success } from "./test-support/scripted-server";
import { vectorNamed } from "./test-support/vectors";

const intentId = paymentIdSchema.parse("65b2f3d0d2d9c0a1b2c3d4e5");
const vector = vectorNamed("webhook_fiat_non_ascii");

const server = await startScriptedServer();
afterAll(() => server.close());

function provider(change: Partial<AllScaleOptions> = {}) {
  return createAllScaleProvider({
    baseUrl: server.url,
    apiKey: vector.api_key,
    apiSecret: vector.api_secret,
    previousSecret: null,
    acceptedStablecoins: [],
    signedResponses: false,
    testStore: false,
    timeoutMs: 5_000,
    ...change,
  });
}

const input: CreatePaymentInput = {
  price: { currency: "USD", minor: 500 },
  orderReference: "order-1",
  description: "A tip",
  returnUrl: "http://localhost:3000/orders/order-1",
  payerAddress: null,
};
const created = {
  allscale_checkout_intent_id: intentId,
  checkout_url: "https://checkout.allscale.io/abc123",
  amount_coins: "5.0000",
  stable_coin_type: 1,
  rate: "1.0000",
};

describe("createPayment", () => {
  test("opens a checkout at the fiat price", async () => {
    server.answerWith(success(created));
    expect(await provider().createPayment(input)).toEqual({
      ok: true,
      payment: {
        paymentId: intentId,
        checkoutUrl: "https://checkout.allscale.io/abc123",
        payTo: null,
        expiresAt: null,
        quote: { coin: "USDT", amount: "5.0000", rate: "1.0000", accepted: ["USDT"] },
      },
    });
    expect(sent()).toEqual({
      currency: 1,
      amount_cents: 500,
      order_id: "order-1",
      order_description: "A tip",
      redirect_url: "http://localhost:3000/orders/order-1",
    });
  });

  test("sends the coins we accept in our order of preference", async () => {
    server.answerWith(success({ ...created, stable_coin_type: 2 }));
    const result = await provider({ acceptedStablecoins: ["USDC", "USDT"] }).createPayment(input);
    expect(result).toMatchObject({ ok: true, payment: { quote: { coin: "USDC", accepted: ["USDC", "USDT"] } } });
    expect(sent()).toMatchObject({ accepted_stable_coins: [2, 1] });
  });

  test("sends yen in hundredths", async () => {
    server.answerWith(success({ ...created, amount_coins: "3.350000", rate: "0.0067" }));
    const result = await provider().createPayment({ ...input, price: { currency: "JPY", minor: 500 } });
    expect(result).toMatchObject({ ok: true, payment: { quote: { amount: "3.350000", rate: "0.0067" } } });
    expect(sent()).toMatchObject({ currency: 72, amount_cents: 50_000 });
  });

  test("native pricing names a coin and neither a currency nor a choice", async () => {
    server.answerWith(success({ ...created, stable_coin_type: 2, rate: null }));
    const native = { ...input, price: { currency: "USDC", minor: 500 } } as const;
    const result = await provider({ acceptedStablecoins: ["USDT"] }).createPayment(native);
    expect(result).toMatchObject({
      ok: true,
      payment: { quote: { coin: "USDC", amount: "5.0000", rate: null, accepted: ["USDC"] } },
    });
    expect(sent()).toMatchObject({ stable_coin: 2, amount_cents: 500 });
    expect(Object.keys(sent())).not.toContain("currency");
    expect(Object.keys(sent())).not.toContain("accepted_stable_coins");
  });

  test("cuts a long description between characters", async () => {
    server.answerWith(success(created));
    await provider().createPayment({ ...input, description: `${"🚀".repeat(250)}` });
    expect(sent()).toMatchObject({ order_description: "🚀".repeat(200) });
    await provider().createPayment({ ...input, description: "half \ud83d" });
    expect(JSON.parse(server.seen[1]?.body ?? "")).toMatchObject({ order_description: "half \ufffd" });
  });

  test.each([
    ["a hundred times the coins", { amount_coins: "500.0000" }],
    ["a hundredth of the coins", { amount_coins: "0.0500" }],
    ["an unknown coin", { stable_coin_type: 3 }],
  ])("%s: the payment is not opened", async (_name, change) => {
    server.answerWith(success({ ...created, ...change }));
    expect(await provider().createPayment(input)).toMatchObject({
      ok: false,
      failure: { kind: "amount_check_failed", maybeAccepted: false, providerRequestId: "req_0001" },
    });
  });

  test.each(["https://allscale.io.evil.com/pay", "http://checkout.allscale.io/abc", "javascript:alert(1)"])(
    "a checkout at %s is not followed",
    async (checkout_url) => {
      server.answerWith(success({ ...created, checkout_url }));
      expect(await provider().createPayment(input)).toMatchObject({
        ok: false,
        failure: { kind: "unsafe_checkout_url", maybeAccepted: false },
      });
    },
  );

  test("a loopback provider may have a loopback checkout", async () => {
    server.answerWith(success({ ...created, checkout_url: `${server.url}/pay/1` }));
    expect(await provider().createPayment(input)).toMatchObject({ payment: { checkoutUrl: `${server.url}/pay/1` } });
  });

  test("a price that does not fit into AllScale's cents is refused, and nothing is sent", async () => {
    server.answerWith(success(created));
    const price = { currency: "JPY", minor: Number.MAX_SAFE_INTEGER } as const;
    const failure = { kind: "amount_refused", maybeAccepted: false };
    expect(await provider().createPayment({ ...input, price })).toMatchObject({ ok: false, failure });
    expect(server.seen).toEqual([]);
  });

  test("a refusal comes through", async () => {
    server.answerWith(
      json({ code: 50002, error: { details: { reason: "amount must be above 0.1" } } }, { status: 400 }),
    );
    expect(await provider().createPayment(input)).toMatchObject({
      ok: false,
      failure: { kind: "amount_refused" },
    });
  });
});

const detail = {
  all_scale_checkout_intent_id: intentId,
  currency: 1,
  currency_symbol: "USD",
  amount_cents: 500,
  currency_rate: "1.0000",
  chain_id: 8453,
  amount_coins: "5.000000",
  coin_symbol: "USDT",
  coin_contract: "0x1",
  status: 20,
  tx_hash: `0x${"ab".repeat(32)}`,
  tx_from: "0xcd",
  tx_to: null,
  payment_method_type: 1,
  actual_paid_amount: "5.010000",
  service_fee_amount: null,
  net_income_amount: null,
  brand_new: {},
};

const noMoney = { amount_cents: null, amount_coins: null, actual_paid_amount: null };

/** Answers the status route with one thing and the detail route with another. */
function answerRead(status: unknown, detailAnswer: Answer | Record<string, unknown>) {
  const isStatus = (request: SeenRequest) => request.target.endsWith("/status");
  const other = typeof detailAnswer === "function" ? detailAnswer : success(detailAnswer);
  server.answerWith((request, ...rest) => (isStatus(request) ? success(status) : other)(request, ...rest));
}

function read(paymentId: PaymentId = intentId) {
  return provider().readPayment(paymentId, "waiting");
}

describe("readPayment", () => {
  test("a paid payment comes with its money and transaction", async () => {
    answerRead(20, detail);
    expect(await read()).toEqual({
      ok: true,
      observation: {
        provider: "allscale",
        paymentId: intentId,
        status: "paid",
        providerStatus: "CONFIRMED",
        money: { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount: "5.010000" } },
        transaction: {
          chain: "main",
          chainId: 8453,
          network: "Base",
          explorerUrl: `https://basescan.org/tx/0x${"ab".repeat(32)}`,
          hash: `0x${"ab".repeat(32)}`,
          from: "0xcd",
          coin: "USDT",
          amount: "5.010000",
        },
      },
    });
    expect(server.seen.map(({ target }) => target)).toEqual([
      `/v1/checkout_intents/${intentId}/status`,
      `/v1/checkout_intents/${intentId}`,
    ]);
  });

  test.each([
    ["5.010000", "5.010000"],
    ["0.01", "0.01"],
    [5.01, "5.01"],
    [null, "5.000000"],
  ])("an amount received of %j is reported as %s, whatever was asked", async (actual_paid_amount, amount) => {
    answerRead({ status: 20 }, { ...detail, actual_paid_amount });
    const coins = { coin: "USDT", amount };
    expect(await read()).toMatchObject({ observation: { status: "paid", money: { coins }, transaction: { amount } } });
  });

  test.each([
    [11155111, "test", "Sepolia"],
    [424242, "unknown", "Chain 424242"],
    [null, "unknown", undefined],
    ["8453", "main", "Base"],
    ["11155111", "test", "Sepolia"],
    ["0x2105", "unknown", undefined],
  ])("chain %j is of the kind %s, and the payment is paid", async (chain_id, chain, network) => {
    answerRead(20, { ...detail, chain_id });
    expect(await read()).toMatchObject({ observation: { status: "paid", transaction: { chain } } });
    answerRead(20, { ...detail, chain_id, tx_hash: null, tx_from: null, actual_paid_amount: null, amount_coins: null });
    const result = await read();
    expect(result).toMatchObject({ observation: { money: { coins: null }, transaction: { chain } } });
    expect(result.ok && result.observation.transaction?.network).toBe(network);
  });

  test.each([`5.${"0".repeat(31)}`, "1".repeat(61), 1e-7, "five"])(
    "an amount received of %j is outside the grammar, and the detail a bad answer",
    async (actual_paid_amount) => {
      answerRead(20, { ...detail, actual_paid_amount });
      expect(await read()).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
    },
  );

  test("our reference comes along where the detail repeats it", async () => {
    answerRead(20, { ...detail, order_id: "order-1" });
    expect(await read()).toMatchObject({ observation: { orderReference: "order-1" } });
    answerRead(20, { ...detail, order_id: null });
    expect(await read()).not.toHaveProperty("observation.orderReference");
  });

  test("a native price has no fiat half", async () => {
    answerRead(20, { ...detail, currency: null, currency_symbol: null, amount_cents: null, currency_rate: null });
    expect(await read()).toMatchObject({ observation: { money: { price: null, coins: { coin: "USDT" } } } });
  });

  test.each([
    [1, "pending"],
    [2, "pending"],
    [3, "pending"],
    [4, "review"],
    [-1, "failed"],
    [-2, "rejected"],
    [-4, "canceled"],
    [-5, "expired"],
  ])("status %i is %s and needs no second call", async (number, status) => {
    answerRead(number, detail);
    expect(await read()).toMatchObject({ observation: { status, money: null, transaction: null } });
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    [10, "confirming"],
    [5, "refunding"],
    [-3, "underpaid"],
  ])("status %i is %s, with what has come so far", async (number, status) => {
    answerRead(number, { ...detail, status: number, actual_paid_amount: "3.000000" });
    const coins = { coin: "USDT", amount: "3.000000" };
    expect(await read()).toMatchObject({ observation: { status, money: { coins }, transaction: coins } });
    answerRead(number, { ...detail, status: number, actual_paid_amount: null });
    const unpaid = await read();
    expect(unpaid).toMatchObject({ observation: { status, money: { coins: null }, transaction: { coin: "USDT" } } });
    expect(unpaid).not.toHaveProperty("observation.transaction.amount");
  });

  test.each<[string, Answer | Record<string, unknown>]>([
    ["has an error", json({ code: 90000 }, { status: 500 })],
    ["has no sense", { ...detail, amount_cents: "500" }],
    ["already says something else", { ...detail, status: 20 }],
  ])("an underpaid payment whose detail %s is underpaid all the same", async (_name, answer) => {
    answerRead(-3, answer);
    expect(await read()).toMatchObject({ observation: { status: "underpaid", money: null, transaction: null } });
  });

  test.each<[string, Answer | Record<string, unknown>, string]>([
    ["has an error", json({ code: 90000 }, { status: 500 }), "provider_error"],
    ["is limited", json({ code: 40001 }, { status: 429 }), "rate_limited"],
    ["has no sense", { ...detail, amount_cents: "500" }, "bad_answer"],
    ["is of another intent", { ...detail, all_scale_checkout_intent_id: "another" }, "bad_answer"],
    ["has no id", { ...detail, all_scale_checkout_intent_id: null }, "bad_answer"],
    ["is underpaid", { ...detail, status: -3 }, "bad_answer"],
    ["names no money", { ...detail, ...noMoney }, "bad_answer"],
  ])("a paid payment whose detail %s is not paid", async (_name, answer, kind) => {
    answerRead(20, answer);
    expect(await read()).toMatchObject({ ok: false, failure: { kind, maybeAccepted: false } });
  });

  test("status and detail that disagree about being paid change nothing", async () => {
    answerRead(20, { ...detail, status: 10 });
    expect(await read()).toMatchObject({ failure: { kind: "bad_answer", reason: "status 20, but 10 in the detail" } });
  });

  test("the detail of another intent is a bad answer at any status", async () => {
    answerRead(-3, { ...detail, status: -3, all_scale_checkout_intent_id: "another" });
    expect(await read()).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
  });

  test.each([7, 0, -6, 200])("the unknown status %i changes nothing", async (number) => {
    answerRead(number, detail);
    expect(await read()).toMatchObject({
      ok: false,
      failure: { kind: "bad_answer", reason: `unknown_status:${number}` },
    });
  });

  test.each([["20"], [{ status: "CONFIRMED" }], [null], [[20]]])("the status %j changes nothing", async (payload) => {
    answerRead(payload, detail);
    expect(await read()).toMatchObject({ ok: false, failure: { kind: "bad_answer" } });
  });

  test("a detail that knows nothing of a transaction reports none", async () => {
    answerRead(10, { ...detail, status: 10, chain_id: null, tx_hash: null, tx_from: null, actual_paid_amount: null });
    expect(await read()).toMatchObject({ observation: { status: "confirming", transaction: null } });
  });

  test("an unknown payment is not found", async () => {
    server.answerWith(json({ code: 50001 }, { status: 404 }));
    expect(await read()).toMatchObject({ ok: false, failure: { kind: "not_found" } });
  });
});

describe("readPayment when it has probably ended", () => {
  const readEnded = () => provider().readPayment(intentId, "ended");

  test.each([
    [20, "paid"],
    [-3, "underpaid"],
    [1, "pending"],
    [-5, "expired"],
  ])("learns status %i with its money in one call", async (number, status) => {
    server.answerWith(success({ ...detail, status: number }));
    expect(await readEnded()).toMatchObject({
      ok: true,
      observation: { paymentId: intentId, status, money: { price: { currency: "USD", amount: "5.00" } } },
    });
    expect(server.seen.map(({ target }) => target)).toEqual([`/v1/checkout_intents/${intentId}`]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["of another intent", { all_scale_checkout_intent_id: "another" }, "the detail is of another intent"],
    ["without a status", { status: null }, "the detail has no status"],
    ["with an unknown status", { status: 7 }, "unknown_status:7"],
    ["paid without money", noMoney, "paid, but the detail names no money"],
  ])("a detail %s changes nothing", async (_name, changes, reason) => {
    server.answerWith(success({ ...detail, ...changes }));
    expect(await readEnded()).toMatchObject({ ok: false, failure: { kind: "bad_answer", reason } });
  });
});

describe("webhooks", () => {
  const delivery = {
    method: vector.method,
    path: vector.path,
    query: vector.query,
    headers: new Headers(vector.headers),
    body: new TextEncoder().encode(vector.body),
    receivedAt: Number(vector.timestamp) * 1_000,
  };

  test("the vector's delivery goes through, with the current and with the previous secret", async () => {
    expect(await provider().authenticateWebhook(delivery)).toMatchObject({ ok: true });
    const rotated = { apiSecret: "st_secret_new", previousSecret: vector.api_secret };
    expect(await provider(rotated).authenticateWebhook(delivery)).toMatchObject({ ok: true });
    expect(provider().parseWebhook(delivery)).toMatchObject({ kind: "event", deliveryId: "wh_0001" });
  });

  test("an empty previous secret is none", async () => {
    const unset = { apiSecret: "st_secret_new", previousSecret: "" };
    expect(await provider(unset).authenticateWebhook(delivery)).toMatchObject({ ok: false });
  });
});

test("calls are reported with the order or the payment that they are about", async () => {
  const calls: ProviderCall[] = [];
  const reporting = provider({ onCall: (call) => calls.push(call) });
  server.answerWith(success(created));
  await reporting.createPayment(input);
  answerRead(20, detail);
  await reporting.readPayment(intentId, "waiting");
  expect(calls).toMatchObject([
    { operation: "create", orderId: "order-1", providerRequestId: "req_0001" },
    { operation: "status", paymentId: intentId },
    { operation: "detail", paymentId: intentId, failure: null },
  ]);
});

test.each([true, false])("it says whether its store is for tests: %s", (testStore) => {
  expect(provider({ testStore })).toMatchObject({ name: "allscale", label: "AllScale", testStore });
});

function sent(): Record<string, unknown> {
  return JSON.parse(server.seen[0]?.body ?? "null");
}
