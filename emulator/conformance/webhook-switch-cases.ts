import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { type CaughtWebhook, webhookVerifies } from "../test-support/webhook-sink";
import type { ConformanceCase } from "./conformance-case";
import type { Store } from "./lab";
import { onlyWebhook, settledDeliveries } from "./webhook-cases";

async function twice(store: Store): Promise<readonly [CaughtWebhook, CaughtWebhook]> {
  store.sink.answer = (count) => ({ status: count === 1 ? 503 : 200 });
  await store.move(await store.intent(), 20);
  const [first, second] = await store.sink.waitFor(2);
  assert.ok(first && second);
  return [first, second];
}

/** The switches of §8, §10 and §13 that are about webhooks. */
export const webhookSwitchCases: readonly ConformanceCase[] = [
  {
    section: "§13",
    name: "a redelivery can have a new id",
    run: async (lab) => {
      const store = await lab.store({ retryGapsMs: [1], retryWebhookId: "new" });
      const [first, second] = await twice(store);
      assert.notEqual(first.headers["x-webhook-id"], second.headers["x-webhook-id"]);
      assert.equal(second.body.webhook_id, second.headers["x-webhook-id"]);
      assert.equal(first.body.all_scale_transaction_id, second.body.all_scale_transaction_id);
      assert.ok(webhookVerifies(second, store.merchant.apiSecret));
    },
  },
  {
    section: "§13",
    name: "a redelivery can keep its nonce and its timestamp",
    run: async (lab) => {
      const store = await lab.store({ retryGapsMs: [1], retryNonce: "same", retryTimestamp: "same" });
      const [first, second] = await twice(store);
      assert.deepEqual(second.headers["x-webhook-signature"], first.headers["x-webhook-signature"]);
      assert.deepEqual(second.headers["x-webhook-nonce"], first.headers["x-webhook-nonce"]);
    },
  },
  {
    section: "§10",
    name: "the QUERY line can be left empty, as the official plugin has it",
    run: async (lab) => {
      const store = await lab.store({ webhookQuery: "empty" }, "/hooks?shop=1");
      await store.move(await store.intent(), 20);
      const webhook = await onlyWebhook(store);
      assert.equal(webhook.target, "/hooks?shop=1");
      assert.ok(!webhookVerifies(webhook, store.merchant.apiSecret));
      const { headers } = webhook;
      const lines = [
        "allscale:webhook:v1\nPOST\n/hooks\n",
        headers["x-webhook-id"],
        headers["x-webhook-timestamp"],
        headers["x-webhook-nonce"],
        createHash("sha256").update(webhook.text).digest("hex"),
      ];
      const expected = createHmac("sha256", store.merchant.apiSecret).update(lines.join("\n")).digest("base64");
      assert.equal(headers["x-webhook-signature"], `v1=${expected}`);
    },
  },
  {
    section: "§10",
    name: "a status can be told as int, as text or under another name",
    run: async (lab) => {
      for (const [webhookStatus, field, value] of [
        ["int", "status", 20],
        ["text", "status", "CONFIRMED"],
        ["payment_status", "payment_status", "CONFIRMED"],
      ] as const) {
        const store = await lab.store({ webhookStatus });
        await store.move(await store.intent(), 20);
        assert.equal((await onlyWebhook(store)).body[field], value);
      }
    },
  },
  {
    section: "§8",
    name: "webhooks can be off, for every URL or for those without TLS",
    run: async (lab) => {
      for (const settings of [{ webhooks: false }, { plainHttpWebhooks: false }]) {
        const store = await lab.store(settings);
        await store.move(await store.intent(), 20);
        assert.deepEqual(await settledDeliveries(store), []);
      }
    },
  },
];
