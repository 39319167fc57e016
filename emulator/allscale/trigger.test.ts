import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { TriggerError } from "../core/control-client";
import { readTriggerOptions } from "../core/trigger-options";
import { closeAfterTest, openStore } from "../test-support/bench-store";
import { createOk } from "../test-support/merchant";
import { trigger } from "../test-support/run-trigger";
import { webhookVerifies } from "../test-support/webhook-sink";
import { triggerKit } from "./trigger-kit";
import { webhookVariants } from "./webhooks";

const order = { currency: 44, amount_cents: 1999, order_id: "o-1" };
const unsignable = "unsigned no_id wrong_secret changed_byte query_added short_signature hex_signature".split(" ");

describe("trigger", () => {
  it.each(Object.entries(webhookVariants))("sends a webhook in the way %s", async (variant, about) => {
    const store = await openStore();
    await createOk(store.merchant, order);
    const before = Math.floor(Date.now() / 1000);
    const { code, lines } = await trigger(store, variant, "--order", "o-1");
    expect([code, lines[0]]).toEqual([0, expect.stringContaining("answered 200")]);
    const [webhook] = store.sink.caught;
    const verifies = webhook !== undefined && webhookVerifies(webhook, store.merchant.apiSecret);
    expect(verifies).toBe(!unsignable.includes(variant));
    const [, seconds = "0", direction] = /timestamp (\d+) s (ago|ahead)/.exec(about) ?? [];
    const sentAt = Number(webhook?.headers["x-webhook-timestamp"]) + Number(seconds) * (direction === "ago" ? 1 : -1);
    if (direction !== undefined) expect(Math.abs(sentAt - before)).toBeLessThan(5);
  });

  it("moves the order at the emulator, and replays", async () => {
    const store = await openStore();
    await createOk(store.merchant, order);
    const moved = await trigger(store, "underpaid", "--order", "o-1", "--received", "3");
    expect(moved.lines[0]).toMatch(/o-1 is now UNDERPAID/);
    const intents = (await store.control("GET", "/intents")).body?.intents;
    expect(intents).toMatchObject([{ status: -3, detail: { actual_paid_amount: "3" } }]);
    await trigger(store, "confirmed", "--order", "o-1");
    await store.sink.waitFor(1);
    const deliveries = (await store.control("GET", "/deliveries")).body?.deliveries as { id: string }[];
    const replay = ["replay", "--delivery", deliveries[0]?.id ?? ""];
    expect((await trigger(store, ...replay, "--raw")).lines).toEqual(["Answered 200: "]);
    expect((await trigger(store, ...replay)).code).toBe(0);
    expect(store.sink.caught[1]).toEqual(store.sink.caught[0]);
    expect(store.sink.caught[2]?.headers["x-webhook-nonce"]).not.toBe(store.sink.caught[0]?.headers["x-webhook-nonce"]);
  });

  it("explains itself, and says in a sentence why it cannot be run", async () => {
    const store = await openStore();
    const help = (await trigger(store, "--help")).lines[0];
    for (const word of ["npm run trigger", "npx allscale-trigger", '"settlements"', "--allow-unseen"])
      expect(help).toContain(word);
    for (const [args, sentence] of [
      [["matrix", "--url", "http://127.0.0.1:1/x"], /Nothing answers/],
      [["matrix", "--url", `${store.sink.url}/x`], /opened no payment at this emulator/],
      [["matrix", "--order-json", "{}"], /at least intentId/],
      [["good", "--order", "unknown"], /knows no order/],
      [["good"], /Say which order/],
    ] as const) {
      await expect(trigger(store, ...args), args.join(" ")).rejects.toThrow(sentence);
    }
    for (const args of [["sunny"], ["good", "--url", "x"], ["good", "--odrer", "x"], ["good", "--timeout", "soon"]]) {
      expect(() => readTriggerOptions(triggerKit, args, {})).toThrow(TriggerError);
    }
  });

  it.each([
    [404, "text/html", "<!doctype html><title>404</title>"],
    [404, "application/problem+json", '{"title":"Not found","status":404}'],
    [200, "application/json", '{"ok":true}'],
    [200, "application/json", "null"],
  ])("says in a sentence that what answers %i with %s %s is no emulator", async (status, type, body) => {
    const server = createServer((_, response) => void response.writeHead(status, { "Content-Type": type }).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closeAfterTest({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = await openStore();
    for (const args of [["matrix"], ["good", "--order", "o"]]) {
      await expect(trigger(store, ...args, "--emulator", url)).rejects.toThrow(/ is no emulator: .*--emulator/);
    }
  });
});
