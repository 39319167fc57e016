import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { call, create, createOk, nowSeconds } from "../test-support/merchant";

const order = { currency: 1, amount_cents: 500, order_id: "o-1" };

describe("authentication", () => {
  it("answers ping to a good signature, in the documented envelope", async () => {
    const { merchant } = await openStore();
    const answer = await call(merchant, "/v1/test/ping");
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      code: 0,
      payload: { pong: "ok" },
      error: null,
      request_id: expect.stringMatching(/^req_/),
    });
  });

  it.each(["X-API-Key", "X-Timestamp", "X-Nonce", "X-Signature"])("refuses a request without %s", async (name) => {
    const { merchant } = await openStore();
    const answer = await call(merchant, "/v1/test/ping", { headers: { [name]: null } });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ code: 20001, error: { details: { reason: "missing_headers" } }, payload: null });
  });

  it("tells an unknown key, a wrong time and a wrong signature apart, in that order", async () => {
    const { merchant } = await openStore();
    const reason = async (options: object): Promise<unknown> => {
      const answer = await call(merchant, "/v1/test/ping", options);
      expect([answer.status, answer.body?.code]).toEqual([401, 20002]);
      return answer.body?.error?.details?.reason;
    };
    expect(await reason({ key: "st_nobody", timestamp: "1", secret: "x" })).toBe("invalid_key");
    expect(await reason({ timestamp: nowSeconds(-603), secret: "x" })).toBe("timestamp_out_of_window");
    expect(await reason({ timestamp: nowSeconds(630) })).toBe("timestamp_out_of_window");
    expect(await reason({ timestamp: String(Date.now()) })).toBe("timestamp_out_of_window");
    expect(await reason({ secret: "x" })).toBe("signature_mismatch");
    expect(await reason({ headers: { "X-Signature": "v1=short" } })).toBe("signature_mismatch");
    expect((await call(merchant, "/v1/test/ping", { timestamp: nowSeconds(-570) })).status).toBe(200);
    expect((await call(merchant, "/v1/test/ping", { timestamp: nowSeconds(598) })).status).toBe(200);
  });

  it("signs what is sent: method, path, query, body, timestamp and nonce", async () => {
    const { merchant } = await openStore();
    const wrongs = [
      { signed: { target: "/v1/test/fail" } },
      { signed: { target: "/v1/test/ping?a=1" } },
      { signed: { method: "POST" } },
      { signed: { body: "x" } },
      { signed: { timestamp: nowSeconds(-1) } },
      { signed: { nonce: "another" } },
    ];
    for (const wrong of wrongs) {
      const answer = await call(merchant, "/v1/test/ping", wrong);
      expect(answer.body?.error?.details?.reason).toBe("signature_mismatch");
    }
    expect((await call(merchant, "/v1/test/ping?b=2&a=%201&&=", {})).status).toBe(200);
  });

  it("takes each nonce once, but a failed signature does not use it up", async () => {
    const { merchant } = await openStore();
    const nonce = randomUUID();
    expect((await call(merchant, "/v1/test/ping", { nonce, secret: "wrong" })).status).toBe(401);
    expect((await call(merchant, "/v1/test/ping", { nonce })).status).toBe(200);
    const again = await call(merchant, "/v1/test/ping", { nonce });
    expect(again.body?.error?.details?.reason).toBe("replay_nonce");
  });
});

describe("test routes", () => {
  it("echoes a body digit for digit", async () => {
    const { merchant } = await openStore();
    const body = '{"big":12345678901234567890,"one":1.0,"text":"\\u00e9\\/é"}';
    const answer = await call(merchant, "/v1/test/post", { body });
    expect(answer.text).toContain(`"payload":${body},`);
  });

  it("fails on demand and refuses what is not JSON", async () => {
    const { merchant } = await openStore();
    expect((await call(merchant, "/v1/test/fail")).body).toMatchObject({ code: 90000, payload: null });
    expect((await call(merchant, "/v1/test/post", { body: "a=1" })).body?.code).toBe(10001);
  });
});

