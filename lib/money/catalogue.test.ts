import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Shop } from "@/lib/checkout/flow";
import { payAgain } from "@/lib/checkout/pay-again";
import { settle } from "@/lib/checkout/settle";
import { startPayment } from "@/lib/checkout/start";
import { parseCheckout } from "@/lib/web/checkout-request";
import { limitOf, onBothStores } from "@/test/flow-support";
import { checkPrice, type Item, type ItemConfig, type Pricing, readItems } from "./catalogue";

const LIMITS = { currency: "USD", min: 1_00, max: 100_00 } as const;
const MUG: Item = { id: "mug", label: "Mug", minor: 18_00 };
const BOOK: Item = { id: "book-2", label: "Book", minor: 9_00 };

onBothStores("a shop with items", (world) => {
  const selling = (items: readonly Item[] | null): Shop => {
    const pricing: Pricing = { ...LIMITS, fixed: false, ...(items && { items }) };
    return { ...world().shop, pricing };
  };
  const limit = limitOf(1_000);

  /** A whole request from its bytes, as the route handles it. */
  async function post(body: object | string, { shop = selling([MUG, BOOK]), key = null as string | null } = {}) {
    const type = typeof body === "string" ? "form" : "json";
    const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
    const parsed = parseCheckout(bytes, { type, currency: "USD" });
    if (!parsed.ok) return parsed;
    return startPayment(world().process(), shop, { fields: parsed.fields, idempotencyKey: key, limit });
  }
  const refused = (field: string, code: string) => ({
    ok: false,
    refusal: { code: "validation", errors: [{ field, code }] },
  });
  const sold = ({ id: item, minor }: Item) => ({ ok: true, order: { item, price: { currency: "USD", minor } } });

  it("takes the price of the item that was chosen, from JSON with or without the price and from a form", async () => {
    expect(await post({ item: "mug" })).toMatchObject(sold(MUG));
    expect(await post({ item: "book-2", amount: "9" })).toMatchObject(sold(BOOK));
    expect(await post("amount=9.00+book-2")).toMatchObject(sold(BOOK));
    expect(await post({ amount: "9.00 book-2" })).toMatchObject(sold(BOOK));
    // Without items nothing changes: the payer decides, and an item is not looked at.
    const tips = await post({ item: "mug", amount: "5.00" }, { shop: selling(null) });
    expect(tips).toMatchObject({ ok: true, order: { price: { minor: 5_00 } } });
    expect(tips.ok && tips.order.item).toBeUndefined();
  });

  it("sells at no other price, whatever is sent", async () => {
    const { provider } = world();
    for (const amount of ["1.00", "17.99", "18.01", "9.00", "0", "-18", "1e3", "18,00", "", "18.000"]) {
      expect(await post({ item: "mug", amount }), amount).toMatchObject(refused("amount", "price_changed"));
    }
    for (const sent of [
      "amount=1.00+mug",
      "amount=other+mug&customAmount=1",
      "amount=9.00+mug",
      "amount=18.00+mug+x",
    ]) {
      const result = await post(sent);
      if (result.ok) expect(result).toMatchObject(sold(MUG));
      else expect(result).toMatchObject({ refusal: { code: "validation" } });
    }
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom("mug", "book-2"), async (amount, item) => {
        const result = await post({ item, amount });
        if (result.ok) expect(result).toMatchObject(sold(item === "mug" ? MUG : BOOK));
      }),
      { numRuns: 40 },
    );
    expect(provider.opened.length).toBeLessThanOrEqual(41);
  });

  it("sells nothing that is not in the catalogue", async () => {
    for (const item of [
      "Mug",
      "mug ",
      "",
      "toString",
      "__proto__",
      "book",
      undefined,
      null,
      1,
      ["mug"],
      { id: "mug" },
    ]) {
      for (const amount of ["18.00", undefined]) {
        const result = await post({ item, amount });
        expect(result, JSON.stringify(item)).toMatchObject({ ok: false, refusal: { errors: [{ field: "item" }] } });
      }
    }
    expect(await post("amount=18.00")).toMatchObject(refused("item", "invalid"));
    expect(await post("amount=other&customAmount=18.00")).toMatchObject(refused("item", "invalid"));
    expect(world().provider.opened).toHaveLength(0);
  });

  it("asks again when the price changed between the page and the request", async () => {
    for (const minor of [17_00, 19_00]) {
      const shop = selling([{ ...MUG, minor }]);
      expect(await post("amount=18.00+mug", { shop })).toMatchObject(refused("amount", "price_changed"));
      expect(await post({ item: "mug", amount: "18.00" }, { shop })).toMatchObject(refused("amount", "price_changed"));
    }
    expect(world().provider.opened).toHaveLength(0);
  });

  it("does not hand one item's order to a request for another at the same price", async () => {
    const shop = selling([MUG, { ...BOOK, minor: MUG.minor }]);
    const key = "a key of one payment";
    expect(await post({ item: "mug" }, { shop, key })).toMatchObject({ ok: true });
    expect(await post({ item: "book-2" }, { shop, key })).toMatchObject({
      ok: false,
      refusal: { code: "idempotency_conflict" },
    });
  });

  it("opens no other payment of an old order at an old price, or of an item that is gone", async () => {
    const { provider, process } = world();
    const flow = process();
    const started = await post({ item: "mug" });
    const order = started.ok ? started.order : expect.fail("It was refused.");
    const [payment = expect.fail()] = order.payments;
    await settle(flow, { observation: provider.report(payment.paymentId, "canceled"), source: "poll" });
    const again = (...items: Item[]) => payAgain(flow, selling(items), { orderId: order.id, limit });
    for (const items of [[{ ...MUG, minor: 19_00 }], [{ ...MUG, minor: 17_00 }], [{ ...BOOK, minor: MUG.minor }]]) {
      expect(await again(...items)).toMatchObject({ ok: false, refusal: { code: "not_payable" } });
    }
    expect(provider.opened).toHaveLength(1);
    expect(await again(BOOK, MUG)).toMatchObject(sold(MUG));
    expect(provider.opened).toHaveLength(2);
  });
});

