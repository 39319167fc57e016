import { expect, it } from "vitest";
import { TriggerError } from "../core/control-client";
import { readTriggerOptions } from "../core/trigger-options";
import { closeAfterTest, openStore, trigger } from "../test-support/bench-store";
import { listen } from "../test-support/listen";
import { webhookVerifies } from "../test-support/webhook-sink";
import { triggerKit } from "./trigger-kit";
import { webhookVariants } from "./webhooks";

const order = { currency: 44, amount_cents: 1999, order_id: "o-1" };
const unsignable = "unsigned no_id wrong_secret changed_byte query_added short_signature hex_signature".split(" ");

it.each(Object.entries(webhookVariants))("the trigger sends a webhook in the way %s", async (variant, about) => {
  const store = await openStore();
  await store.open(order);
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

it("the trigger moves the order at the emulator", async () => {
  const store = await openStore();
  await store.open(order);
  const moved = await trigger(store, "underpaid", "--order", "o-1", "--received", "3");
  expect(moved.lines[0]).toMatch(/o-1 is now UNDERPAID/);
  expect(await store.list("intents")).toMatchObject([{ status: -3, detail: { actual_paid_amount: "3" } }]);
  await trigger(store, "confirmed", "--order", "o-1");
  expect((await store.sink.waitFor(1))[0]?.body.order_id).toBe("o-1");
});

it("the trigger explains itself, and says in a sentence why it cannot be run", async () => {
  const store = await openStore();
  const help = (await trigger(store, "--help")).lines[0];
  for (const word of ["npm run trigger", "npx allscale-trigger", '"settlements"', "--allow-unseen"])
    expect(help).toContain(word);
  for (const [args, sentence] of [
    [["matrix", "--url", "http://127.0.0.1:1/x"], /Nothing answers/],
    [["matrix", "--url", `${store.sink.url}/x`], /opened no payment at this emulator/],
    [["matrix", "--order-json", "{}"], /at least all_scale_checkout_intent_id/],
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
])("the trigger says in a sentence that what answers %i with %s %s is no emulator", async (status, type, body) => {
  const other = await listen((_, response) => response.writeHead(status, { "Content-Type": type }).end(body));
  closeAfterTest(other);
  const store = await openStore();
  for (const args of [["matrix"], ["good", "--order", "o"]]) {
    await expect(trigger(store, ...args, "--emulator", other.url)).rejects.toThrow(/ is no emulator: .*--emulator/);
  }
});
