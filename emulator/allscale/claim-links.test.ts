import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, payloadOf, type RawAnswer, send } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const path = "/v1/claim_link_auto_payouts";
const terms = { amount: "12.50", stable_coin: 1, chain: 5, reference_id: "refund-1", sender_message: "Sorry!" };

type Created = Readonly<{ claim_link_id: string; token: string | null; claim_url: string }>;

async function openLinks(): Promise<TestStore> {
  const store = await openStore();
  await store.control("POST", "/settings", { claimLinkWebhookUrl: `${store.sink.url}/claims`, webhookUrl: null });
  return store;
}

const pay = (store: TestStore, fields: object = terms): Promise<RawAnswer> =>
  call(store.merchant, path, { body: JSON.stringify(fields) });
const cancel = (store: TestStore, id: string): Promise<RawAnswer> =>
  call(store.merchant, `${path}/${id}/cancel`, { method: "POST" });
const happens = (store: TestStore, id: string, event: string): Promise<RawAnswer> =>
  store.control("POST", `/claim_links/${id}/event`, { event });

describe("claim links", () => {
  it("are created and funded, with a token that is shown once", async () => {
    const store = await openLinks();
    const created = payloadOf<Created>(await pay(store));
    expect(created).toEqual({
      claim_link_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      reference_id: "refund-1",
      amount: "12.50",
      token_symbol: "USDT",
      status: "pending_deposit",
      token: expect.stringMatching(/^clk_live_/),
      claim_url: expect.stringContaining(`${store.emulator.url}/claim/clk_live_`),
      funding_tx_hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      funded_amount: "12.50",
      idempotent_hit: false,
    });
    const again = payloadOf<Created>(await pay(store));
    expect(again).toMatchObject({ claim_link_id: created.claim_link_id, token: null, idempotent_hit: true });
    expect((await store.control("GET", "/claim_links")).body?.total).toBe(1);
    const log = await store.control("GET", `/requests?claim_link_id=${created.claim_link_id}`);
    expect(log.body?.total).toBe(2);
  });

  it("are one per reference however many requests race, and take no other terms for it", async () => {
    const store = await openLinks();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => pay(store)));
    expect(new Set(crowd.map((answer) => payloadOf<Created>(answer).claim_link_id)).size).toBe(1);
    expect(crowd.filter((answer) => payloadOf<Created>(answer).token !== null)).toHaveLength(1);
    const other = await pay(store, { ...terms, amount: "99" });
    expect([other.status, other.body?.code]).toEqual([409, 50106]);
    const details = { existing: { amount: "12.50" }, requested: { amount: "99" } };
    expect(other.body?.error?.details).toMatchObject(details);
  });

  it.each([
    ["no amount", { amount: undefined }],
    ["an amount as number", { amount: 12.5 }],
    ["an amount of zero", { amount: "0.00" }],
    ["more places than the coin has", { amount: "1.0000001" }],
    ["an unknown coin", { stable_coin: 3 }],
    ["a chain that is not EVM", { chain: 2 }],
    ["no reference", { reference_id: "" }],
    ["a long name", { sender_display_name: "x".repeat(101) }],
    ["a long message", { sender_message: "x".repeat(501) }],
  ])("refuse %s with 10001", async (_name, change) => {
    const store = await openLinks();
    expect((await pay(store, { ...terms, ...change })).body?.code).toBe(10001);
    expect((await store.control("GET", "/claim_links")).body?.total).toBe(0);
  });

  it("tell that they were claimed, signed like every webhook and sent to their own URL", async () => {
    const store = await openLinks();
    const { claim_link_id: id, claim_url } = payloadOf<Created>(await pay(store));
    const target = new URL(claim_url).pathname;
    const page = await send({ url: store.emulator.url, method: "GET", target });
    expect(page.text).toContain("12.50 USDT");
    expect((await send({ url: store.emulator.url, method: "POST", target: `${target}/status` })).status).toBe(303);
    const [webhook] = await store.sink.waitFor(1);
    if (webhook === undefined) throw new Error("No webhook came.");
    expect([webhook.target, webhookVerifies(webhook, store.merchant.apiSecret)]).toEqual(["/claims", true]);
    expect(webhook.body).toEqual({
      event: "claimed",
      webhook_id: webhook.headers["x-webhook-id"],
      claim_link_id: id,
      reference_id: "refund-1",
      occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      amount: "12.50",
      token_symbol: "USDT",
      claim_tx_hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    });
    const late = await cancel(store, id);
    expect([late.status, late.body?.code, late.body?.error?.details?.status]).toEqual([409, 50108, "claimed"]);
  });

  it("are cancelled with a refund, or only asked to be while a claim is under way", async () => {
    const store = await openLinks();
    const first = payloadOf<Created>(await pay(store)).claim_link_id;
    expect(payloadOf(await cancel(store, first))).toMatchObject({ status: "cancelled", outcome: "refund_pending" });
    const [webhook] = await store.sink.waitFor(1);
    expect(webhook?.body).toMatchObject({ event: "cancelled", refund_tx_hash: expect.stringMatching(/^0x/) });
    const second = payloadOf<Created>(await pay(store, { ...terms, reference_id: "refund-2" })).claim_link_id;
    await happens(store, second, "claiming");
    expect(payloadOf(await cancel(store, second))).toMatchObject({ status: "claiming", outcome: "cancel_requested" });
    await happens(store, second, "claimed");
    expect((await store.sink.waitFor(2))[1]?.body).toMatchObject({ event: "claimed", claim_link_id: second });
    expect((await cancel(store, "unknown")).body?.code).toBe(50107);
  });

  it("expire after 14 days on the clock, unless they were claimed", async () => {
    const store = await openLinks();
    await store.control("POST", "/clock", { freeze: true });
    await pay(store);
    const claimed = payloadOf<Created>(await pay(store, { ...terms, reference_id: "refund-2" })).claim_link_id;
    await happens(store, claimed, "claimed");
    await store.control("POST", "/clock", { advance: "14d" });
    const caught = await store.sink.waitFor(2);
    expect(caught.map(({ body }) => [body.event, body.reference_id]).sort()).toEqual([
      ["claimed", "refund-2"],
      ["expired", "refund-1"],
    ]);
  });

  it("meet faults, also those of a provider that refuses to pay", async () => {
    const store = await openLinks();
    const fault = (body: object) => store.control("POST", "/faults", { times: 1, ...body });
    for (const [code, http] of [
      [30002, 403],
      [50103, 400],
      [50104, 403],
      [50105, 409],
    ]) {
      await fault({ op: "payout", code });
      expect([(await pay(store)).status, code]).toEqual([http, code]);
    }
    await fault({ op: "payout", kind: "drop_after_accept" });
    await expect(pay(store)).rejects.toThrow();
    expect(payloadOf(await pay(store))).toMatchObject({ idempotent_hit: true });
    await fault({ op: "webhook", kind: "duplicate" });
    const { claim_links } = (await store.control("GET", "/claim_links")).body as { claim_links?: { id: string }[] };
    await happens(store, claim_links?.[0]?.id ?? "", "claimed");
    const twice = await store.sink.waitFor(2);
    expect(twice[1]).toEqual(twice[0]);
  });
});
