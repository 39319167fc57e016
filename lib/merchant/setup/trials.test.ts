import { describe, expect, it } from "vitest";
import type { Shop } from "@/lib/checkout/flow";
import { receiveWebhook } from "@/lib/checkout/receive-webhook";
import { startPayment } from "@/lib/checkout/start";
import { failure, limitOf, onSqlite, type ScriptedProvider, type TestFlow } from "@/test/flow-support";
import { startHttpServer } from "@/test/http-server";
import { freePort } from "../../../scripts/processes";
import { priceChecks } from "./price-checks";
import { lastTestPayment, lastTestWebhook, sendTestWebhook, startTestPayment } from "./trials";
import { webhookChecks } from "./webhook-checks";

const ITEMS = [
  { id: "mug", label: "Mug", minor: 18_00 },
  { id: "sticker", label: "Sticker", minor: 3_00 },
  { id: "book", label: "Book", minor: 9_00 },
];
const PRICING: Shop["pricing"] = { currency: "USD", min: 1_00, max: 100_00, fixed: false, items: ITEMS };

describe("the fee", () => {
  const feeOf = (pricing: Shop["pricing"], cents: number) =>
    priceChecks({ pricing, presets: undefined, fee: { estimate: () => cents, source: "As scripted." } })[2];

  it("is judged by the cheapest item, which is the smallest payment where there are items", () => {
    expect(feeOf(PRICING, 50)).toMatchObject({
      state: "ok",
      sentence: expect.stringContaining("3.00 USD, about 2.50"),
    });
    const { items: _, ...free } = PRICING;
    expect(feeOf(free, 50)).toMatchObject({ state: "warning", todo: expect.stringContaining("AMOUNT_MIN") });
    expect(feeOf(PRICING, 90)).toMatchObject({ state: "warning", todo: expect.stringContaining("the item sticker") });
  });
});

onSqlite("the test payment", (world) => {
  const shop = (): Shop => ({ ...world().shop, pricing: PRICING });

  it("is one of the cheapest item, and is remembered", async () => {
    const flow = world().process();
    const started = await startTestPayment(flow, shop());
    expect(started).toMatchObject({ ok: true, order: { item: "sticker", price: { currency: "USD", minor: 3_00 } } });
    expect(await lastTestPayment(flow)).toMatchObject({ id: started.ok && started.order.id });
  });

  it("hands on why the provider did not open it, and is not remembered", async () => {
    const flow = world().process();
    world().provider.onCreate = () => failure("amount_refused");
    expect(await startTestPayment(flow, shop())).toMatchObject({ ok: false, refusal: { code: "provider_refused" } });
    expect(await lastTestPayment(flow)).toBeNull();
  });
});

onSqlite("on a live store, the test payment", (world) => {
  const rowOf = async ({ store, clock }: TestFlow, provider: ScriptedProvider) => {
    const parts = { store, provider, publicUrl: "https://tips.example", isTrial: false, clock };
    return (await webhookChecks(parts)).find(({ id }) => id === "test_payment");
  };
  /** A payment that the provider has as paid, and its webhook about it. */
  const pay = async (flow: TestFlow) => {
    const { provider, shop } = world();
    const fields = { amount: "5.00", name: undefined, message: undefined, anonymous: true };
    await startPayment(flow, shop, { fields, idempotencyKey: null, limit: limitOf(1_000) });
    const paymentId = provider.opened.at(-1) ?? expect.fail();
    provider.report(paymentId, "paid");
    await receiveWebhook(flow, provider, provider.webhook(paymentId));
  };

  it("is any real one that was paid, with a webhook since it was opened", async () => {
    const flow = world().process();
    const { provider, clock } = world();
    expect(await rowOf(flow, provider)).toMatchObject({ state: "unknown", sentence: expect.stringContaining("live") });
    await pay(flow);
    expect(await rowOf(flow, provider)).toMatchObject({ state: "unknown", sentence: expect.stringContaining("noted") });
    await flow.runDeferred();
    expect(await rowOf(flow, provider)).toMatchObject({ state: "ok" });
    // A later one whose webhook does not come.
    clock.advance(120_000);
    await pay(world().process());
    expect(await rowOf(flow, provider)).toMatchObject({ state: "unknown", sentence: expect.stringContaining("noted") });
  });

  it("is none of those that a test store saw", async () => {
    const flow = world().process();
    const { provider } = world();
    provider.testStore = true;
    await pay(flow);
    await flow.runDeferred();
    provider.testStore = false;
    expect(await rowOf(flow, provider)).toMatchObject({ state: "unknown", sentence: expect.stringContaining("live") });
  });
});

onSqlite("a test webhook", (world) => {
  const nonce = "nonce-of-the-test";
  const name = "scripted";
  const sender = { name, signTestWebhook: async () => ({ headers: {}, body: new Uint8Array(), nonce }) };

  it("says what came of it: unreachable, redirected, refused, elsewhere, or back here", async () => {
    const flow = world().process();
    const outcome = async (url: string) => {
      await sendTestWebhook(flow, sender, { url, timeoutMs: 5_000 });
      return (await lastTestWebhook(flow, name))?.problem;
    };
    const answering = async (status: number) => {
      const headers = status === 308 ? { Location: "https://elsewhere.example" } : {};
      const server = await startHttpServer((_, response) => response.writeHead(status, headers).end());
      const problem = await outcome(server.url);
      await server.close();
      return problem;
    };
    expect(await outcome(`http://127.0.0.1:${await freePort()}`)).toBe("unreachable");
    expect(await answering(308)).toBe("redirected");
    expect(await answering(401)).toBe("refused");
    expect(await answering(200)).toBe("elsewhere");
    const now = flow.clock.now();
    await flow.store.acquire({ key: `nonce:${name}:${nonce}`, value: "", ttlMs: 60_000, now });
    expect(await answering(200)).toBeNull();
  });
});
