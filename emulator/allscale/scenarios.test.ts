import { expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { webhookVerifies } from "../test-support/webhook-sink";
import { type ScenarioName, scenarios } from "./scenarios";

const expected: Readonly<Record<ScenarioName, readonly [number[], number]>> = {
  happy: [[1, 2, 3, 10, 20], 1],
  slow: [[1, 2, 3, 10, 20], 1],
  underpaid: [[1, 2, 3, -3], 0],
  late: [[1, 2, -5, 20], 1],
  double: [[1, 2, 20, 20], 2],
  lost_webhook: [[1, 2, 10, 20], 0],
  duplicate_webhooks: [[1, 2, 10, 20], 4],
  forged_webhook: [[1, 2], 5],
  kyt_rejected: [[1, 2, 3, -2], 0],
  manual_review: [[1, 2, 3, 4, 20], 1],
  send_back: [[1, 2, 3, 5, -1], 0],
  canceled: [[1, 2, -4], 0],
  timeout: [[1, -5], 0],
  failed: [[1, 2, 10, -1], 0],
};

const scenarioOf = async ({ control }: TestStore, id: string) =>
  (await control("GET", `/intents/${id}`)).body?.scenario;

async function historyOf({ control }: TestStore, id: string): Promise<number[]> {
  const { history } = (await control("GET", `/intents/${id}`)).body as unknown as { history: { status: number }[] };
  return history.map(({ status }) => status);
}

const open = (store: TestStore, fields: object = {}) => store.open({ currency: 1, amount_cents: 500, ...fields });

it.each(Object.keys(scenarios) as ScenarioName[])("scenario %s plays by its magic amount", async (name) => {
  const store = await openStore();
  await store.control("POST", "/clock", { freeze: true });
  const id = await open(store, { amount_cents: scenarios[name]?.cents });
  await store.control("POST", "/clock", { advance: "20m" });
  const [statuses, webhooks] = expected[name];
  expect(await historyOf(store, id)).toEqual(statuses);
  const caught = await store.sink.waitFor(webhooks);
  expect(caught).toHaveLength(webhooks);
  const isFresh = (seconds: string | undefined): boolean => Math.abs(Date.now() / 1000 - Number(seconds)) <= 300;
  const fresh = caught.filter(({ headers }) => isFresh(headers["x-webhook-timestamp"]));
  const believed = fresh.filter((webhook) => webhookVerifies(webhook, store.merchant.apiSecret));
  expect(believed).toHaveLength(name === "forged_webhook" ? 0 : webhooks);
  const different = (field: string): number => new Set(caught.map(({ body }) => body[field])).size;
  if (name === "double") expect(different("all_scale_transaction_id")).toBe(2);
  if (name === "duplicate_webhooks") {
    expect([different("all_scale_transaction_id"), different("webhook_id")]).toEqual([1, 2]);
    expect(new Set(caught.map(({ headers }) => headers["x-webhook-nonce"])).size).toBe(3);
  }
  const short = { amount_coins: "4.030000", actual_paid_amount: "2.418000" };
  if (name === "underpaid") expect(await store.detail(id)).toMatchObject(short);
});

it("scenarios are asked for by the description, by the next intent, and for an intent that exists", async () => {
  const store = await openStore({ settings: { scenarioStepMs: 1 } });
  const ends = (id: string) => expect.poll(async () => (await historyOf(store, id)).at(-1));
  await ends(await open(store, { order_description: "Tip, scenario:kyt-rejected" })).toBe(-2);
  expect((await store.control("POST", "/scenarios", { name: "canceled" })).body?.waiting).toEqual(["canceled"]);
  await ends(await open(store)).toBe(-4);
  const plain = await open(store);
  expect(await historyOf(store, plain)).toHaveLength(1);
  await store.control("POST", `/intents/${plain}/scenario`, { name: "timeout" });
  await ends(plain).toBe(-5);
  expect((await store.control("POST", "/scenarios", { name: "sunny" })).body?.error).toContain("happy, slow");
});

it("magic amounts hold for native coins and yen, and not when switched off", async () => {
  const store = await openStore();
  const played = async (fields: object) => scenarioOf(store, await open(store, fields));
  expect(await played({ amount_cents: 1903 })).toBeNull();
  expect(await played({ currency: 72, amount_cents: 40_300 })).toBe("underpaid");
  expect(await played({ currency: null, stable_coin: 1, amount_cents: 404 })).toBe("late");
  await store.control("POST", "/settings", { scenarios: false });
  expect(await played({ amount_cents: 403, order_description: "scenario:late" })).toBeNull();
});

it("a scenario that does not exist is named in the log and on the overview", async () => {
  const store = await openStore();
  const id = await open(store, { amount_cents: 403, order_description: "Tip scenario:sunny" });
  const note = expect.stringMatching(/no scenario "sunny".*happy, slow/);
  expect(await store.list("requests")).toMatchObject([{ note }]);
  expect((await store.control("GET", "/")).text).toContain("no scenario &quot;sunny&quot;");
  expect(await scenarioOf(store, id)).toBeNull();
});
