import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { faultKinds } from "../core/fault-routes";
import { controlOf, openStore, type TestStore } from "../test-support/bench-store";
import { call, create, createOk, send, usd } from "../test-support/merchant";
import { allscale } from "./provider";

const other = { apiKey: "st_other", apiSecret: "st_other_secret" };
const settingsOf = async (control: TestStore["control"]) => (await control("GET", "/settings")).body;

describe("accounts", () => {
  it("share nothing", async () => {
    const { emulator, control, merchant, sink, list, open } = await openStore({ settings: { webhooks: false } });
    const webhookUrl = `${sink.url}/other`;
    const registered = await control("POST", "/accounts", { ...other, webhookUrl, replayWindowSeconds: 300 });
    expect(registered.body).toMatchObject({ apiKey: "st_other", settings: { replayWindowSeconds: 300 } });
    expect(registered.text).not.toContain(other.apiSecret);
    await open();
    const { allscale_checkout_intent_id: id } = await createOk({ ...merchant, ...other }, usd);
    const otherControl = controlOf(emulator.url, other.apiKey);
    await otherControl("POST", `/intents/${id}/status`, { status: 20 });
    const [webhook] = await sink.waitFor(1);
    expect([webhook?.target, webhook?.headers["x-api-key"]]).toEqual(["/other", "st_other"]);
    await otherControl("POST", "/reset");
    expect((await otherControl("GET", "/intents")).body?.total).toBe(0);
    expect(await list("intents")).toHaveLength(1);
  });

  it("are addressed by header or query, and not by pages of other sites", async () => {
    const { emulator, control } = await openStore();
    const ask = async (method: string, path: string, headers = {}) =>
      (await send({ url: emulator.url, method, target: `/_emulator${path}`, headers })).status;
    expect(await ask("GET", "/intents?api_key=st_test_key")).toBe(200);
    expect(await ask("GET", "/intents?api_key=st_unknown")).toBe(404);
    for (const [Origin, status] of Object.entries({ "https://evil.example": 403, null: 403, "http://a:1": 200 })) {
      expect(await ask("POST", "/reset", { Origin, Host: "a:1" })).toBe(status);
    }
    expect((await control("GET", "/nothing")).status).toBe(404);
    expect((await control("GET", "/reset")).headers.allow).toBe("POST");
  });

  it("go back to what they were registered with, and keep what a second registration does not name", async () => {
    const { emulator, control } = await openStore({ settings: { coinDecimals: 8 } });
    const { webhookUrl } = (await settingsOf(control)) ?? {};
    await control("POST", "/settings", { coinDecimals: 4, webhooks: false, webhookUrl: "http://127.0.0.1:1/x" });
    await control("POST", "/reset", { all: true });
    expect(await settingsOf(control)).toMatchObject({ coinDecimals: 8, webhooks: true, webhookUrl });

    const first = { ...other, webhookUrl: "http://127.0.0.1:1/hooks", statusShape: "object" };
    expect((await control("POST", "/accounts", first)).status).toBe(201);
    const otherControl = controlOf(emulator.url, other.apiKey);
    await otherControl("POST", "/settings", { replayWindowSeconds: 42, webhookUrl: null });
    expect(await control("POST", "/accounts", { ...other, coinDecimals: 5 })).toMatchObject({ status: 200 });
    const kept = { webhookUrl: first.webhookUrl, statusShape: "object", coinDecimals: 5, replayWindowSeconds: 600 };
    expect(await settingsOf(otherControl)).toMatchObject(kept);
    expect((await control("POST", "/accounts", { ...other, webhookUrl: null })).body?.webhookUrl).toBeNull();
  });

  it("say for each setting which values it takes", async () => {
    const { control } = await openStore();
    const refusal = async (settings: object) => (await control("POST", "/settings", settings)).body?.error;
    const list = "a list of at most 50 values, each an integer from 0 to 2592000000, such as [1000,5000], or null";
    expect(await refusal({ retryGapsMs: 5 })).toBe(`"retryGapsMs" takes ${list}.`);
    expect(await refusal({ statusShape: "text" })).toBe('"statusShape" takes one of int, object, or null.');
    expect(await refusal({ webhookUrl: "/x" })).toContain('an absolute http or https URL such as "http://localhost');
    expect(await refusal({ webhoks: false })).toContain('no field "webhoks". Known: webhookUrl, webhooks');
    expect((await control("POST", "/accounts", { apiKey: "k" })).body?.error).toBe('"apiSecret" is required.');
    for (const apiKey of ["☃", "a\nb", "a b", ""]) {
      expect((await control("POST", "/accounts", { apiKey, apiSecret: "s" })).status, apiKey).toBe(400);
    }
    expect((await control("POST", "/accounts", { apiKey: "k", apiSecret: "s", webhookUrl: "nope" })).status).toBe(400);
  });
});

