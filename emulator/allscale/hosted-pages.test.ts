import { describe, expect, it } from "vitest";
import { openStore } from "../test-support/bench-store";
import { call, createOk, send } from "../test-support/merchant";
import { statuses } from "./statuses";

const redirect_url = "https://shop.example/orders/1?x=1";
const order = {
  currency: 44,
  amount_cents: 1999,
  order_id: "o-<1>",
  order_description: "Two <b>bagels</b>",
  redirect_url,
};

async function openCheckout(fields: object = {}) {
  const { emulator, merchant, ...rest } = await openStore();
  const { checkout_url, allscale_checkout_intent_id: id } = await createOk(merchant, { ...order, ...fields });
  const path = new URL(checkout_url).pathname;
  const ask = (method: string, target: string, body = "") => send({ url: emulator.url, method, target, body });
  const page = async () => (await ask("GET", path)).text;
  const press = (body: string) => ask("POST", `${path}/status`, body);
  const status = async () => (await call(merchant, `/v1/checkout_intents/${id}/status`)).body?.payload;
  return { ...rest, ask, path, page, press, status };
}

describe("the hosted page", () => {
  it("shows the order, escaped, with a button for every status, and moves to PAYING", async () => {
    const { page, status } = await openCheckout();
    expect(await status()).toBe(1);
    const text = await page();
    expect(await status()).toBe(2);
    for (const shown of ["Emulated Store", "o-&lt;1&gt;", "Two &lt;b&gt;bagels", "19.99 EUR", "21.589200", "USDT"]) {
      expect(text).toContain(shown);
    }
    for (const { value } of statuses) expect(text).toContain(`data-testid="status-${value}"`);
    expect(text).not.toContain("<script");
    expect(await (await openCheckout({ currency: 72, amount_cents: 50_000 })).page()).toContain("Pay 500 JPY");
  });

  it("puts the payment into any status, and sends back only a payer who paid", async () => {
    const { path, page, press, status } = await openCheckout();
    for (const { value } of statuses) {
      const { status: http, headers } = await press(`status=${value}`);
      expect([http, headers.location]).toEqual([303, value === 20 ? redirect_url : path]);
      expect(await status()).toBe(value);
      expect(await page()).toContain(`data-status="${value}"`);
    }
  });

  it("lets a payer pay once, and change nothing that has ended", async () => {
    const { press, page, status, sink, list } = await openCheckout();
    for (const _time of [1, 2]) expect((await press("action=pay")).headers.location).toBe(redirect_url);
    expect((await sink.waitFor(1))[0]?.body).toMatchObject({ amount_cents: 1999, chain_id: 8453 });
    expect(await list("deliveries")).toHaveLength(1);
    expect(await page()).toContain('data-testid="return"');
    await press("status=-4");
    await press("action=pay");
    expect(await status()).toBe(-4);
    expect(await page()).not.toContain('data-testid="pay"');
  });

  it("asks for payment while only a wallet was assigned, and for no second one while it is reviewed", async () => {
    const { press, page } = await openCheckout();
    await press("status=3");
    expect(await page()).toMatch(/data-testid="address"[\s\S]*Wallet assigned[\s\S]*Waiting for your payment/);
    await press("status=4");
    const shown = await page();
    expect(shown).toContain('data-testid="pay"');
    for (const hidden of ['data-testid="address"', "Waiting for your payment"]) expect(shown).not.toContain(hidden);
  });

  it("stays when there is nowhere to go, and knows no other tokens, statuses or methods", async () => {
    const { press, path, ask } = await openCheckout({ redirect_url: null });
    expect([(await press("status=7")).status, (await press("")).status]).toEqual([400, 400]);
    expect((await press("status=20")).headers.location).toBe(path);
    const unknown = [
      await ask("GET", "/checkout/unknown"),
      await ask("POST", path),
      await ask("GET", `${path}/status`),
    ];
    expect(unknown.map(({ status }) => status)).toEqual([404, 405, 405]);
  });
});
