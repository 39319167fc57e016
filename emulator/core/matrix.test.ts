import { describe, expect, it } from "vitest";
import { triggerKit } from "../allscale/trigger-kit";
import { closeAfterTest, openStore, type TestStore, trigger } from "../test-support/bench-store";
import { openShop, type ShopOptions } from "../test-support/shop";
import type { LineResult } from "./judge-line";

interface Receiver {
  readonly store: TestStore;
  readonly shopUrl: string;
  matrix(...args: string[]): ReturnType<typeof trigger>;
}

async function open(options: ShopOptions = {}): Promise<Receiver> {
  const store = await openStore();
  const shop = await openShop(store.merchant, options);
  closeAfterTest(shop);
  const matrix = (...args: string[]) => trigger(store, "matrix", "--url", `${shop.url}/api/webhooks`, ...args);
  return { store, shopUrl: shop.url, matrix };
}

async function fiveOrders({ store, shopUrl }: Receiver): Promise<string[]> {
  for (let count = 0; count < 5; count += 1) await fetch(`${shopUrl}/api/checkout`, { method: "POST" });
  return (await store.list("intents")).map(({ id }) => String(id));
}

async function verdicts(receiver: Receiver, ...args: string[]) {
  const { code, lines } = await receiver.matrix("--json", ...args);
  const results: LineResult[] = lines.map((line) => JSON.parse(line));
  expect(results).toHaveLength(15);
  expect(results.filter(({ passed, hole, unseen }) => passed === (hole !== null || unseen !== null))).toEqual([]);
  const named = (which: (result: LineResult) => boolean): string[] => results.filter(which).map(({ name }) => name);
  return {
    code,
    failed: named(({ hole }) => hole !== null),
    unseen: named(({ unseen }) => unseen !== null),
    lines: Object.fromEntries(results.map((result) => [result.name, result])) as Record<string, LineResult>,
  };
}

const shopHoles = triggerKit.lines.map(({ name }) => name);
const naive = shopHoles.filter((hole) => hole !== "valid");
const refusals = naive.slice(0, 8);

const widerHoles: Readonly<Record<string, readonly string[]>> = {
  valid: ["twenty-at-once"],
  "one-byte-changed": ["wrong-secret"],
};

describe("the matrix, of receivers that are right", () => {
  it("passes one in fifteen readable lines", async () => {
    const { code, lines } = await (await open()).matrix();
    expect([code, lines.at(-1)]).toEqual([0, "15 passed, 0 failed"]);
    expect(lines.slice(0, 15).every((line) => line.startsWith("pass"))).toBe(true);
    expect(lines.join("\n")).not.toContain("expected");
  });

  it.each([400, 422])("passes one that refuses with %i, and says what differs", async (refusesWith) => {
    const verdict = await verdicts(await open({ refusesWith }));
    expect([verdict.code, verdict.failed, verdict.unseen]).toEqual([0, [], []]);
    for (const name of refusals)
      expect(verdict.lines[name]?.note).toContain(`refused with ${refusesWith} where 401 is`);
    expect(verdict.lines["too-large"]?.note).toBe(`refused with ${refusesWith} where 413 is expected`);
    expect(verdict.lines["unknown-order"]?.note).toBe(`refused with ${refusesWith} where 503 is expected`);
  });

  it.each(["result", "nothing"] as const)("passes one that asks the API and shows %s", async (shows) => {
    const { code, failed, lines } = await verdicts(await open({ asksApi: true, shows }), "--allow-unseen");
    expect([code, failed]).toEqual([0, []]);
    expect([lines.valid?.passed, lines["amount-short"]?.passed]).toEqual([true, true]);
    expect(lines.unsigned?.note).toBe("answered 200 where 401 is expected, but settled nothing");
  });

  it("passes one that shows a count instead of a result", async () => {
    const verdict = await verdicts(await open({ shows: "settlements" }));
    expect(verdict).toMatchObject({ code: 0, failed: [], unseen: [] });
  });

  it("goes by the answers alone where it cannot look at orders, and takes orders by hand", async () => {
    const receiver = await open();
    const [intentId, ...others] = await fiveOrders(receiver);
    const money = { amount_cents: 500, currency: 1, currency_symbol: "USD", amount_coins: "5" };
    const described = { all_scale_checkout_intent_id: intentId, ...money };
    const args = ["--state-url", "none", "--order-json", JSON.stringify(described)];
    expect((await receiver.matrix(...args, ...others.flatMap((id) => ["--order", id]))).code).toBe(0);
  });

  it("goes on when the shop limits how many orders are opened", async () => {
    const { code, lines } = await (await open({ limitedAt: 5 })).matrix();
    expect([code, lines.filter((line) => line.includes("waiting 1 s")).length, lines.length]).toEqual([0, 1, 17]);
  });
});

