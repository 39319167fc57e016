import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, createOk, type RawAnswer, send } from "../test-support/merchant";
import { statuses } from "./statuses";

const order = {
  currency: 44,
  amount_cents: 1999,
  order_id: "o-<1>",
  order_description: "Two <b>bagels</b>",
  redirect_url: "https://shop.example/orders/1?x=1",
};

async function openCheckout(store: TestStore, fields: object = order) {
  const created = await createOk(store.merchant, fields);
  const url = new URL(created.checkout_url);
  const page = (): Promise<RawAnswer> => send({ url: store.emulator.url, method: "GET", target: url.pathname });
  const press = (status: number): Promise<RawAnswer> =>
    send({
      url: store.emulator.url,
      method: "POST",
      target: `${url.pathname}/status`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `status=${status}`,
    });
  const status = async (): Promise<unknown> =>
    (await call(store.merchant, `/v1/checkout_intents/${created.allscale_checkout_intent_id}/status`)).body?.payload;
  return { path: url.pathname, page, press, status };
}

describe("hosted page", () => {
  it("shows the order, escaped, and a button for every status", async () => {
    const store = await openStore();
    const { text, headers } = await (await openCheckout(store)).page();
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const shown of ["o-&lt;1&gt;", "Two &lt;b&gt;bagels", "19.99 EUR", "21.589200", "USDT"]) {
      expect(text).toContain(shown);
    }
    for (const { value } of statuses) expect(text).toContain(`data-testid="status-${value}"`);
    expect(text).not.toContain("<script");
  });

  it("moves to PAYING when opened", async () => {
    const checkout = await openCheckout(await openStore());
    expect(await checkout.status()).toBe(1);
    await checkout.page();
    expect(await checkout.status()).toBe(2);
  });

  it("sends the payer back after success", async () => {
    const store = await openStore();
    const checkout = await openCheckout(store);
    const answer = await checkout.press(20);
    expect([answer.status, answer.headers.location]).toEqual([303, order.redirect_url]);
    await store.sink.waitFor(1);
    expect(await checkout.status()).toBe(20);
  });

  it.each(statuses.map(({ value }) => value).filter((value) => value !== 20))(
    "stays on the page for %d",
    async (value) => {
      const checkout = await openCheckout(await openStore());
      const answer = await checkout.press(value);
      expect([answer.status, answer.headers.location]).toEqual([303, checkout.path]);
      expect(await checkout.status()).toBe(value);
      expect((await checkout.page()).text).toContain(`data-status="${value}"`);
    },
  );

  it("stays after success when there is nowhere to go, and knows no other tokens or statuses", async () => {
    const store = await openStore();
    const checkout = await openCheckout(store, { ...order, redirect_url: null });
    expect((await checkout.press(7)).status).toBe(400);
    expect((await checkout.press(20)).headers.location).toBe(checkout.path);
    expect((await send({ url: store.emulator.url, method: "GET", target: "/checkout/nope" })).status).toBe(404);
  });
});

describe("paying on the page", () => {
  const press = (store: TestStore, url: string, fields: Readonly<Record<string, string>>): Promise<RawAnswer> =>
    send({
      url: store.emulator.url,
      method: "POST",
      target: `${new URL(url).pathname}/status`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });

  it.each([
    ["cancel", -4],
    ["time-out", -5],
    ["hold", 4],
    ["send-back", 5],
    ["pay-less", -3],
  ])("%s leads to %d and back to the page", async (action, status) => {
    const store = await openStore();
    const { checkout_url, allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    const answer = await press(store, checkout_url, { action });
    expect(answer.headers.location).toBe(new URL(checkout_url).pathname);
    expect((await call(store.merchant, `/v1/checkout_intents/${id}/status`)).body?.payload).toBe(status);
  });

  it("pays on the chosen chain in the chosen coin", async () => {
    const store = await openStore();
    const { checkout_url } = await createOk(store.merchant, { ...order, accepted_stable_coins: [1, 2] });
    const answer = await press(store, checkout_url, { action: "pay", chain_id: "42161", coin: "2" });
    expect(answer.headers.location).toBe(order.redirect_url);
    const [webhook] = await store.sink.waitFor(1);
    expect(webhook?.body).toMatchObject({ chain_id: 42_161, coin_symbol: "USDC", amount_cents: 1999 });
  });

  it("takes the amount that arrives when less is paid", async () => {
    const store = await openStore();
    const { checkout_url, allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    await press(store, checkout_url, { action: "pay-less", received: "3.5" });
    const detail = await call(store.merchant, `/v1/checkout_intents/${id}`);
    expect(detail.body?.payload).toMatchObject({ status: -3, actual_paid_amount: "3.5" });
  });

  it.each(["3,5", "abc", "-5", "0", "1e1", "21.589200", "999"])(
    "refuses %s as less than what is due",
    async (received) => {
      const store = await openStore();
      const { checkout_url, allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
      const answer = await press(store, checkout_url, { action: "pay-less", received });
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/above 0 and below [\d.]+ USDT/);
      expect((await call(store.merchant, `/v1/checkout_intents/${id}/status`)).body?.payload).toBe(1);
    },
  );

  it("lets a payer do nothing to a payment that has ended", async () => {
    const store = await openStore();
    const { checkout_url, allscale_checkout_intent_id: id } = await createOk(store.merchant, order);
    const status = async () => (await call(store.merchant, `/v1/checkout_intents/${id}/status`)).body?.payload;
    await press(store, checkout_url, { action: "pay" });
    await store.sink.waitFor(1);
    const again = await press(store, checkout_url, { action: "pay" });
    expect(again.headers.location).toBe(order.redirect_url);
    await press(store, checkout_url, { action: "cancel" });
    expect(await status()).toBe(20);
    const deliveries = (await store.control("GET", "/deliveries")).body?.deliveries as unknown[];
    expect(deliveries).toHaveLength(1);
    await press(store, checkout_url, { status: "-4" });
    expect(await status()).toBe(-4);
    await press(store, checkout_url, { action: "pay" });
    expect(await status()).toBe(-4);
  });

  it("shows a QR code and a chain until it is paid into, and no button once it is over", async () => {
    const store = await openStore();
    const { checkout_url } = await createOk(store.merchant, { ...order, currency: 72, amount_cents: 50_000 });
    const page = async (): Promise<string> =>
      (await send({ url: store.emulator.url, method: "GET", target: new URL(checkout_url).pathname })).text;
    const open = await page();
    for (const shown of ["<svg ", "Arbitrum", 'data-testid="pay"', "500 JPY"]) expect(open).toContain(shown);
    await press(store, checkout_url, { action: "hold" });
    const held = await page();
    expect(held).toContain('data-testid="pay"');
    for (const onlyBefore of ["<svg ", 'data-testid="address"', 'data-testid="chain"', 'data-testid="received"']) {
      expect(open).toContain(onlyBefore);
      expect(held, "money should not be sent twice").not.toContain(onlyBefore);
    }
    await press(store, checkout_url, { action: "pay" });
    const paid = await page();
    expect(paid).not.toContain('data-testid="pay"');
    expect(paid).toContain('data-testid="return"');
  });
});
