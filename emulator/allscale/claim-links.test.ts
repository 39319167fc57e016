import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { call, payloadOf, type RawAnswer, send } from "../test-support/merchant";
import { webhookVerifies } from "../test-support/webhook-sink";

const path = "/v1/claim_link_auto_payouts";
const terms = { amount: "12.50", stable_coin: 1, chain: 5, reference_id: "refund-1", sender_message: "Sorry!" };
const second = { ...terms, reference_id: "refund-2" };
const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/);

type Created = Readonly<{ claim_link_id: string; token: string | null; claim_url: string }>;

async function openLinks() {
  const store = await openStore();
  await store.control("POST", "/settings", { claimLinkWebhookUrl: `${store.sink.url}/claims`, webhookUrl: null });
  const pay = (fields: object = terms): Promise<RawAnswer> =>
    call(store.merchant, path, { body: JSON.stringify(fields) });
  return {
    ...store,
    pay,
    paid: async (fields?: object) => payloadOf<Created>(await pay(fields)),
    cancel: (id: string) => call(store.merchant, `${path}/${id}/cancel`, { method: "POST" }),
    happens: (id: string, event: string) => store.control("POST", `/claim_links/${id}/event`, { event }),
  };
}

describe("claim links", () => {
  it("are created and funded, with a token that is shown once", async () => {
    const store = await openLinks();
    const created = await store.paid();
    expect(created).toEqual({
      claim_link_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      reference_id: "refund-1",
      amount: "12.50",
      token_symbol: "USDT",
      status: "pending_deposit",
      token: expect.stringMatching(/^clk_live_/),
      claim_url: expect.stringContaining(`${store.emulator.url}/claim/clk_live_`),
      funding_tx_hash: hash,
      funded_amount: "12.50",
      idempotent_hit: false,
    });
    const { claim_link_id } = created;
    expect(await store.paid()).toMatchObject({ claim_link_id, token: null, claim_url: null, idempotent_hit: true });
    expect(await store.list("claim_links")).toHaveLength(1);
    expect(await store.list(`requests?claim_link_id=${claim_link_id}`)).toHaveLength(2);
  });

  it("are one per reference however many requests race, and take no other terms for it", async () => {
    const { paid, pay } = await openLinks();
    const crowd = await Promise.all(Array.from({ length: 20 }, () => paid()));
    expect(new Set(crowd.map(({ claim_link_id }) => claim_link_id)).size).toBe(1);
    expect(crowd.filter(({ token }) => token !== null)).toHaveLength(1);
    const details = { existing: { amount: "12.50" }, requested: { amount: "99" } };
    const refused = { status: 409, body: { code: 50106, error: { details } } };
    expect(await pay({ ...terms, amount: "99" })).toMatchObject(refused);
  });

  it("refuse what is not valid with 10001", async () => {
    const { pay, list } = await openLinks();
    const amounts = [undefined, 12.5, "0.00", "1.0000001"].map((amount) => ({ amount }));
    const texts = [{ reference_id: "" }, { sender_display_name: "x".repeat(101) }, { sender_message: "x".repeat(501) }];
    for (const change of [...amounts, { stable_coin: 3 }, { chain: 2 }, ...texts]) {
      expect((await pay({ ...terms, ...change })).body?.code, JSON.stringify(change)).toBe(10001);
    }
    expect(await list("claim_links")).toEqual([]);
  });

  it("tell that they were claimed, signed like every webhook and sent to their own URL", async () => {
    const { emulator, merchant, sink, paid, cancel } = await openLinks();
    const { claim_link_id, claim_url } = await paid();
    const [url, target] = [emulator.url, new URL(claim_url).pathname];
    expect((await send({ url, method: "GET", target })).text).toContain("12.50 USDT");
    expect((await send({ url, method: "POST", target: `${target}/status` })).status).toBe(303);
    const [webhook] = await sink.waitFor(1);
    if (webhook === undefined) throw new Error("No webhook came.");
    expect([webhook.target, webhookVerifies(webhook, merchant.apiSecret)]).toEqual(["/claims", true]);
    const ids = { webhook_id: webhook.headers["x-webhook-id"], claim_link_id, reference_id: "refund-1" };
    const occurred_at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const money = { amount: "12.50", token_symbol: "USDT", claim_tx_hash: hash };
    expect(webhook.body).toEqual({ event: "claimed", ...ids, occurred_at, ...money });
    const details = { status: "claimed", reason: expect.any(String) };
    expect(await cancel(claim_link_id)).toMatchObject({ status: 409, body: { code: 50108, error: { details } } });
  });

  it("are cancelled with a refund, or only asked to be while a claim is under way", async () => {
    const { sink, paid, cancel, happens } = await openLinks();
    const cancelled = payloadOf(await cancel((await paid()).claim_link_id));
    expect(cancelled).toMatchObject({ status: "cancelled", outcome: "refund_pending" });
    expect((await sink.waitFor(1))[0]?.body).toMatchObject({ event: "cancelled", refund_tx_hash: hash });
    const { claim_link_id } = await paid(second);
    await happens(claim_link_id, "claiming");
    expect(payloadOf(await cancel(claim_link_id))).toMatchObject({ status: "claiming", outcome: "cancel_requested" });
    await happens(claim_link_id, "claimed");
    expect((await sink.waitFor(2))[1]?.body).toMatchObject({ event: "claimed", claim_link_id });
    expect((await cancel("unknown")).body?.code).toBe(50107);
  });

  it("expire after 14 days on the clock, unless they were claimed", async () => {
    const { control, sink, paid, happens } = await openLinks();
    await control("POST", "/clock", { freeze: true });
    await paid();
    await happens((await paid(second)).claim_link_id, "claimed");
    await control("POST", "/clock", { advance: "14d" });
    const told = (await sink.waitFor(2)).map(({ body }) => `${body.event} ${body.reference_id}`);
    expect(told.sort()).toEqual(["claimed refund-2", "expired refund-1"]);
  });

  it("meet faults, also those of a provider that refuses to pay", async () => {
    const { control, sink, pay, paid, happens } = await openLinks();
    const fault = (body: object) => control("POST", "/faults", { times: 1, ...body });
    for (const [code, status] of Object.entries({ 30002: 403, 50103: 400, 50104: 403, 50105: 409 })) {
      await fault({ op: "payout", code: Number(code) });
      expect(await pay()).toMatchObject({ status, body: { code: Number(code) } });
    }
    await fault({ op: "payout", kind: "drop_after_accept" });
    await expect(pay()).rejects.toThrow();
    const { claim_link_id } = await paid();
    await fault({ op: "webhook", kind: "duplicate" });
    await happens(claim_link_id, "claimed");
    const twice = await sink.waitFor(2);
    expect(twice[1]).toEqual(twice[0]);
  });
});
