import { expect, test } from "vitest";
import { createCalypsoProvider } from "./provider";

const provider = createCalypsoProvider({
  baseUrl: "https://calypso.example",
  publicKey: "key",
  secretKey: "secret",
  account: "0x00000000000000000000000000000000000000c0",
  webhookKeys: [],
  coins: ["USDT"],
  widgetUrl: null,
  timeoutMs: 1_000,
});

const paymentId = "3f2c1b4a-0000-4000-8000-000000000000";
const paid = { amount: "5.00", realAmount: "3.20", currency: '"USDT"', fiatAmount: "5.00", fiatCurrency: '"USD"' };

/** What an event says whose fields are these pieces of JSON. */
function parse(changes: Readonly<Record<string, string>>) {
  const fields = Object.entries({ ...paid, externalId: `"order-1.${paymentId}"`, ...changes });
  const data = fields.map(([name, json]) => `"${name}":${json}`).join();
  const body = new TextEncoder().encode(`{"id":1,"eventType":"INVOICE_PAID","data":{${data}}}`);
  return provider.parseWebhook({
    method: "POST",
    path: "/api/webhooks/calypso",
    query: "",
    headers: new Headers(),
    body,
    receivedAt: 0,
  });
}

test("only a received amount makes it an event; without one the invoice is asked for", () => {
  const money = { price: { currency: "USD", amount: "5.00" }, coins: { coin: "USDT", amount: "3.20" } };
  expect(parse({ realAmount: "3.20" })).toMatchObject({ kind: "event", observation: { status: "paid", money } });
  expect(parse({ realAmount: "null" })).toMatchObject({ kind: "hint" });
});

const texts = ['"3.20"', "3.2e0", "1e-7", "-1", "{}", "true"];
const unreadable = { amount: texts, realAmount: texts, fiatAmount: texts, currency: ["7"], fiatCurrency: ["840"] };
const cases = Object.entries(unreadable).flatMap(([name, values]) => values.map((json) => [name, json] as const));

test.each(cases)(
  "money that cannot be read, %s of %s, makes us ask and is not replaced by other money",
  (name, json) => {
    expect(parse({ [name]: json })).toEqual({ kind: "hint", paymentId, deliveryId: "1" });
  },
);
