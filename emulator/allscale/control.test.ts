import { describe, expect, it } from "vitest";
import { controlOf, openStore } from "../test-support/bench-store";
import { call, create, createOk, send } from "../test-support/merchant";

const order = { currency: 1, amount_cents: 500, order_id: "o-1" };

describe("accounts", () => {
  it("share nothing", async () => {
    const store = await openStore({ settings: { webhooks: false } });
    const other = { apiKey: "st_other", apiSecret: "st_other_secret" };
    const otherMerchant = { ...store.merchant, ...other };
    const registered = await store.control("POST", "/accounts", {
      ...other,
      webhookUrl: `${store.sink.url}/other`,
      replayWindowSeconds: 300,
    });
    expect(registered.body).toMatchObject({ apiKey: "st_other", settings: { replayWindowSeconds: 300 } });
    expect(registered.text).not.toContain(other.apiSecret);
    await createOk(store.merchant, order);
    const { allscale_checkout_intent_id: id } = await createOk(otherMerchant, order);
    const otherControl = controlOf(store.emulator.url, "st_other");
    await otherControl("POST", `/intents/${id}/status`, { status: 20 });
    const [webhook] = await store.sink.waitFor(1);
    expect([webhook?.target, webhook?.headers["x-api-key"]]).toEqual(["/other", "st_other"]);
    await otherControl("POST", "/reset");
    expect((await otherControl("GET", "/intents")).body?.total).toBe(0);
    expect((await store.control("GET", "/intents")).body?.total).toBe(1);
    expect((await call(otherMerchant, "/v1/test/ping", { secret: store.merchant.apiSecret })).status).toBe(401);
  });

  it("are addressed by header or query, and refuse what they do not know", async () => {
    const { emulator, control } = await openStore();
    const target = (path: string) => send({ url: emulator.url, method: "GET", target: path });
    expect((await target("/_emulator/intents?api_key=st_test_key")).status).toBe(200);
    expect((await target("/_emulator/intents?api_key=st_nobody")).status).toBe(404);
    expect((await control("POST", "/settings", { webhoks: false })).body?.error).toContain("webhoks");
    expect((await control("POST", "/settings", { webhooks: 1 })).status).toBe(400);
    expect((await control("POST", "/accounts", { apiKey: "k" })).status).toBe(400);
    expect((await control("GET", "/nothing")).status).toBe(404);
    expect((await control("GET", "/reset")).headers.allow).toBe("POST");
  });

  it("are not controlled by pages of other sites", async () => {
    const { emulator } = await openStore();
    const from = (origin: string) =>
      send({ url: emulator.url, method: "POST", target: "/_emulator/reset", headers: { Origin: origin, Host: "a:1" } });
    expect((await from("https://evil.example")).status).toBe(403);
    expect((await from("null")).status).toBe(403);
    expect((await from("http://a:1")).status).toBe(200);
  });

  it("go back to their registered settings and webhook URL on reset", async () => {
    const { control, sink } = await openStore({ settings: { coinDecimals: 8 } });
    const webhookUrl = `${sink.url}/hooks/allscale`;
    await control("POST", "/settings", { coinDecimals: 4, webhooks: false, webhookUrl: "http://127.0.0.1:1/x" });
    await control("POST", "/reset", { all: true });
    const registered = { coinDecimals: 8, webhooks: true, webhookUrl };
    expect((await control("GET", "/settings")).body).toMatchObject(registered);
  });

  it("keep what a second registration does not name, and forget what was changed since the first", async () => {
    const { emulator } = await openStore();
    const account = { apiKey: "st_again", apiSecret: "st_again_secret" };
    const control = controlOf(emulator.url, account.apiKey);
    const webhookUrl = "http://127.0.0.1:1/hooks";
    const first = { ...account, webhookUrl, statusShape: "object" };
    expect((await controlOf(emulator.url, "st_test_key")("POST", "/accounts", first)).status).toBe(201);
    await control("POST", "/settings", { replayWindowSeconds: 42, webhookUrl: null });
    const again = await control("POST", "/accounts", { ...account, coinDecimals: 5 });
    expect([again.status, again.body?.webhookUrl]).toEqual([200, webhookUrl]);
    await control("POST", "/reset");
    const expected = { webhookUrl, statusShape: "object", coinDecimals: 5, replayWindowSeconds: 600 };
    expect((await control("GET", "/settings")).body).toMatchObject(expected);
    expect((await control("POST", "/accounts", { ...account, webhookUrl: null })).body?.webhookUrl).toBeNull();
  });

  it("say for each setting which values it takes", async () => {
    const { control, emulator } = await openStore();
    const refusal = async (settings: object): Promise<unknown> =>
      (await control("POST", "/settings", settings)).body?.error;
    expect(await refusal({ retryGapsMs: 5 })).toBe(
      '"retryGapsMs" takes a list of at most 50 values, each an integer from 0 to 2592000000, such as [1000,5000], or null.',
    );
    expect(await refusal({ statusShape: "text" })).toBe('"statusShape" takes one of int, object, or null.');
    expect(await refusal({ webhookUrl: "/x" })).toContain('an absolute http or https URL such as "http://localhost');
    const described = (await send({ url: emulator.url, method: "GET", target: "/_emulator/openapi.json" })).body;
    expect(described).toMatchObject({ openapi: "3.1.0" });
  });
});