describe("the matrix, of receivers that are wrong", () => {
  it.each(shopHoles)("finds the single hole %s", async (hole) => {
    const { code, failed, unseen } = await verdicts(await open({ holes: [hole] }));
    expect([code, unseen]).toEqual([1, []]);
    expect(failed).toContain(hole);
    expect(failed.filter((name) => name !== hole && !widerHoles[hole]?.includes(name))).toEqual([]);
  });

  it.each(["result", "settlements", "nothing"] as const)("names all holes of one that shows %s", async (shows) => {
    const { code, failed, unseen, lines } = await verdicts(await open({ holes: naive, shows }), "--allow-unseen");
    const hidden = shows === "nothing" ? ["delivered-twice", "twenty-at-once"] : [];
    expect([code, failed, unseen]).toEqual([1, naive.filter((name) => !hidden.includes(name)), hidden]);
    expect(lines.unsigned?.hole).toBe("It believes webhooks that are not signed.");
    expect(lines["short-signature"]?.hole).toBe("It crashes: it answered 500.");
  });

  it("does not call a line a hole whose order an earlier line has paid", async () => {
    const receiver = await open({ holes: ["unsigned", "wrong-secret"], shows: "nothing" });
    const orders = (await fiveOrders(receiver)).flatMap((id) => ["--order", id]);
    const { failed, lines } = await verdicts(receiver, ...orders);
    expect(failed).toEqual(["unsigned"]);
    expect(lines["wrong-secret"]?.unseen).toContain("earlier line has paid this order");
  });

  it.each([
    ["500", "It crashes: it answered 500."],
    ["drop", /^It gave no answer: The request failed/],
    ["hang", "It gave no answer: There was no answer within 3000 ms."],
  ] as const)("goes on after a line that ends in %s, the finding of that line alone", async (failure, hole) => {
    const failsOn: ShopOptions["failsOn"] = ({ headers }) =>
      headers["x-webhook-signature"]?.length === 20 ? failure : null;
    const { code, failed, lines } = await verdicts(await open({ failsOn }), "--timeout", "3s");
    expect([code, failed]).toEqual([1, ["short-signature"]]);
    expect(lines["short-signature"]?.hole).toMatch(hole);
  });
});

describe("the matrix, of what it cannot see", () => {
  it("says how to make it visible, and that unseen is no success", async () => {
    const receiver = await open({ shows: "other_word", holes: ["amount-short", "other-currency"] });
    const money = ["valid", "delivered-twice", "twenty-at-once", "amount-short", "other-currency"];
    expect(await verdicts(receiver, "--state-url", "none")).toMatchObject({ code: 1, failed: [], unseen: money });
    const { code, lines } = await receiver.matrix("--state-url", "none");
    expect(code).toBe(1);
    expect(lines.find((line) => line.includes("amount-short"))).toMatch(/^unseen.*--state-url show "paid"/);
    expect(lines.find((line) => line.includes("twenty-at-once"))).toMatch(/^unseen.*--state-url show how often/);
    expect(lines.at(-1)).toMatch(/^10 passed, 0 failed, 5 not seen.*--allow-unseen/);
    expect(await verdicts(await open({ shows: "nothing" }), "--allow-unseen")).toMatchObject({
      code: 0,
      unseen: money.slice(1, 3),
    });
  });

  it("says what is wrong with the state", async () => {
    const receiver = await open({ shows: "nothing" });
    const { lines } = await verdicts(receiver, "--state-url", `${receiver.shopUrl}/api/orders/unknown`);
    expect(lines.valid?.unseen).toMatch(/orders\/unknown answered 404 without a field "paid"/);
  });
});
