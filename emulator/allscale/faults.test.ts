import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, create, usd } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const ping = "/v1/test/ping";

async function withFault(...faults: object[]): Promise<TestStore> {
  const store = await openStore({ settings: { retryGapsMs: [1] } });
  for (const fault of faults) expect((await store.control("POST", "/faults", fault)).status).toBe(201);
  return store;
}

describe("faults of the API", () => {
  it("strike as often as they are told, and say how often they did", async () => {
    const { merchant, open, list } = await withFault({ op: "status", http: 429, times: 2 });
    const path = `/v1/checkout_intents/${await open()}/status`;
    const limited = { status: 429, body: { code: 40001, error: { details: { retry_after: 1 } } } };
    expect([await call(merchant, path), await call(merchant, path)]).toMatchObject([limited, limited]);
    expect((await call(merchant, path)).body?.payload).toBe(1);
    expect(await list("faults")).toMatchObject([{ struck: 2, times: 2 }]);
    const log = await list("requests?op=status");
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
    const kinds = ["drop", "drop_after_accept"];
    const { merchant, list } = await withFault(...kinds.map((kind) => ({ op: "create", kind, times: 1 })));
    for (const made of [0, 1]) {
      await expect(create(merchant, usd)).rejects.toThrow();
      expect(await list("intents")).toHaveLength(made);
    }
    const log = [{ httpStatus: null, code: null }, { fault: "drop_after_accept" }];
    expect(await list("requests")).toMatchObject(log);
  });

  it("accept a create and then never answer", async () => {
    const { emulator, merchant, list } = await withFault({ kind: "create_timeout_after_accept", op: "create" });
    const answered = create(merchant, usd).catch(() => "closed");
    await expect.poll(() => list("intents")).toHaveLength(1);
    await emulator.close();
    expect(await answered).toBe("closed");
  });

  it("spoil what is answered", async () => {
    const { merchant, control, open } = await openStore();
    const id = await open();
    const spoilt = async (op: string, kind: string, more: object = {}) => {
      expect((await control("POST", "/faults", { op, kind, times: 1, ...more })).status).toBe(201);
      if (op === "create") return create(merchant, usd);
      return call(merchant, `/v1/checkout_intents/${id}${op === "status" ? "/status" : ""}`);
    };
    const payload = async (...args: Parameters<typeof spoilt>) => (await spoilt(...args)).body?.payload;
    expect(await spoilt("create", "bad_json")).toMatchObject({ status: 200, body: undefined });
    expect(await spoilt("create", "empty_body")).toMatchObject({ status: 200, text: "" });
    expect(await spoilt("create", "html")).toMatchObject({ status: 502, headers: { "content-type": "text/html" } });
    expect(await payload("create", "amount_x100")).toMatchObject({ amount_coins: "500.000000" });
    const evil = { checkout_url: expect.stringMatching(/^https:\/\/.*\.evil\.example\//) };
    expect(await payload("create", "evil_url")).toMatchObject(evil);
    const script = "javascript:1";
    expect(await payload("create", "evil_url", { url: script })).toMatchObject({ checkout_url: script });
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
    const unsigned = ["missing_response_signature", "html", "empty_body"];
    for (const kind of [...unsigned, "bad_response_signature", "wrong_shape"]) {
      expect((await headersWith(kind))["x-response-signature"] === undefined, kind).toBe(unsigned.includes(kind));
    }
    const stale = (await headersWith("stale_response_signature"))["x-response-timestamp"];
    expect(Date.now() / 1000 - Number(stale)).toBeGreaterThan(3_500);
  });

  it("are refused where they would mean or change nothing, and can be removed", async () => {
    const { control } = await openStore();
    const numbers = [{ http: 99 }, { http: 500, times: 0 }, { http: 500, tiems: 1 }, { delay: "soon" }];
    const onCreate = [{}, { kind: "duplicate" }, ...numbers].map((fault) => ({ op: "create", ...fault }));
    const useless = { webhook: "evil_url", status: "evil_url", test: "unknown_status" };
    const others = [{}, { op: "nothing", http: 500 }, ...Object.entries(useless).map(([op, kind]) => ({ op, kind }))];
    for (const fault of [...onCreate, ...others]) {
      expect((await control("POST", "/faults", fault)).status, JSON.stringify(fault)).toBe(400);
    }
    const { body } = await control("POST", "/faults", { op: "create", http: 500 });
    expect((await control("DELETE", `/faults/${body?.id}`)).status).toBe(200);
    expect((await control("DELETE", `/faults/${body?.id}`)).status).toBe(404);
  });
});

describe("faults of webhooks", () => {
  async function confirmed(fault: object, count: number) {
    const store = await withFault({ op: "webhook", times: 1, ...fault });
    await store.move(await store.open(), 20);
    return { ...store, caught: await store.sink.waitFor(count) };
  }

  it("lose a delivery, which is then sent again", async () => {
    const { list } = await confirmed({ kind: "drop" }, 1);
    const lost = { attempt: 1, state: "failed", error: expect.stringContaining("lost") };
    await expect.poll(() => list("deliveries")).toMatchObject([lost, { attempt: 2, state: "delivered" }]);
  });

  it("send the same bytes twice, or take a good answer for a bad one", async () => {
    const twice = (await confirmed({ kind: "duplicate" }, 2)).caught;
    expect(twice[1]).toEqual(twice[0]);
    const again = (await confirmed({ http: 502 }, 2)).caught;
    expect(again[1]?.headers["x-webhook-id"]).toBe(again[0]?.headers["x-webhook-id"]);
  });

  it("delay and reorder", async () => {
    const { control, open, move, list, sink } = await confirmed({ delay: "30ms" }, 1);
    await control("POST", "/faults", { op: "webhook", kind: "reorder", times: 1 });
    // Long enough that the one held back would arrive first if it did not wait for the other.
    await control("POST", "/faults", { op: "webhook", kind: "delay", delay: "50ms", times: 1 });
    const ids = [await open(), await open()];
    for (const id of ids) await move(id, 20);
    await sink.waitFor(3);
    expect((await list("deliveries")).slice(1).map(({ intentId }) => intentId)).toEqual(ids.reverse());
  });

  it.each([
    ["bad_signature", false],
    ["missing_signature", false],
    ["stale_timestamp", true],
    ["bad_json", true],
    ["wrong_shape", true],
    ["amount_x100", true],
  ])("spoil what is sent: %s", async (kind, verifies) => {
    const { merchant, caught } = await confirmed({ kind }, 1);
    expect(caught.map((webhook) => webhookVerifies(webhook, merchant.apiSecret))).toEqual([verifies]);
    const hundredfold = { amount_cents: 50_000, amount_coins: "500.000000" };
    if (kind === "amount_x100") expect(caught[0]?.body).toMatchObject(hundredfold);
  });
});
