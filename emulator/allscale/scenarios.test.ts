import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, createOk } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";
import { type ScenarioName, scenarios } from "./scenarios";

const secret = "st_test_secret_Zm9vYmFy";

/** The statuses each scenario goes through, and how many webhooks it sends. */
const expected: Readonly<Record<ScenarioName, { statuses: number[]; good: number; forged?: number }>> = {
  happy: { statuses: [1, 2, 3, 10, 20], good: 1 },
  slow: { statuses: [1, 2, 3, 10, 20], good: 1 },
  underpaid: { statuses: [1, 2, 3, -3], good: 0 },
  late: { statuses: [1, 2, -5, 20], good: 1 },
  double: { statuses: [1, 2, 20, 20], good: 2 },
  lost_webhook: { statuses: [1, 2, 10, 20], good: 0 },
  duplicate_webhooks: { statuses: [1, 2, 10, 20], good: 4 },
  forged_webhook: { statuses: [1, 2], good: 0, forged: 5 },
  kyt_rejected: { statuses: [1, 2, 3, -2], good: 0 },
  manual_review: { statuses: [1, 2, 3, 4, 20], good: 1 },
  send_back: { statuses: [1, 2, 3, 5, -1], good: 0 },
  canceled: { statuses: [1, 2, -4], good: 0 },
  timeout: { statuses: [1, -5], good: 0 },
  failed: { statuses: [1, 2, 10, -1], good: 0 },
};

async function history(store: TestStore, id: string): Promise<number[]> {
  const { body } = await store.control("GET", `/intents/${id}`);
  const changes = body?.history as { status: number }[];
  return changes.map(({ status }) => status);
}

describe("scenarios", () => {
  it.each(Object.keys(scenarios) as ScenarioName[])("%s plays by its magic amount", async (name) => {
    const store = await openStore();
    await store.control("POST", "/clock", { freeze: true });
    const order = { currency: 1, amount_cents: scenarios[name]?.cents };
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    await store.control("POST", "/clock", { advance: "20m" });
    const { statuses, good, forged = 0 } = expected[name];
    expect(await history(store, id)).toEqual(statuses);
    const caught = await store.sink.waitFor(good + forged);
    expect(caught).toHaveLength(good + forged);
    if (forged === 0) expect(caught.every((webhook) => webhookVerifies(webhook, secret))).toBe(true);
  });

  it("are asked for by the description, by the next intent, and for an intent that exists", async () => {
    const store = await openStore({ settings: { scenarioStepMs: 1 } });
    const settled = (id: string) => expect.poll(async () => (await history(store, id)).at(-1));
    const order = { currency: 44, amount_cents: 500 };
    const described = await createOk(store.merchant, { ...order, order_description: "Tip, scenario:kyt-rejected" });
    await settled(described.allscale_checkout_intent_id).toBe(-2);
    const { body } = await store.control("POST", "/scenarios", { name: "canceled" });
    expect(body?.waiting).toEqual(["canceled"]);
    await settled((await createOk(store.merchant, order)).allscale_checkout_intent_id).toBe(-4);
    const plain = (await createOk(store.merchant, order)).allscale_checkout_intent_id;
    expect(await history(store, plain)).toEqual([1]);
    await store.control("POST", `/intents/${plain}/scenario`, { name: "timeout" });
    await settled(plain).toBe(-5);
    expect((await store.control("POST", "/scenarios", { name: "sunny" })).status).toBe(400);
  });

  it("tell of an underpayment what arrived", async () => {
    const store = await openStore({ settings: { scenarioStepMs: 1 } });
    const { allscale_checkout_intent_id: id } = await createOk(store.merchant, { stable_coin: 1, amount_cents: 403 });
    await expect.poll(() => history(store, id)).toEqual([1, 2, 3, -3]);
    const detail = await call(store.merchant, `/v1/checkout_intents/${id}`);
    expect(detail.body?.payload).toMatchObject({ amount_coins: "4.030000", actual_paid_amount: "2.418000" });
  });

  it("pay twice with two transactions, and tell one confirmation four times", async () => {
    const store = await openStore({ settings: { scenarioStepMs: 1 } });
    await createOk(store.merchant, { currency: 1, amount_cents: 405 });
    const twice = await store.sink.waitFor(2);
    expect(new Set(twice.map(({ body }) => body.all_scale_transaction_id)).size).toBe(2);
    await createOk(store.merchant, { currency: 1, amount_cents: 407 });
    const four = (await store.sink.waitFor(6)).slice(2);
    expect(new Set(four.map(({ body }) => body.all_scale_transaction_id)).size).toBe(1);
    expect(new Set(four.map(({ headers }) => headers["x-webhook-id"])).size).toBe(2);
    expect(new Set(four.map(({ headers }) => headers["x-webhook-nonce"])).size).toBe(3);
  });

  it("send forgeries of which none verifies inside the window", async () => {
    const store = await openStore({ settings: { scenarioStepMs: 1, retryGapsMs: [1] } });
    store.sink.answer = () => ({ status: 401 });
    await createOk(store.merchant, { currency: 1, amount_cents: 408 });
    const forged = await store.sink.waitFor(5);
    const fresh = (seconds: string | undefined): boolean => Math.abs(Date.now() / 1000 - Number(seconds)) <= 300;
    for (const webhook of forged) {
      const believed = webhookVerifies(webhook, secret) && fresh(webhook.headers["x-webhook-timestamp"]);
      expect(believed).toBe(false);
    }
  });

  it("start by magic amounts in native coins and yen, and not at all when switched off", async () => {
    const store = await openStore();
    const played = async (order: object): Promise<unknown> => {
      const { allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
      return (await store.control("GET", `/intents/${id}`)).body?.scenario;
    };
    expect(await played({ currency: 1, amount_cents: 1903 })).toBeNull();
    expect(await played({ currency: 72, amount_cents: 40_300 })).toBe("underpaid");
    expect(await played({ stable_coin: 1, amount_cents: 404 })).toBe("late");
    await store.control("POST", "/settings", { scenarios: false });
    expect(await played({ currency: 1, amount_cents: 403, order_description: "scenario:late" })).toBeNull();
  });

  it("that do not exist are named in the log and on the overview", async () => {
    const store = await openStore();
    await createOk(store.merchant, { currency: 1, amount_cents: 403, order_description: "Tip scenario:sunny" });
    const note = expect.stringMatching(/no scenario "sunny".*happy, slow/);
    expect((await store.control("GET", "/requests")).body).toMatchObject({ requests: [{ note }] });
    const overview = await store.control("GET", "/");
    expect(overview.text).toContain("no scenario &quot;sunny&quot;");
    expect((await store.control("GET", "/intents")).body?.intents).toMatchObject([{ scenario: null }]);
  });
});
