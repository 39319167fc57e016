import { describe, expect, it } from "vitest";
import { openStore, type TestStore } from "../test-support/bench-store";
import { call, createOk, send } from "../test-support/merchant";
import { statuses } from "./statuses";

const order = {
  currency: 44,
  amount_cents: 1999,
  order_id: "o-<1>",
  order_description: "Two <b>bagels</b>",
  redirect_url: "https://shop.example/orders/1?x=1",
};

async function openCheckout(fields: object = {}, store?: TestStore) {
  const { emulator, merchant, ...rest } = store ?? (await openStore());
  const { checkout_url, allscale_checkout_intent_id: id } = await createOk(merchant, { ...order, ...fields });
  const path = new URL(checkout_url).pathname;
  const page = async (): Promise<string> => (await send({ url: emulator.url, method: "GET", target: path })).text;
  const press = (body: string) => send({ url: emulator.url, method: "POST", target: `${path}/status`, body });
  const status = async (): Promise<unknown> =>
    (await call(merchant, `/v1/checkout_intents/${id}/status`)).body?.payload;
  return { ...rest, emulator, merchant, path, page, press, status };
}

describe("the hosted page", () => {
  it("shows the order, escaped, and a button for every status", async () => {
    const { page } = await openCheckout();
    const text = await page();
    for (const shown of ["Emulated Store", "o-&lt;1&gt;", "Two &lt;b&gt;bagels", "19.99 EUR", "21.589200", "USDT"]) {
      expect(text).toContain(shown);
    }
    for (const { value } of statuses) expect(text).toContain(`data-testid="status-${value}"`);
    expect(text).not.toContain("<script");
    expect(await (await openCheckout({ currency: 72, amount_cents: 50_000 })).page()).toContain("Pay 500 JPY");
  });

  it("moves to PAYING when it is first opened", async () => {
    const { page, status } = await openCheckout();
    expect(await status()).toBe(1);
    await page();
    expect(await status()).toBe(2);
  });

  it.each(statuses.map(({ value }) => value))(
    "puts the payment into %d, and sends back only a payer who paid",
    async (value) => {
      const { path, page, press, status } = await openCheckout();
      const { status: http, headers } = await press(`status=${value}`);
      expect([http, headers.location]).toEqual([303, value === 20 ? order.redirect_url : path]);
      expect(await status()).toBe(value);
      expect(await page()).toContain(`data-status="${value}"`);
    },
  );

  it("lets a payer pay once, and change nothing that has ended", async () => {
    const { press, page, status, sink, control } = await openCheckout();
    for (let count = 0; count < 2; count += 1)
      expect((await press("action=pay")).headers.location).toBe(order.redirect_url);
    expect((await sink.waitFor(1))[0]?.body).toMatchObject({ amount_cents: 1999, chain_id: 8453 });
    expect((await control("GET", "/deliveries")).body?.total).toBe(1);
    expect(await page()).toContain('data-testid="return"');
    await press("status=-4");
    await press("action=pay");
    expect(await status()).toBe(-4);
    expect(await page()).not.toContain('data-testid="pay"');
  });

  it("asks for payment while only a wallet was assigned, and for no second one while it is reviewed", async () => {
    const { press, page } = await openCheckout();
    await press("status=3");
    expect(await page()).toMatch(/data-testid="address"[\s\S]*A deposit wallet was assigned. Waiting for your payment/);
    await press("status=4");
    const held = await page();
    expect([held.includes('data-testid="pay"'), held.includes('data-testid="address"')]).toEqual([true, false]);
  });

  it("stays when there is nowhere to go, and knows no other tokens, statuses or methods", async () => {
    const { press, path, emulator } = await openCheckout({ redirect_url: null });
    expect([(await press("status=7")).status, (await press("")).status]).toEqual([400, 400]);
    expect((await press("status=20")).headers.location).toBe(path);
    const ask = async (method: string, target: string) => (await send({ url: emulator.url, method, target })).status;
    expect([
      await ask("GET", "/checkout/unknown"),
      await ask("POST", path),
      await ask("GET", `${path}/status`),
    ]).toEqual([404, 405, 405]);
  });
});
