import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, create, createOk } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const order = { currency: 1, amount_cents: 500, order_id: "o-1" };
const ping = "/v1/test/ping";

async function withFault(...faults: object[]): Promise<TestStore> {
  const store = await openStore({ settings: { retryGapsMs: [1] } });
  for (const fault of faults) {
    const set = await store.control("POST", "/faults", fault);
    if (set.status !== 201) throw new Error(set.text);
  }
  return store;
}

const intents = async ({ control }: TestStore) => (await control("GET", "/intents")).body?.total;

describe("faults of the API", () => {
  it("strike as often as they are told, and say how often they did", async () => {
    const store = await withFault({ op: "status", http: 429, times: 2 });
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    const ask = () => call(store.merchant, `/v1/checkout_intents/${id}/status`);
    for (let count = 0; count < 2; count += 1) {
      expect(await ask()).toMatchObject({ status: 429, body: { code: 40001, error: { details: { retry_after: 1 } } } });
    }
    expect((await ask()).body?.payload).toBe(1);
    expect((await store.control("GET", "/faults")).body?.faults).toMatchObject([{ struck: 2, times: 2 }]);
    const log = (await store.control("GET", "/requests?op=status")).body?.requests;
    expect(log).toMatchObject([{ fault: "error" }, { fault: "error" }, { fault: null }]);
  });

  it.each([
    [{ http: 401 }, 401, 20002],
    [{ http: 403 }, 403, 30001],
    [{ http: 404 }, 404, 50001],
    [{ http: 500 }, 500, 90000],
    [{ code: 20001 }, 401, 20001],
    [{ code: 40001, details: { retry_after: 7 } }, 429, 40001],
    [{ code: 99999, http: 503 }, 503, 99999],
  ])("answer the error %j", async (fault, status, code) => {
    const { merchant } = await withFault({ op: "test", ...fault });
    expect(await call(merchant, ping)).toMatchObject({ status, body: { code } });
  });

  it("drop the connection before or after the work", async () => {
    const store = await withFault(
      { op: "create", kind: "drop", times: 1 },
      { op: "create", kind: "drop_after_accept", times: 1 },
    );
    for (const made of [0, 1]) {
      await expect(create(store.merchant, order)).rejects.toThrow();
      expect(await intents(store)).toBe(made);
    }
    const log = (await store.control("GET", "/requests")).body?.requests;
    expect(log).toMatchObject([{ httpStatus: null, code: null }, { fault: "drop_after_accept" }]);
  });

  it("accept a create and then never answer", async () => {
    const store = await withFault({ kind: "create_timeout_after_accept", op: "create" });
    const answered = create(store.merchant, order).catch(() => "closed");
    await expect.poll(() => intents(store)).toBe(1);
    await store.emulator.close();
    expect(await answered).toBe("closed");
  });

  it("spoil what is answered", async () => {
    const { merchant, control } = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(merchant, order);
    const spoilt = async (op: string, kind: string, more: object = {}) => {
      expect((await control("POST", "/faults", { op, kind, times: 1, ...more })).status).toBe(201);
      if (op === "create") return create(merchant, order);
      return call(merchant, `/v1/checkout_intents/${id}${op === "status" ? "/status" : ""}`);
    };
    const payload = async (...args: Parameters<typeof spoilt>) => (await spoilt(...args)).body?.payload;
    expect(await spoilt("create", "bad_json")).toMatchObject({ status: 200, body: undefined });
    expect(await spoilt("create", "empty_body")).toMatchObject({ status: 200, text: "" });
    expect(await spoilt("create", "html")).toMatchObject({ status: 502, headers: { "content-type": "text/html" } });
    expect(await payload("create", "amount_x100")).toMatchObject({ amount_coins: "500.000000" });
    const evil = expect.stringMatching(/^https:\/\/.*\.evil\.example\//);
    expect(await payload("create", "evil_url")).toMatchObject({ checkout_url: evil });
    expect(await payload("create", "evil_url", { url: "javascript:1" })).toMatchObject({
      checkout_url: "javascript:1",
    });
    expect(await payload("create", "wrong_shape")).toEqual(expect.any(Array));
    expect(await payload("status", "wrong_shape")).toEqual({ status: "1" });
    expect(await payload("status", "unknown_status")).toBe(99);
    expect(await payload("get", "unknown_status", { status: -9 })).toMatchObject({ status: -9 });
  });

  it("spoil response signatures, and leave what a proxy answers unsigned", async () => {
    const { merchant, control } = await openStore({ settings: { signedResponse: true } });
    const headersWith = async (kind: string) => {
      await control("POST", "/faults", { op: "ping", kind, times: 1 });
      return (await call(merchant, ping)).headers;
    };
    for (const [kind, isSigned] of [
      ["missing_response_signature", false],
      ["bad_response_signature", true],
      ["wrong_shape", true],
      ["html", false],
      ["empty_body", false],
    ] as const) {
      expect((await headersWith(kind))["x-response-signature"] !== undefined, kind).toBe(isSigned);
    }
    const stale = (await headersWith("stale_response_signature"))["x-response-timestamp"];
    expect(Date.now() / 1000 - Number(stale)).toBeGreaterThan(3_500);
  });

  it("are refused where they would mean or change nothing, and can be removed", async () => {
    const { control } = await openStore();
    for (const fault of [
      {},
      { op: "create" },
      { op: "nothing", http: 500 },
      { op: "create", kind: "duplicate" },
      { op: "webhook", kind: "evil_url" },
      { op: "status", kind: "evil_url" },
      { op: "test", kind: "unknown_status" },
      { op: "create", http: 99 },
      { op: "create", http: 500, times: 0 },
      { op: "create", delay: "soon" },
      { op: "create", http: 500, tiems: 1 },
    ]) {
      expect([fault, (await control("POST", "/faults", fault)).status]).toEqual([fault, 400]);
    }
    const { body } = await control("POST", "/faults", { op: "create", http: 500 });
    expect((await control("DELETE", `/faults/${body?.id}`)).status).toBe(200);
    expect((await control("DELETE", `/faults/${body?.id}`)).status).toBe(404);
  });
});

describe("faults of webhooks", () => {
  async function confirmed(fault: object, count: number) {
    const store = await withFault({ op: "webhook", times: 1, ...fault });
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    await store.control("POST", `/intents/${id}/status`, { status: 20 });
    return { store, caught: await store.sink.waitFor(count) };
  }

  it("lose a delivery, which is then sent again", async () => {
    const { store } = await confirmed({ kind: "drop" }, 1);
    const lost = { attempt: 1, state: "failed", error: expect.stringContaining("lost") };
    const logged = async () => (await store.control("GET", "/deliveries")).body?.deliveries;
    await expect.poll(logged).toMatchObject([lost, { attempt: 2, state: "delivered" }]);
  });

  it("send the same bytes twice, or take a good answer for a bad one", async () => {
    const twice = (await confirmed({ kind: "duplicate" }, 2)).caught;
    expect(twice[1]).toEqual(twice[0]);
    const again = (await confirmed({ http: 502 }, 2)).caught;
    expect(again[1]?.headers["x-webhook-id"]).toBe(again[0]?.headers["x-webhook-id"]);
  });

  it("delay and reorder", async () => {
    const { store } = await confirmed({ delay: "30ms" }, 1);
    await store.control("POST", "/faults", { op: "webhook", kind: "reorder", times: 1 });
    // Long enough that the one held back would arrive first if it did not wait for the other.
    await store.control("POST", "/faults", { op: "webhook", kind: "delay", delay: "50ms", times: 1 });
    const created = [await createOk(store.merchant, order), await createOk(store.merchant, order)];
    const ids = created.map(({ allscale_checkout_intent_id: id }) => id);
    for (const id of ids) await store.control("POST", `/intents/${id}/status`, { status: 20 });
    await store.sink.waitFor(3);
    const deliveries = (await store.control("GET", "/deliveries")).body?.deliveries as { intentId: string }[];
    expect(deliveries.slice(1).map(({ intentId }) => intentId)).toEqual(ids.reverse());
  });

  it.each([
    ["bad_signature", false],
    ["missing_signature", false],
    ["stale_timestamp", true],
    ["bad_json", true],
    ["wrong_shape", true],
    ["amount_x100", true],
  ])("spoil what is sent: %s", async (kind, verifies) => {
    const { store, caught } = await confirmed({ kind }, 1);
    expect(caught[0] !== undefined && webhookVerifies(caught[0], store.merchant.apiSecret)).toBe(verifies);
    const hundredfold = { amount_cents: 50_000, amount_coins: "500.000000" };
    if (kind === "amount_x100") expect(caught[0]?.body).toMatchObject(hundredfold);
  });
});