describe("the price of a request", () => {
  const pricing: Pricing = { ...LIMITS, fixed: false };
  it("is the fixed one, whatever amount was sent or none", () => {
    for (const amount of ["1.00", "100000", "", 1, null, undefined]) {
      const fixed = checkPrice({ amount }, { ...pricing, min: 5_00, max: 5_00, fixed: true });
      expect(fixed).toEqual({ ok: true, money: { currency: "USD", minor: 5_00 } });
    }
  });
  it("is refused by the name of its field unless the amount is one in text", () => {
    for (const amount of [5, ["5.00"], { amount: "5.00" }, true, null, undefined, "", "5.00 mug", "1".repeat(33)]) {
      expect(checkPrice({ amount }, pricing), String(amount)).toMatchObject({ ok: false, field: "amount" });
      if (amount !== undefined) {
        const ofItem = checkPrice({ amount, item: "book-2" }, { ...pricing, items: [BOOK] });
        expect(ofItem.ok, String(amount)).toBe(false);
      }
    }
  });
});

describe("items", () => {
  const sticker: ItemConfig = { id: "sticker", label: "Sticker", price: "3" };
  it("are read with their prices in minor units", () => {
    expect(readItems([sticker], LIMITS)).toEqual({
      ok: true,
      items: [{ id: "sticker", label: "Sticker", minor: 3_00 }],
    });
  });
  it.each<[string, ItemConfig[]]>([
    ["a price below the limits", [{ ...sticker, price: "0.99" }]],
    ["a price above the limits", [{ ...sticker, price: "100.01" }]],
    ["a price that is none", [{ ...sticker, price: "3,00" }]],
    ["an id with a space", [{ ...sticker, id: "a b" }]],
    ["an id that is empty", [{ ...sticker, id: "" }]],
    ["an id of 21 characters", [{ ...sticker, id: "x".repeat(21) }]],
    ["the same id twice", [sticker, { ...sticker, price: "4" }]],
  ])("are refused with %s", (_name, items) => {
    expect(readItems(items, LIMITS)).toMatchObject({ ok: false });
  });
});
