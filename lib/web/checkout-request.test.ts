import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startPayment } from "@/lib/checkout/start";
import { limitOf, onBothStores, type TestFlow, type World } from "@/test/flow-support";
import { type BodyType, bodyType, checkoutKey, parseCheckout } from "./checkout-request";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => parseCheckout(bytes(JSON.stringify(value)), { type: "json", currency: "USD" });
const form = (text: string) => parseCheckout(bytes(text), { type: "form", currency: "USD" });

describe("a checkout request", () => {
  it.each([
    ["application/json", "json"],
    ["Application/JSON; charset=utf-8", "json"],
    ["application/x-www-form-urlencoded;charset=UTF-8", "form"],
    ["text/plain", null],
    ["multipart/form-data; boundary=application/json", null],
    ["application/json-patch+json", null],
    ["", null],
    [null, null],
  ])("of type %s is %s", (contentType, type) => {
    expect(bodyType(contentType)).toBe(type);
  });

  it("is read from a form as from JSON", () => {
    const fields = { amount: "5.00", name: "Zoë", message: "a\nb", anonymous: false };
    expect(json({ ...fields, extra: 1 })).toEqual({ ok: true, fields, formKey: null });
    const sent = "name=Zo%C3%AB&message=a%0D%0Ab&showName=on&idempotencyKey=k";
    for (const amount of ["amount=5.00", "amount=other&customAmount=+5.00+"]) {
      expect(form(`${amount}&${sent}`)).toEqual({ ok: true, fields, formKey: "k" });
    }
  });

  it("keeps a name private where the box was not ticked, and where JSON does not say", () => {
    for (const sent of [
      form("amount=5.00&name=Zoe"),
      form("amount=5.00&name=Zoe&anonymous="),
      json({ amount: "5.00" }),
    ]) {
      expect(sent).toMatchObject({ ok: true, fields: { anonymous: true } });
    }
  });

  it.each<[string, unknown, string]>([
    ["a name of 61 characters", { amount: "5", name: "x".repeat(61) }, "name"],
    ["a message that is an object", { amount: "5", message: {} }, "message"],
    ["a flag that is text", { amount: "5", anonymous: "yes" }, "anonymous"],
    ["a list", [], "body"],
    ["nothing", null, "body"],
  ])("with %s is refused with the name of the field", (_name, value, field) => {
    expect(json(value)).toMatchObject({ ok: false, refusal: { code: "validation", errors: [{ field }] } });
  });

  it.each([
    ["no JSON", bytes("{")],
    ["an empty body", bytes("")],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
  ])("that is %s cannot be read", (_name, body) => {
    const parsed = parseCheckout(body, { type: "json", currency: "USD" });
    expect(parsed).toMatchObject({ ok: false, refusal: { code: "unreadable" } });
  });
});

describe("the idempotency key", () => {
  const browser = randomBytes(24).toString("base64url");
  const headers = (values: Record<string, string>) => new Headers(values);

  it.each(["1", "x".repeat(15), "x".repeat(201)])("of an API client is refused when it is %s", (key) => {
    const checked = checkoutKey(headers({ "idempotency-key": key }), { type: "json", formKey: null });
    expect(checked).toMatchObject({ ok: false, refusal: { code: "validation", detail: /16 to 200 characters/ } });
  });

  it("of a form counts only with the cookie of the browser that got the form", () => {
    const formKey = randomUUID();
    const keyWith = (cookie: string) => {
      const checked = checkoutKey(headers({ cookie, "idempotency-key": "a-header-of-a-form" }), {
        type: "form",
        formKey,
      });
      return checked.ok ? checked.key : "refused";
    };
    expect(keyWith(`a=b; checkout_browser=${browser}`)).toBe(JSON.stringify([browser, formKey]));
    for (const cookie of ["", "checkout_browser=", "checkout_browser=short", `not_checkout_browser=${browser}`]) {
      expect(keyWith(cookie)).toBeNull();
    }
  });
});

/** What the route does with a request: the order and its checkout, or the code of the refusal. */
async function submit(
  flow: TestFlow,
  shop: World["shop"],
  request: { cookie: string | null; key: string | null; type: BodyType; amount: string },
): Promise<string> {
  const { cookie, key, type, amount } = request;
  const headers = new Headers();
  if (cookie !== null) headers.set("cookie", `theme=dark; checkout_browser=${cookie}`);
  if (type === "json" && key !== null) headers.set("idempotency-key", key);
  const fields = new URLSearchParams({ amount, ...(key !== null && { idempotencyKey: key }) });
  const body = bytes(type === "json" ? JSON.stringify({ amount }) : fields.toString());
  const parsed = parseCheckout(body, { type, currency: shop.pricing.currency });
  if (!parsed.ok) return parsed.refusal.code;
  const checked = checkoutKey(headers, { type, formKey: parsed.formKey });
  if (!checked.ok) return checked.refusal.code;
  const { fields: read } = parsed;
  const result = await startPayment(flow, shop, { fields: read, idempotencyKey: checked.key, limit: limitOf(1) });
  return result.ok ? `${result.order.id} ${result.checkoutUrl}` : result.refusal.code;
}

onBothStores("two browsers", (world) => {
  it("never get the same order, whatever keys they send; each has its own answer again", async () => {
    const { shop, process, provider } = world();
    const flow = process();
    const requests = fc.record({
      browser: fc.constantFrom(0, 1, null),
      key: fc.constantFrom(null, "1", "a-key-that-was-in-a-link", "another-key-in-a-link"),
      type: fc.constantFrom("json" as const, "form" as const),
      amount: fc.constantFrom("5.00", "6.00"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 4, maxLength: 14 }), async (sent) => {
        const run = randomUUID();
        const cookies = [0, 1].map(() => randomBytes(24).toString("base64url"));
        const seen = new Set<string>();
        const answers = new Map<string, { amount: string; result: string }>();
        for (const [index, { browser, type, amount, ...rest }] of sent.entries()) {
          // What a run stored stays, so the next one has other keys. Short ones are the same in every run.
          const key = rest.key === null || rest.key.length < 16 ? rest.key : `${rest.key}-${run}`;
          const cookie = browser === null ? null : (cookies[browser] ?? null);
          const opened = provider.opened.length;
          const result = await submit(flow, shop, { cookie, key, type, amount });
          if (type === "json" && key === "1") {
            expect(result).toBe("validation");
            expect(provider.opened).toHaveLength(opened);
            continue;
          }
          // Without a cookie, a form is a client of its own, and so is an API client that made up its key.
          const stranger = type === "json" && key !== null ? `API client with ${key}` : `request ${index}`;
          const owner = cookie ?? stranger;
          const before = answers.get(`${owner} ${key}`);
          if (key !== null && before !== undefined) {
            expect(result).toBe(before.amount === amount ? before.result : "idempotency_conflict");
            continue;
          }
          const [orderId = ""] = result.split(" ");
          expect(seen.has(orderId)).toBe(false);
          expect(provider.opened).toHaveLength(opened + 1);
          seen.add(orderId);
          if (key !== null) answers.set(`${owner} ${key}`, { amount, result });
        }
      }),
      { numRuns: 15 },
    );
  });
});
