import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { TriggerError } from "../core/control-client";
import { readTriggerOptions } from "../core/trigger-options";
import { closeAfterTest, openStore } from "../test-support/bench-store";
import { createOk } from "../test-support/merchant";
import { trigger } from "../test-support/run-trigger";
import { openShop } from "../test-support/shop";
import { webhookVerifies } from "../test-support/webhook-sink";
import { triggerKit } from "./trigger-kit";
import { webhookVariants } from "./webhooks";

/** A server that is no emulator: it has one answer to everything. */
async function openOther(status: number, contentType: string, body: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "Content-Type": contentType }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeAfterTest({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

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
    const help = (await trigger(store, "--help")).lines[0];
    const words = ["npm run trigger", "npx allscale-trigger", "matrix", '"result"', '"settlements"', "--allow-unseen"];
    for (const word of words) expect(help).toContain(word);
    expect((await trigger(store, "list")).lines[0]).toContain("short_signature");
  });

  it.each([
    ["future", 1],
    ["stale", -1],
  ] as const)("sends %s with the timestamp that its description says", async (variant, direction) => {
    const store = await openStore();
    await createOk(store.merchant, { currency: 1, amount_cents: 500, order_id: "o-1" });
    const says = Number(/(\d+) s /.exec(webhookVariants[variant])?.[1]) * direction;
    const before = Math.floor(Date.now() / 1000);
    await trigger(store, variant, "--order", "o-1");
    const after = Math.floor(Date.now() / 1000);
    const sent = Number(store.sink.caught[0]?.headers["x-webhook-timestamp"]);
    expect(sent - says).toBeGreaterThanOrEqual(before);
    expect(sent - says).toBeLessThanOrEqual(after);
  });

  it("says in a sentence why it cannot be run", async () => {
    const store = await openStore();
    const shop = await openShop(store.merchant);
    closeAfterTest(shop);
    const url = ["--url", `${shop.url}/api/webhooks`];
    await expect(trigger(store, "matrix", ...url, "--order-json", "{}")).rejects.toThrow(/at least intentId/);
    await expect(trigger(store, "matrix", ...url, "--create-url", `${shop.url}/nothing`)).rejects.toThrow(/404/);
    await expect(trigger(store, "matrix", "--url", "http://127.0.0.1:1/x")).rejects.toThrow(/Nothing answers/);
    const named = ["--order", "a"];
    await expect(trigger(store, "matrix", ...url, ...named)).rejects.toThrow(/knows no order/);
    await expect(trigger(store, "good", "--order", "nope")).rejects.toThrow(/knows no order/);
    expect(() => readTriggerOptions(triggerKit, ["sunny"], {})).toThrow(TriggerError);
    expect(() => readTriggerOptions(triggerKit, ["good", "--url", "x"], {})).toThrow(TriggerError);
    expect(() => readTriggerOptions(triggerKit, ["good", "--odrer", "x"], {})).toThrow(TriggerError);
  });

  it.each([
    [404, "text/html", "<!doctype html><title>404: This page could not be found.</title>"],
    [200, "text/html", "<!doctype html><title>A shop</title>"],
    [404, "application/problem+json", '{"title":"Not found","status":404}'],
    [200, "application/json", '{"ok":true}'],
    [200, "application/json", "null"],
  ])("says in a sentence that what answers %i with %s %s is no emulator", async (status, contentType, body) => {
    const store = await openStore();
    const url = await openOther(status, contentType, body);
    const failing = [["matrix"], ["matrix", "--url", `${url}/x`, "--create-url", `${url}/x`], ["good", "--order", "o"]];
    for (const args of failing) {
      const failure = await trigger(store, ...args, "--emulator", url).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TriggerError);
      expect(String(failure)).toMatch(/ is no emulator: .*--emulator/);
    }
  });
});