describe("create", () => {
  it("prices fiat and native amounts", async () => {
    const { merchant, emulator } = await openStore();
    const fiat = await createOk(merchant, { ...order, currency: 44, amount_cents: 1999 });
    expect(fiat).toMatchObject({ amount_coins: "21.589200", rate: "1.0800", stable_coin_type: 1 });
    expect(fiat.allscale_checkout_intent_id).toMatch(/^[0-9a-f]{24}$/);
    expect(fiat.checkout_url.startsWith(`${emulator.url}/checkout/`)).toBe(true);
    const native = await createOk(merchant, { stable_coin: 2, amount_cents: 1000 });
    expect(native).toMatchObject({ amount_coins: "10.000000", rate: null, stable_coin_type: 2 });
    const accepted = await createOk(merchant, { ...order, accepted_stable_coins: [2, 1] });
    expect(accepted.stable_coin_type).toBe(2);
  });

  it.each([
    ["neither pricing", { amount_cents: 500 }],
    ["both pricings", { ...order, stable_coin: 1 }],
    ["an unknown currency", { ...order, currency: 2 }],
    ["a currency by name", { ...order, currency: "USD" }],
    ["an unknown coin", { stable_coin: 4, amount_cents: 500 }],
    ["BUSD", { stable_coin: 3, amount_cents: 500 }],
    ["BUSD among the accepted", { ...order, accepted_stable_coins: [1, 3] }],
    ["accepted coins that are no list", { ...order, accepted_stable_coins: 1 }],
    ["no amount", { currency: 1 }],
    ["a null amount", { ...order, amount_cents: null }],
    ["a zero amount", { ...order, amount_cents: 0 }],
    ["a negative amount", { ...order, amount_cents: -500 }],
    ["a broken amount", { ...order, amount_cents: 1.5 }],
    ["an amount as text", { ...order, amount_cents: "500" }],
    ["an amount as boolean", { ...order, amount_cents: true }],
    ["an order id that is a number", { ...order, order_id: 7 }],
    ["a relative redirect", { ...order, redirect_url: "/thanks" }],
    ["a script as redirect", { ...order, redirect_url: "javascript:alert(1)" }],
    ["an extra that is a list", { ...order, extra: [] }],
    ["a list as body", [order]],
  ])("refuses %s with 10001", async (_name, body) => {
    const { merchant, control } = await openStore();
    const answer = await create(merchant, body);
    expect([answer.status, answer.body?.code]).toEqual([400, 10001]);
    expect(answer.body).toMatchObject({ payload: null, error: { message: expect.any(String) } });
    expect((await control("GET", "/intents")).body?.total).toBe(0);
  });

  it("refuses a tenth of a coin with 50002 and a reason, and takes a cent more", async () => {
    const { merchant } = await openStore();
    const answer = await create(merchant, { ...order, amount_cents: 10 });
    expect([answer.status, answer.body?.code]).toEqual([400, 50002]);
    expect(answer.body?.error?.details?.reason).toContain("0.1");
    expect((await create(merchant, { ...order, amount_cents: 11 })).body?.code).toBe(0);
  });

  it("refuses bodies that are no JSON or too long", async () => {
    const { merchant } = await openStore();
    for (const body of ["", "{", "a=1", "null", Buffer.from([0x7b, 0xff, 0x7d])]) {
      const answer = await call(merchant, "/v1/checkout_intents/", { body, method: "POST" });
      expect(answer.body?.code).toBe(10001);
    }
    const long = await create(merchant, { ...order, order_description: "x".repeat(1_100_000) });
    expect([long.status, long.body?.code]).toEqual([413, 10001]);
  });

  it("has no route without the trailing slash, and does not redirect to it", async () => {
    const { merchant } = await openStore();
    const answer = await call(merchant, "/v1/checkout_intents", { body: JSON.stringify(order) });
    expect(answer.status).toBe(404);
    expect(answer.headers.location).toBeUndefined();
  });

  it("takes nulls, empty strings and unknown fields", async () => {
    const { merchant } = await openStore();
    const empty = { order_id: "", order_description: "", user_id: null, user_name: "", redirect_url: "", extra: null };
    await createOk(merchant, { ...order, ...empty, stable_coin: null, accepted_stable_coins: null, color: "red" });
  });
});

describe("status and detail", () => {
  it("answers a bare integer, and the documented fields", async () => {
    const { merchant } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, { ...order, user_name: "Zoë" });
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    expect((await call(merchant, `/v1/checkout_intents/${id}/status`, { headers })).body?.payload).toBe(1);
    const detail = await call(merchant, `/v1/checkout_intents/${id}`);
    expect(detail.body?.payload).toMatchObject({
      all_scale_checkout_intent_id: id,
      currency: 1,
      currency_symbol: "USD",
      amount_cents: 500,
      amount_coins: "5.000000",
      status: 1,
      tx_hash: null,
      chain_id: null,
      actual_paid_amount: null,
      payment_method_type: 0,
      order_id: "o-1",
      user_name: "Zoë",
    });
  });

  it("shows no cents for native pricing", async () => {
    const { merchant } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, { stable_coin: 1, amount_cents: 1000 });
    const detail = await call(merchant, `/v1/checkout_intents/${id}`);
    expect(detail.body?.payload).toMatchObject({ currency: null, currency_symbol: null, amount_cents: null });
  });

  it("does not know the intents of others", async () => {
    const { merchant, control } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    const other = { apiKey: "st_other", apiSecret: "st_other_secret" };
    expect((await control("POST", "/accounts", other)).status).toBe(201);
    const foreign = await call({ ...merchant, ...other }, `/v1/checkout_intents/${id}/status`);
    expect([foreign.status, foreign.body?.code]).toEqual([404, 50001]);
    expect((await call(merchant, "/v1/checkout_intents/nope")).body?.code).toBe(50001);
  });
});
