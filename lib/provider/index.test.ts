import { expect, test } from "vitest";
import { createPaymentProvider } from "./index";

test("the provider behind the port is AllScale", () => {
  const provider = createPaymentProvider({
    apiKey: "st_key",
    apiSecret: "st_secret",
    previousSecret: null,
    baseUrl: "https://openapi.allscale.io",
    acceptedStableCoins: [],
    signedResponses: false,
    timeoutMs: 10_000,
  });
  expect(provider.name).toBe("allscale");
});
