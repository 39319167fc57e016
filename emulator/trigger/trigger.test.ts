import { describe, expect, it } from "vitest";
import { closeAfterTest, openStore, type TestStore } from "../test-support/bench-store";
import { createOk } from "../test-support/merchant";
import { openShop, type Shop, type ShopHole, shopHoles } from "../test-support/shop";
import { webhookVerifies } from "../test-support/webhook-sink";
import { webhookVariants } from "../webhooks/webhook-variants";
import { TriggerError } from "./emulator-client";
import type { LineResult } from "./matrix";
import { runTrigger } from "./run-trigger";
import { readTriggerOptions } from "./trigger-options";

async function trigger(store: TestStore, ...args: string[]): Promise<{ code: number; lines: string[] }> {
  const { apiKey, apiSecret } = store.merchant;
  const lines: string[] = [];
  const own = ["--emulator", store.emulator.url, "--api-key", apiKey, "--api-secret", apiSecret];
  const code = await runTrigger(readTriggerOptions([...args, ...own], {}), (text) => lines.push(text));
  return { code, lines };
}

async function openShopFor(store: TestStore, ...holes: ShopHole[]): Promise<Shop> {
  const shop = await openShop(store.merchant, new Set(holes));
  closeAfterTest(shop);
  return shop;
}

async function failedLines(store: TestStore, shop: Shop): Promise<string[]> {
  const { code, lines } = await trigger(store, "matrix", "--json", "--url", `${shop.url}/api/webhooks`);
  const results: LineResult[] = lines.map((line) => JSON.parse(line));
  expect(results).toHaveLength(15);
  const failed = results.filter(({ passed }) => !passed);
  expect(failed.every(({ hole }) => hole !== null)).toBe(true);
  expect(code).toBe(failed.length === 0 ? 0 : 1);
  return failed.map(({ name }) => name);
}

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
    const shop = await openShopFor(store, ...shopHoles.filter((hole) => hole !== "valid"));
    const failed = await failedLines(store, shop);
    expect(failed).toEqual(shopHoles.filter((hole) => hole !== "valid"));
  });

  it.each(shopHoles)("finds the single hole %s", async (hole) => {
    const store = await openStore();
    const shop = await openShopFor(store, hole);
    const failed = await failedLines(store, shop);
    expect(failed).toContain(hole);
    expect(failed.filter((name) => name !== hole && !widerHoles[hole]?.some((wider) => wider === name))).toEqual([]);
  });

  it("goes by the answers alone where it cannot look at orders, and takes orders by hand", async () => {
    const store = await openStore();
    const shop = await openShopFor(store);
    for (let count = 0; count < 4; count += 1) await fetch(`${shop.url}/api/checkout`, { method: "POST" });
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

  it("says in a sentence why it cannot be run", async () => {
    const store = await openStore();
    const shop = await openShopFor(store);
    const url = ["--url", `${shop.url}/api/webhooks`];
    await expect(trigger(store, "matrix", ...url, "--order-json", "{}")).rejects.toThrow(/at least intentId/);
    await expect(trigger(store, "matrix", ...url, "--create-url", `${shop.url}/nothing`)).rejects.toThrow(/404/);
    await expect(trigger(store, "matrix", "--url", "http://127.0.0.1:1/x")).rejects.toThrow(/Nothing answers/);
    await expect(trigger(store, "good", "--order", "nope")).rejects.toThrow(/knows no order/);
    expect(() => readTriggerOptions(["sunny"], {})).toThrow(TriggerError);
    expect(() => readTriggerOptions(["good", "--url", "x"], {})).toThrow(TriggerError);
    expect(() => readTriggerOptions(["good", "--odrer", "x"], {})).toThrow(TriggerError);
  });
});

describe("trigger", () => {
  it.each(Object.keys(webhookVariants))("sends a webhook in the way %s", async (variant) => {
    const store = await openStore();
    await createOk(store.merchant, { currency: 44, amount_cents: 1999, order_id: "o-1" });
    const { code, lines } = await trigger(store, variant, "--order", "o-1");
    expect([code, lines[0]]).toEqual([0, expect.stringContaining("answered 200")]);
    const [webhook] = store.sink.caught;
    const signedWell = new Set(["good", "stale", "future", "hour_old", "id_mismatch", "bad_json", "wrong_shape"]);
    const saysOtherwise = new Set([
      "too_large",
      "amount_short",
      "amount_x100",
      "other_currency",
      "other_coin",
      "unknown_order",
      "wrong_key",
    ]);
    const verifies = webhook !== undefined && webhookVerifies(webhook, store.merchant.apiSecret);
    expect(verifies).toBe(signedWell.has(variant) || saysOtherwise.has(variant));
  });

  it("moves the order at the emulator, and replays", async () => {
    const store = await openStore();
    await createOk(store.merchant, { currency: 1, amount_cents: 500, order_id: "o-1" });
    const moved = await trigger(store, "underpaid", "--order", "o-1", "--received", "3");
    expect(moved.lines[0]).toMatch(/o-1 is now UNDERPAID/);
    const intents = (await store.control("GET", "/intents")).body?.intents;
    expect(intents).toMatchObject([{ status: -3, detail: { actual_paid_amount: "3" } }]);
    await trigger(store, "confirmed", "--order", "o-1");
    await store.sink.waitFor(1);
    const deliveries = (await store.control("GET", "/deliveries")).body?.deliveries as { id: string }[];
    const delivery = ["--delivery", deliveries[0]?.id ?? ""];
    expect((await trigger(store, "replay", ...delivery, "--raw")).lines).toEqual(["Answered 200: "]);
    expect((await trigger(store, "replay", ...delivery)).code).toBe(0);
    expect(store.sink.caught[1]).toEqual(store.sink.caught[0]);
    expect(store.sink.caught[2]?.headers["x-webhook-nonce"]).not.toBe(store.sink.caught[0]?.headers["x-webhook-nonce"]);
  });

  it("explains itself", async () => {
    const store = await openStore();
    expect((await trigger(store, "--help")).lines[0]).toContain("matrix");
    expect((await trigger(store, "list")).lines[0]).toContain("short_signature");
  });
});