describe("intents", () => {
  it("are listed by order id and moved to every status", async () => {
    const { control, merchant } = await openStore();
    await createOk(merchant, { ...order, order_id: "o-2" });
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    const listed = await control("GET", "/intents?order_id=o-1");
    expect(listed.body).toMatchObject({ total: 1, intents: [{ id, status: 1, order: { orderId: "o-1" } }] });
    for (const status of [1, 2, 3, 4, 5, 10, 20, -1, -2, -3, -4, -5]) {
      const moved = await control("POST", `/intents/${id}/status`, { status });
      expect(moved.body).toMatchObject({ status });
      expect((await call(merchant, `/v1/checkout_intents/${id}/status`)).body?.payload).toBe(status);
    }
    expect((await control("POST", `/intents/${id}/status`, { status: 6 })).status).toBe(400);
    expect((await control("POST", `/intents/${id}/status`, { status: 20, actual_paid_amount: 5 })).status).toBe(400);
    expect((await control("GET", "/intents/nope")).status).toBe(404);
  });

  it("show what was paid of an underpayment", async () => {
    const { control, merchant } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    await control("POST", `/intents/${id}/status`, { status: -3, actual_paid_amount: "3.000000" });
    const detail = await call(merchant, `/v1/checkout_intents/${id}`);
    expect(detail.body?.payload).toMatchObject({
      status: -3,
      amount_coins: "5.000000",
      actual_paid_amount: "3.000000",
      service_fee_amount: "0.018000",
      net_income_amount: "2.982000",
      tx_hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    });
  });
});

describe("logs", () => {
  it("keep every API request with what was expected of a bad signature", async () => {
    const { control, merchant, emulator } = await openStore();
    await create(merchant, order);
    await call(merchant, "/v1/test/ping?a=1", { secret: "wrong" });
    const log = await control("GET", "/requests");
    expect(log.body).toMatchObject({
      total: 2,
      requests: [
        { op: "create", httpStatus: 200, code: 0, orderId: "o-1", intentId: expect.any(String) },
        {
          op: "ping",
          httpStatus: 401,
          reason: "signature_mismatch",
          expectedCanonical: expect.stringMatching(/\na=1\n/),
        },
      ],
    });
    expect((await control("GET", "/requests?op=create")).body?.total).toBe(1);
    await send({ url: emulator.url, method: "GET", target: "/v1/test/ping" });
    expect((await control("GET", "/requests?unattributed=true")).body?.total).toBe(1);
  });
});
