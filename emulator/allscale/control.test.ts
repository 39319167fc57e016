import { describe, expect, it } from "vitest";
import { controlOf, openStore } from "../test-support/bench-store";
import { call, create, createOk, send } from "../test-support/merchant";

const order = { currency: 1, amount_cents: 500, order_id: "o-1" };
const other = { apiKey: "st_other", apiSecret: "st_other_secret" };

describe("accounts", () => {
  it("share nothing", async () => {
    const store = await openStore({ settings: { webhooks: false } });
    const { emulator, control, merchant, sink } = store;
    const webhookUrl = `${sink.url}/other`;
    const registered = await control("POST", "/accounts", { ...other, webhookUrl, replayWindowSeconds: 300 });
    expect(registered.body).toMatchObject({ apiKey: "st_other", settings: { replayWindowSeconds: 300 } });
    expect(registered.text).not.toContain(other.apiSecret);
    await createOk(merchant, order);
    const { allscale_checkout_intent_id: id } = await createOk({ ...merchant, ...other }, order);
    const otherControl = controlOf(emulator.url, other.apiKey);
    await otherControl("POST", `/intents/${id}/status`, { status: 20 });
    const [webhook] = await sink.waitFor(1);
    expect([webhook?.target, webhook?.headers["x-api-key"]]).toEqual(["/other", "st_other"]);
    await otherControl("POST", "/reset");
    const total = async (ask: typeof control) => (await ask("GET", "/intents")).body?.total;
    expect([await total(otherControl), await total(control)]).toEqual([0, 1]);
  });

  it("are addressed by header or query, and not by pages of other sites", async () => {
    const { emulator, control } = await openStore();
    const ask = async (method: string, path: string, headers = {}) =>
      (await send({ url: emulator.url, method, target: `/_emulator${path}`, headers })).status;
    expect(await ask("GET", "/intents?api_key=st_test_key")).toBe(200);
    expect(await ask("GET", "/intents?api_key=st_unknown")).toBe(404);
    for (const [Origin, status] of [
      ["https://evil.example", 403],
      ["null", 403],
      ["http://a:1", 200],
    ] as const) {
      expect(await ask("POST", "/reset", { Origin, Host: "a:1" })).toBe(status);
    }
    expect((await control("GET", "/nothing")).status).toBe(404);
    expect((await control("GET", "/reset")).headers.allow).toBe("POST");
  });

  it("go back to what they were registered with, and keep what a second registration does not name", async () => {
    const { emulator, control } = await openStore({ settings: { coinDecimals: 8 } });
    const { webhookUrl } = (await control("GET", "/settings")).body ?? {};
    await control("POST", "/settings", { coinDecimals: 4, webhooks: false, webhookUrl: "http://127.0.0.1:1/x" });
    await control("POST", "/reset", { all: true });
    expect((await control("GET", "/settings")).body).toMatchObject({ coinDecimals: 8, webhooks: true, webhookUrl });

    const first = { ...other, webhookUrl: "http://127.0.0.1:1/hooks", statusShape: "object" };
    expect((await control("POST", "/accounts", first)).status).toBe(201);
    const otherControl = controlOf(emulator.url, other.apiKey);
    await otherControl("POST", "/settings", { replayWindowSeconds: 42, webhookUrl: null });
    expect(await control("POST", "/accounts", { ...other, coinDecimals: 5 })).toMatchObject({ status: 200 });
    const kept = { webhookUrl: first.webhookUrl, statusShape: "object", coinDecimals: 5, replayWindowSeconds: 600 };
    expect((await otherControl("GET", "/settings")).body).toMatchObject(kept);
    expect((await control("POST", "/accounts", { ...other, webhookUrl: null })).body?.webhookUrl).toBeNull();
  });

  it("say for each setting which values it takes", async () => {
    const { control } = await openStore();
    const refusal = async (settings: object): Promise<unknown> =>
      (await control("POST", "/settings", settings)).body?.error;
    expect(await refusal({ retryGapsMs: 5 })).toBe(
      '"retryGapsMs" takes a list of at most 50 values, each an integer from 0 to 2592000000, such as [1000,5000], or null.',
    );
    expect(await refusal({ statusShape: "text" })).toBe('"statusShape" takes one of int, object, or null.');
    expect(await refusal({ webhookUrl: "/x" })).toContain('an absolute http or https URL such as "http://localhost');
    expect(await refusal({ webhoks: false })).toContain('no field "webhoks". Known: webhookUrl, webhooks');
    expect((await control("POST", "/accounts", { apiKey: "k" })).body?.error).toBe('"apiSecret" is required.');
  });
});