describe("intents", () => {
  it("are listed by order id and moved to every status", async () => {
    const { control, merchant, open, move, list } = await openStore();
    await open({ ...usd, order_id: "o-2" });
    const id = await open();
    expect(await list("intents?order_id=o-1")).toMatchObject([{ id, status: 1, order: { orderId: "o-1" } }]);
    for (const status of [1, 2, 3, 4, 5, 10, 20, -1, -2, -3, -4, -5]) {
      expect((await move(id, status)).body).toMatchObject({ status });
      expect((await call(merchant, `/v1/checkout_intents/${id}/status`)).body?.payload).toBe(status);
    }
    expect((await move(id, 6)).status).toBe(400);
    expect((await move(id, 20, { actual_paid_amount: 5 })).status).toBe(400);
    expect((await control("GET", "/intents/unknown")).status).toBe(404);
  });

  it("show a wallet at 3, what arrived of an underpayment, and the fee", async () => {
    const { open, move, detail } = await openStore();
    const id = await open();
    await move(id, 3);
    const tx_to = expect.stringMatching(/^0x[0-9a-f]{40}$/);
    expect(await detail(id)).toMatchObject({ status: 3, tx_hash: null, actual_paid_amount: null, tx_to });
    await move(id, -3, { actual_paid_amount: "3.000000" });
    const paid = { actual_paid_amount: "3.000000", service_fee_amount: "0.018000", net_income_amount: "2.982000" };
    expect(await detail(id)).toMatchObject({ status: -3, amount_coins: "5.000000", ...paid, tx_to });
  });

  it("time out after their lifetime, also with a wallet assigned, but not once money is on its way", async () => {
    const { control, open, move, list } = await openStore();
    for (const status of [10, 3, 1]) await move(await open(), status);
    await control("POST", "/clock", { advance: "29m" });
    expect((await list("intents")).map(({ status }) => status)).toEqual([1, 3, 10]);
    await control("POST", "/clock", { advance: "1m" });
    expect((await list("intents")).map(({ status }) => status)).toEqual([-5, -5, 10]);
  });
});

it("the clock stands still while frozen and goes on from there", async () => {
  const { control } = await openStore();
  const set = async (change: object) => (await control("POST", "/clock", change)).body;
  const frozen = await set({ freeze: true });
  expect(frozen).toMatchObject({ frozen: true });
  const later = await set({ advance: "1h" });
  expect(Date.parse(String(later?.now)) - Date.parse(String(frozen?.now))).toBe(3_600_000);
  expect(await set({ freeze: false })).toMatchObject({ frozen: false });
  for (const advance of ["soon", 4_000_000_000_000]) expect(await set({ advance })).toHaveProperty("error");
  await control("POST", "/reset");
  expect((await control("GET", "/clock")).body).toMatchObject({ aheadMs: 0, frozen: false });
});

it("the log keeps every API request, and says what was wrong with a signature", async () => {
  const { merchant, emulator, list } = await openStore();
  await create(merchant, usd);
  await call(merchant, "/v1/test/ping?a=1", { secret: "wrong" });
  const text = await create(merchant, usd, { headers: { "Content-Type": "text/plain" } });
  expect(text.body).toEqual({ code: 20002, error: { details: { reason: "signature_mismatch" } }, payload: null });
  const expectedCanonical = expect.stringMatching(/^GET\n\/v1\/test\/ping\na=1\n/);
  const message = expect.stringMatching(/Content-Type is text\/plain; a body needs application\/json/);
  expect(await list("requests")).toMatchObject([
    { op: "create", httpStatus: 200, code: 0, orderId: "o-1", intentId: expect.any(String) },
    { op: "ping", httpStatus: 401, reason: "signature_mismatch", expectedCanonical },
    { op: "create", httpStatus: 401, message },
  ]);
  expect(await list("requests?op=create")).toHaveLength(2);
  await send({ url: emulator.url, method: "GET", target: "/v1/test/ping" });
  expect(await list("requests?unattributed=true")).toHaveLength(1);
});

it("one description serves routing, OpenAPI and the overview", async () => {
  const { emulator, control, merchant, open } = await openStore();
  await open({ ...usd, order_id: "<script>" });
  const described = (await control("GET", "/openapi.json")).body as unknown as { paths: Record<string, object> };
  const page = await control("GET", "/");
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

it("the README names every scenario, fault and setting, and can be run by line 10", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const { api, webhook } = faultKinds(allscale);
  const names = Object.keys({ ...allscale.scenarios, ...api, ...webhook, ...allscale.settings });
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(readme.split("\n").slice(0, 10).join("\n")).toContain("npx allscale-emulator");
});
