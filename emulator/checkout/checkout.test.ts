import { describe, expect, it } from "vitest";
import { statuses } from "../protocol/statuses";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, createOk, type RawAnswer, send } from "../test-support/merchant";

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
    const store = await openStore({ settings: { storeName: "Bagel & Co" } });
    const { text, headers } = await (await openCheckout(store)).page();
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const shown of ["Bagel &amp; Co", "o-&lt;1&gt;", "Two &lt;b&gt;bagels", "19.99 EUR", "21.589200", "USDT"]) {
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