describe("intents", () => {
  it("are listed by order id and moved to every status", async () => {
    const { control, merchant } = await openStore();
    await createOk(merchant, { ...order, order_id: "o-2" });
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    const listed = (await control("GET", "/intents?order_id=o-1")).body;
    expect(listed).toMatchObject({ total: 1, intents: [{ id, status: 1, order: { orderId: "o-1" } }] });
    const move = (body: object) => control("POST", `/intents/${id}/status`, body);
    for (const status of [1, 2, 3, 4, 5, 10, 20, -1, -2, -3, -4, -5]) {
      expect((await move({ status })).body).toMatchObject({ status });
      expect((await call(merchant, `/v1/checkout_intents/${id}/status`)).body?.payload).toBe(status);
    }
    expect((await move({ status: 6 })).status).toBe(400);
    expect((await move({ status: 20, actual_paid_amount: 5 })).status).toBe(400);
    expect((await control("GET", "/intents/unknown")).status).toBe(404);
  });

  it("show a wallet at 3, what arrived of an underpayment, and the fee", async () => {
    const { control, merchant } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    const detail = async () => (await call(merchant, `/v1/checkout_intents/${id}`)).body?.payload;
    await control("POST", `/intents/${id}/status`, { status: 3 });
    const address = expect.stringMatching(/^0x[0-9a-f]{40}$/);
    expect(await detail()).toMatchObject({ status: 3, tx_hash: null, actual_paid_amount: null, tx_to: address });
    await control("POST", `/intents/${id}/status`, { status: -3, actual_paid_amount: "3.000000" });
    const paid = { actual_paid_amount: "3.000000", service_fee_amount: "0.018000", net_income_amount: "2.982000" };
    expect(await detail()).toMatchObject({ status: -3, amount_coins: "5.000000", ...paid, tx_to: address });
  });

  it("time out after their lifetime, also with a wallet assigned, but not once money is on its way", async () => {
    const { control, merchant } = await openStore();
    const ids: string[] = [];
    for (const status of [1, 3, 10]) {
      const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
      await control("POST", `/intents/${id}/status`, { status });
      ids.push(id);
    }
    const statuses = () => Promise.all(ids.map(async (id) => (await control("GET", `/intents/${id}`)).body?.status));
    await control("POST", "/clock", { advance: "29m" });
    expect(await statuses()).toEqual([1, 3, 10]);
    await control("POST", "/clock", { advance: "1m" });
    expect(await statuses()).toEqual([-5, -5, 10]);
  });
});

it("the clock stands still while frozen and goes on from there", async () => {
  const { control } = await openStore();
  const frozen = (await control("POST", "/clock", { freeze: true })).body;
  expect(frozen).toMatchObject({ frozen: true });
  const later = (await control("POST", "/clock", { advance: "1h" })).body;
  expect(Date.parse(String(later?.now)) - Date.parse(String(frozen?.now))).toBe(3_600_000);
  expect((await control("POST", "/clock", { freeze: false })).body).toMatchObject({ frozen: false });
  for (const advance of ["soon", 4_000_000_000_000]) {
    expect((await control("POST", "/clock", { advance })).status).toBe(400);
  }
  await control("POST", "/reset");
  expect((await control("GET", "/clock")).body).toMatchObject({ aheadMs: 0, frozen: false });
});

it("the log keeps every API request, with what was expected of a bad signature", async () => {
  const { control, merchant, emulator } = await openStore();
  await create(merchant, order);
  await call(merchant, "/v1/test/ping?a=1", { secret: "wrong" });
  const expectedCanonical = expect.stringMatching(/^GET\n\/v1\/test\/ping\na=1\n/);
  const created = { op: "create", httpStatus: 200, code: 0, orderId: "o-1", intentId: expect.any(String) };
  const refused = { op: "ping", httpStatus: 401, reason: "signature_mismatch", expectedCanonical };
  expect((await control("GET", "/requests")).body).toMatchObject({ total: 2, requests: [created, refused] });
  expect((await control("GET", "/requests?op=create")).body?.total).toBe(1);
  await send({ url: emulator.url, method: "GET", target: "/v1/test/ping" });
  expect((await control("GET", "/requests?unattributed=true")).body?.total).toBe(1);
});

it("one description serves routing, OpenAPI and the overview", async () => {
  const { emulator, control, merchant } = await openStore();
  await createOk(merchant, { ...order, order_id: "<script>" });
  const described = (await control("GET", "/openapi.json")).body as unknown as { paths: Record<string, object> };
  const page = await send({ url: emulator.url, method: "GET", target: "/_emulator/" });
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const method of Object.keys(methods)) {
      const target = path.replaceAll(/\{\w+\}/g, "unknown");
      const { status } = await send({ url: emulator.url, method: method.toUpperCase(), target });
      expect([path, method, status === 405 || status >= 500]).toEqual([path, method, false]);
      expect(page.text).toContain(`${method.toUpperCase()} ${path}`);
    }
  }
  expect(JSON.stringify(described)).toContain("replayWindowSeconds");
  for (const shown of ["&lt;script&gt;", "5.00 USD", "an integer from 4 to 18", "kyt_rejected", "evil_url"]) {
    expect(page.text).toContain(shown);
  }
  for (const hidden of ["<script>", merchant.apiSecret, "§"]) expect(page.text).not.toContain(hidden);
  expect((await send({ url: emulator.url, method: "GET", target: "/" })).headers.location).toBe("/_emulator/");
});
