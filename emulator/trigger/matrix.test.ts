import { describe, expect, it } from "vitest";
import { closeAfterTest, openStore, type TestStore } from "../test-support/bench-store";
import { trigger } from "../test-support/run-trigger";
import { openShop, type Shop, type ShopOptions } from "../test-support/shop";
import { type ShopHole, shopHoles } from "../test-support/shop-holes";
import type { LineResult } from "./judge-line";

async function openShopFor(store: TestStore, options: ShopOptions = {}): Promise<Shop> {
  const shop = await openShop(store.merchant, options);
  closeAfterTest(shop);
  return shop;
}

interface Verdicts {
  readonly code: number;
  readonly failed: readonly string[];
  readonly unseen: readonly string[];
}

async function verdicts(store: TestStore, shop: Shop, ...args: string[]): Promise<Verdicts> {
  const { code, lines } = await trigger(store, "matrix", "--json", "--url", `${shop.url}/api/webhooks`, ...args);
  const results: LineResult[] = lines.map((line) => JSON.parse(line));
  expect(results).toHaveLength(15);
  expect(results.filter(({ passed, hole, unseen }) => passed === (hole !== null || unseen !== null))).toEqual([]);
  const named = (which: (result: LineResult) => boolean): string[] => results.filter(which).map(({ name }) => name);
  return { code, failed: named(({ hole }) => hole !== null), unseen: named(({ unseen }) => unseen !== null) };
}

const naive = shopHoles.filter((hole) => hole !== "valid");

/** What else a hole may let through besides the line it is named after. */
const widerHoles: Readonly<Partial<Record<ShopHole, readonly ShopHole[]>>> = {
  valid: ["delivered-twice", "twenty-at-once"],
  "one-byte-changed": ["wrong-secret"],
  "delivered-twice": ["twenty-at-once"],
};

describe("trigger matrix", () => {
  it("passes a receiver that does everything right, in fifteen readable lines", async () => {
    const store = await openStore();
    const shop = await openShopFor(store);
    const { code, lines } = await trigger(store, "matrix", "--url", `${shop.url}/api/webhooks`);
    expect([code, lines.at(-1)]).toEqual([0, "15 passed, 0 failed"]);
    expect(lines.slice(0, 15).every((line) => line.startsWith("pass"))).toBe(true);
  });

  it("names every hole of a receiver that is as naive as can be", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { holes: naive });
    expect(await verdicts(store, shop)).toEqual({ code: 1, failed: naive, unseen: [] });
  });

  it.each(shopHoles)("finds the single hole %s", async (hole) => {
    const store = await openStore();
    const shop = await openShopFor(store, { holes: [hole] });
    const { code, failed, unseen } = await verdicts(store, shop);
    expect([code, unseen]).toEqual([1, []]);
    expect(failed).toContain(hole);
    expect(failed.filter((name) => name !== hole && !widerHoles[hole]?.some((wider) => wider === name))).toEqual([]);
  });

  it("goes by the answers alone where it cannot look at orders, and takes orders by hand", async () => {
    const store = await openStore();
    const shop = await openShopFor(store);
    for (let count = 0; count < 5; count += 1) await fetch(`${shop.url}/api/checkout`, { method: "POST" });
    const intents = (await store.control("GET", "/intents")).body?.intents as {
      id: string;
      order: { orderId: string };
    }[];
    const [first, ...others] = intents;
    const orders = others.flatMap(({ order }) => ["--order", order.orderId]);
    const described = { intentId: first?.id, amountCents: 500, currency: 1, currencySymbol: "USD", amountCoins: "5" };
    const args = ["--url", `${shop.url}/api/webhooks`, "--state-url", "none", ...orders];
    const { code } = await trigger(store, "matrix", ...args, "--order-json", JSON.stringify(described));
    expect(code).toBe(0);
  });

  it("goes on when the shop limits how many orders are made in a while", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { limitedAt: 5 });
    const { code, lines } = await trigger(store, "matrix", "--url", `${shop.url}/api/webhooks`);
    expect([code, lines[0], lines.length]).toEqual([0, expect.stringContaining("waiting 1 s"), 17]);
  });
});

describe("trigger matrix, of a receiver that shows less", () => {
  it("passes one that shows a count instead of a result", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { shows: "settlements" });
    expect(await verdicts(store, shop)).toEqual({ code: 0, failed: [], unseen: [] });
  });

  it("sees by the count that one fulfils twice", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { shows: "settlements", holes: ["delivered-twice", "twenty-at-once"] });
    const { lines } = await trigger(store, "matrix", "--url", `${shop.url}/api/webhooks`);
    expect(lines.filter((line) => line.startsWith("FAIL"))).toEqual([
      expect.stringMatching(/delivered-twice +settled a second time/),
      expect.stringMatching(/twenty-at-once +settled 20 times/),
    ]);
    expect(lines.at(-1)).toBe("13 passed, 2 failed");
  });

  it("names every hole of one that is naive and shows a count", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { shows: "settlements", holes: naive });
    expect(await verdicts(store, shop)).toEqual({ code: 1, failed: naive, unseen: [] });
  });

  it.each(["nothing", "other_word"] as const)("does not pass unseen settlements where it shows %s", async (shows) => {
    const store = await openStore();
    const unseen = ["delivered-twice", "twenty-at-once"];
    const careful = await openShopFor(store, { shows });
    expect(await verdicts(store, careful)).toEqual({ code: 1, failed: [], unseen });
    expect(await verdicts(store, careful, "--allow-unseen")).toEqual({ code: 0, failed: [], unseen });
    const careless = await openShopFor(store, { shows, holes: naive });
    const failed = naive.filter((name) => !unseen.includes(name));
    expect(await verdicts(store, careless, "--allow-unseen")).toEqual({ code: 1, failed, unseen });
  });

  it("does not pass money it cannot see", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { shows: "nothing", holes: ["amount-short", "other-currency"] });
    const { failed, unseen } = await verdicts(store, shop, "--state-url", "none");
    expect(failed).toEqual([]);
    expect(unseen).toEqual(["valid", "delivered-twice", "twenty-at-once", "amount-short", "other-currency"]);
  });

  it("says what has to be shown, and that unseen is no success", async () => {
    const store = await openStore();
    const shop = await openShopFor(store, { shows: "nothing" });
    const { code, lines } = await trigger(store, "matrix", "--url", `${shop.url}/api/webhooks`);
    expect(code).toBe(1);
    expect(
      lines.filter((line) => /^unseen {2}(delivered-twice|twenty-at-once) .*"result".*"settlements"/.test(line)),
    ).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/^13 passed, 0 failed, 2 not seen.*--allow-unseen/);
  });
});
