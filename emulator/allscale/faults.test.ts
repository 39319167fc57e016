import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, create, createOk } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const order = { currency: 1, amount_cents: 500, order_id: "o-1" };
const ping = "/v1/test/ping";

async function withFault(fault: object): Promise<TestStore> {
  const store = await openStore({ settings: { retryGapsMs: [1] } });
  const set = await store.control("POST", "/faults", fault);
  if (set.status !== 201) throw new Error(set.text);
  return store;
}

describe("faults of the API", () => {
  it("strike as often as they are told, and say how often they did", async () => {
    const store = await withFault({ op: "status", http: 429, times: 3 });
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    const ask = () => call(store.merchant, `/v1/checkout_intents/${id}/status`);
    for (let count = 0; count < 3; count += 1) {
      const answer = await ask();
      expect([answer.status, answer.body?.code]).toEqual([429, 40001]);
      expect(answer.body?.error?.details).toEqual({ retry_after: 1 });
    }
    expect((await ask()).body?.payload).toBe(1);
    expect((await store.control("GET", "/faults")).body?.faults).toMatchObject([{ struck: 3, times: 3 }]);
    const log = (await store.control("GET", "/requests?op=status")).body?.requests;
    expect(log).toMatchObject([{ fault: "error" }, { fault: "error" }, { fault: "error" }, { fault: null }]);
  });

  it.each([
    [{ http: 401 }, 401, 20002],
    [{ http: 403 }, 403, 30001],
    [{ http: 404 }, 404, 50001],
    [{ http: 500 }, 500, 90000],
    [{ code: 20001 }, 401, 20001],
    [{ code: 40001, details: { retry_after: 7 } }, 429, 40001],
    [{ code: 99999, http: 503 }, 503, 99999],
  ])("answer the error %j", async (fault, http, code) => {
    const store = await withFault({ op: "test", ...fault });
    const answer = await call(store.merchant, ping);
    expect([answer.status, answer.body?.code]).toEqual([http, code]);
  });

  it("drop the connection before or after the work", async () => {
    const store = await withFault({ op: "create", kind: "drop", times: 1 });
    await store.control("POST", "/faults", { op: "create", kind: "drop_after_accept", times: 1 });
    await expect(create(store.merchant, order)).rejects.toThrow();
    expect((await store.control("GET", "/intents")).body?.total).toBe(0);
    await expect(create(store.merchant, order)).rejects.toThrow();
    expect((await store.control("GET", "/intents")).body?.total).toBe(1);
    const log = (await store.control("GET", "/requests")).body?.requests;
    expect(log).toMatchObject([
      { httpStatus: null, code: null },
      { httpStatus: null, fault: "drop_after_accept" },
    ]);
  });

  it("accept a create and then never answer", async () => {
    const store = await withFault({ kind: "create_timeout_after_accept", op: "create" });
    const answered = create(store.merchant, order).then(
      () => "answered",
      () => "closed",
    );
    await expect.poll(async () => (await store.control("GET", "/intents")).body?.total).toBe(1);
    await store.emulator.close();
    expect(await answered).toBe("closed");
  });

  it("delay an answer", async () => {
    const store = await withFault({ op: "any", delay: "80ms" });
    const startedAt = performance.now();
    expect((await call(store.merchant, ping)).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(75);
  });

  it("spoil what is answered", async () => {
    const store = await openStore();
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    const spoilt = async (fault: object, ask: () => ReturnType<typeof call>) => {
      await store.control("DELETE", "/faults");
      expect((await store.control("POST", "/faults", fault)).status).toBe(201);
      return ask();
    };
    const post = () => create(store.merchant, order);
    const status = () => call(store.merchant, `/v1/checkout_intents/${id}/status`);
    const detail = () => call(store.merchant, `/v1/checkout_intents/${id}`);
    const broken = await spoilt({ op: "create", kind: "bad_json" }, post);
    expect([broken.status, broken.body]).toEqual([200, undefined]);
    expect(await spoilt({ op: "create", kind: "empty_body" }, post)).toMatchObject({ status: 200, text: "" });
    const proxy = await spoilt({ op: "create", kind: "html" }, post);
    expect([proxy.status, proxy.headers["content-type"]]).toEqual([502, "text/html"]);
    const x100 = await spoilt({ op: "create", kind: "amount_x100" }, post);
    expect(x100.body?.payload).toMatchObject({ amount_coins: "500.000000" });
    const evil = await spoilt({ op: "create", kind: "evil_url" }, post);
    expect(evil.body?.payload).toMatchObject({ checkout_url: expect.stringMatching(/^https:\/\/.*\.evil\.example\//) });
    const given = await spoilt({ op: "create", kind: "evil_url", url: "javascript:1" }, post);
    expect(given.body?.payload).toMatchObject({ checkout_url: "javascript:1" });
    expect((await spoilt({ op: "create", kind: "wrong_shape" }, post)).body?.payload).toEqual(expect.any(Array));
    expect((await spoilt({ op: "status", kind: "wrong_shape" }, status)).body?.payload).toEqual({ status: "1" });
    expect((await spoilt({ op: "status", kind: "unknown_status" }, status)).body?.payload).toBe(99);
    const unknown = await spoilt({ op: "get", kind: "unknown_status", status: -9 }, detail);
    expect(unknown.body?.payload).toMatchObject({ status: -9 });
  });

  it("spoil response signatures", async () => {
    const store = await openStore({ settings: { signedResponse: true } });
    const good = (await call(store.merchant, ping)).headers;
    expect(good["x-response-signature"]).toMatch(/^v1=/);
    await store.control("POST", "/faults", { op: "ping", kind: "missing_response_signature", times: 1 });
    expect((await call(store.merchant, ping)).headers["x-response-signature"]).toBeUndefined();
    await store.control("POST", "/faults", { op: "ping", kind: "stale_response_signature", times: 1 });
    const stale = (await call(store.merchant, ping)).headers["x-response-timestamp"];
    expect(Date.now() / 1000 - Number(stale)).toBeGreaterThan(3_500);
    await store.control("POST", "/faults", { op: "ping", kind: "bad_response_signature", times: 1 });
    expect((await call(store.merchant, ping)).headers["x-response-signature"]).toMatch(/^v1=/);
  });

  it("strike by chance", async () => {
    const store = await withFault({ op: "ping", http: 500, probability: 0 });
    expect((await call(store.merchant, ping)).status).toBe(200);
    await store.control("POST", "/faults", { op: "ping", http: 500, probability: 0.5 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => call(store.merchant, ping)));
    const failed = answers.filter(({ status }) => status === 500).length;
    expect(failed).toBeGreaterThan(50);
    expect(failed).toBeLessThan(150);
  });

  it("are refused when nobody could know what they mean, and can be removed", async () => {
    const { control } = await openStore();
    for (const fault of [
      {},
      { op: "create" },
      { op: "nothing", http: 500 },
      { op: "create", kind: "duplicate" },
      { op: "webhook", kind: "evil_url" },
      { op: "create", http: 99 },
      { op: "create", http: 500, times: 0 },
      { op: "create", http: 500, probability: 2 },
      { op: "create", delay: "soon" },
      { op: "create", http: 500, tiems: 1 },
    ]) {
      expect([fault, (await control("POST", "/faults", fault)).status]).toEqual([fault, 400]);
    }
    const { id } = (await control("POST", "/faults", { op: "create", http: 500 })).body as unknown as { id: string };
    expect((await control("DELETE", `/faults/${id}`)).status).toBe(200);
    expect((await control("DELETE", `/faults/${id}`)).status).toBe(404);
  });
});

it("that stand for a proxy leave nothing signed, unlike those of the provider", async () => {
  const store = await openStore({ settings: { signedResponse: true } });
  for (const [kind, isSigned] of [
    ["html", false],
    ["empty_body", false],
    ["wrong_shape", true],
  ] as const) {
    await store.control("POST", "/faults", { op: "ping", kind, times: 1 });
    const { headers } = await call(store.merchant, "/v1/test/ping");
    expect(headers["x-response-signature"] !== undefined, kind).toBe(isSigned);
  }
});

it("are refused where they would change nothing", async () => {
  const store = await openStore();
  for (const [op, kind] of [
    ["status", "evil_url"],
    ["status", "amount_x100"],
    ["test", "unknown_status"],
    ["detail", "evil_url"],
  ]) {
    const answer = await store.control("POST", "/faults", { op, kind });
    expect([answer.status, answer.body?.error], `${op} ${kind}`).toEqual([400, expect.stringContaining("only on")]);
  }
  expect((await store.control("POST", "/faults", { op: "webhook", kind: "amount_x100" })).status).toBe(201);
});

describe("faults of webhooks", () => {
  const secret = "st_test_secret_Zm9vYmFy";

  async function confirmed(fault: object, count: number) {
    const store = await withFault({ op: "webhook", times: 1, ...fault });
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    await store.control("POST", `/intents/${id}/status`, { status: 20 });
    const caught = await store.sink.waitFor(count);
    return { store, id, caught };
  }

  it("lose a delivery, which is then sent again", async () => {
    const { store, caught } = await confirmed({ kind: "drop" }, 1);
    expect(caught[0] !== undefined && webhookVerifies(caught[0], secret)).toBe(true);
    await expect
      .poll(async () => (await store.control("GET", "/deliveries")).body?.deliveries)
      .toMatchObject([
        { attempt: 1, state: "failed", error: expect.stringContaining("lost") },
        { attempt: 2, state: "delivered" },
      ]);
  });

  it("send the same bytes twice", async () => {
    const { caught } = await confirmed({ kind: "duplicate" }, 2);
    expect(caught[1]).toEqual(caught[0]);
  });

  it("take a good answer for a bad one", async () => {
    const { caught } = await confirmed({ http: 502 }, 2);
    expect(caught[1]?.headers["x-webhook-id"]).toBe(caught[0]?.headers["x-webhook-id"]);
  });

  it("delay and reorder", async () => {
    const { store, caught } = await confirmed({ delay: "30ms" }, 1);
    expect(caught.length).toBe(1);
    await store.control("POST", "/faults", { op: "webhook", kind: "reorder", times: 1 });
    // Long enough that the one held back would arrive first if it did not wait for the other.
    await store.control("POST", "/faults", { op: "webhook", kind: "delay", delay: "50ms", times: 1 });
    const first = await createOk(store.merchant, order);
    const second = await createOk(store.merchant, order);
    for (const { allscale_checkout_intent_id: id } of [first, second]) {
      await store.control("POST", `/intents/${id}/status`, { status: 20 });
    }
    await store.sink.waitFor(3);
    const deliveries = (await store.control("GET", "/deliveries")).body?.deliveries as { intentId: string }[];
    expect(deliveries.slice(1).map(({ intentId }) => intentId)).toEqual([
      second.allscale_checkout_intent_id,
      first.allscale_checkout_intent_id,
    ]);
  });

  it.each([
    ["bad_signature", false],
    ["missing_signature", false],
    ["stale_timestamp", true],
    ["bad_json", true],
    ["wrong_shape", true],
    ["amount_x100", true],
  ])("spoil what is sent: %s", async (kind, verifies) => {
    const { caught } = await confirmed({ kind }, 1);
    expect(caught[0] !== undefined && webhookVerifies(caught[0], secret)).toBe(verifies);
    if (kind === "amount_x100")
      expect(caught[0]?.body).toMatchObject({ amount_cents: 50_000, amount_coins: "500.000000" });
  });
});
