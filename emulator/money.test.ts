import { expect, it } from "vitest";
import { sign } from "./calypso/merchant";
import { authorizationHeader, requestSignature } from "./koinal/wire";
import { depositSignature } from "./onekey/wire";
import { startEmulator } from "./server";
import { closeAfterTest } from "./test-support/bench-store";
import { send } from "./test-support/merchant";

const secret = "emulator_secret";

/** A signed request for a price, by provider. The amount is JSON. */
const requests = {
  calypso: (amount: string) => {
    const account = "0x00000000000000000000000000000000000000c0";
    const terms = `"fiatCurrency":"USD","description":"A tip","currency":"USDT","fiatAmount":${amount}`;
    const body = `{"timestamp":${Date.now()},"account":"${account}","payload":{${terms}}}`;
    return { target: "/api/v1/invoice/single-fiat/create", headers: { Key: "1000", Sign: sign(body, secret) }, body };
  },
  koinal: (amount: string) => {
    const signed = { merchantCode: "1000", customerReference: "o-1", timestamp: "1" };
    const signature = requestSignature({ ...signed, secret });
    const hash = { merchant_code: 1000, customer_reference: "o-1", timestamp: "1", signature };
    const body = `{"currency_amount":${amount},"currency":"USD","cryptocurrency":"USDC"}`;
    return { target: "/quote", headers: { [authorizationHeader]: btoa(JSON.stringify(hash)) }, body };
  },
  onekey: (amount: string) => {
    const body = `{"country":"BR","amount":${amount},"currency":"USD","invoice_id":"${crypto.randomUUID()}","payer":{}}`;
    const date = `${new Date().toISOString().slice(0, 19)}Z`;
    const signature = depositSignature({ secret, date, login: "1000", body });
    const headers = { "X-Login": "1000", "X-Date": date, Authorization: `OKP ${signature}` };
    return { target: "/v3/deposits", headers, body };
  },
};

it.each([
  ["calypso", 200, 400],
  ["koinal", 200, 400],
  ["onekey", 201, 201],
] as const)("%s answers %i to money as a number, and %i to money as a text", async (provider, ...expected) => {
  const emulator = await startEmulator({ provider, apiKey: "1000", apiSecret: secret });
  closeAfterTest(emulator);
  const ask = (amount: string) => send({ url: emulator.url, method: "POST", ...requests[provider](amount) });
  expect([(await ask("5.00")).status, (await ask('"5.00"')).status]).toEqual(expected);
});
