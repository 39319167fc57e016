import { describe, expect, test } from "vitest";
import { CURRENCIES, type Currency, isCurrency } from "@/lib/money/currency";
import { transactionSchema } from "@/lib/orders/order";
import { PAYMENT_STATUSES } from "@/lib/orders/status";
import {
  checkAllScaleUrl,
  describeChain,
  maxMinor,
  priceOfCents,
  pricingFields,
  stablecoinOfId,
  statusOfNumber,
} from "./wire";

const currencies = Object.keys(CURRENCIES).filter(isCurrency);

describe("currencies", () => {
  const ids = { USD: 1, AUD: 9, CAD: 27, CNY: 31, EUR: 44, GBP: 48, HKD: 57, JPY: 72, SGD: 126 } as const;

  test.each(Object.entries(ids))("%s is sent as currency %i", (code, id) => {
    const amount_cents = code === "JPY" ? 50_000 : 500;
    expect(isCurrency(code) && pricingFields({ currency: code, minor: 500 })).toEqual({ currency: id, amount_cents });
  });

  test("prices in coins name the coin and no currency", () => {
    expect(pricingFields({ currency: "USDT", minor: 500 })).toEqual({ stable_coin: 1, amount_cents: 500 });
    expect(pricingFields({ currency: "USDC", minor: 500 })).toEqual({ stable_coin: 2, amount_cents: 500 });
  });

  test("every fiat price comes back as it was sent", () => {
    const fiat = currencies.filter((code) => CURRENCIES[code].kind === "fiat");
    expect(fiat.toSorted()).toEqual(Object.keys(ids).toSorted());
    for (const currency of fiat) {
      const fields = pricingFields({ currency, minor: 1_234 });
      const price = priceOfCents(fields?.currency ?? 0, fields?.amount_cents ?? 0);
      expect(price).toEqual({ currency, amount: CURRENCIES[currency].exponent === 0 ? "1234" : "12.34" });
    }
  });

  test.each([0, 2, 123])("the number %i gets a code that is no currency", (id) => {
    expect(isCurrency(priceOfCents(id, 100).currency)).toBe(false);
  });

  test.each(currencies)("the largest %s price is sent exactly, and one more is refused", (currency: Currency) => {
    expect(Number.isSafeInteger(pricingFields({ currency, minor: maxMinor(currency) })?.amount_cents)).toBe(true);
    expect(pricingFields({ currency, minor: maxMinor(currency) + 1 })).toBeNull();
  });

  test("only the two coins are known, not the disabled third", () => {
    expect([0, 1, 2, 3, 4, 1.5].map(stablecoinOfId)).toEqual([null, "USDT", "USDC", null, null, null]);
  });
});

describe("statuses", () => {
  const known = [
    [-5, "TIMEOUT", "expired"],
    [-4, "CANCELED", "canceled"],
    [-3, "UNDERPAID", "underpaid"],
    [-2, "REJECTED", "rejected"],
    [-1, "FAILED", "failed"],
    [1, "CREATED", "pending"],
    [2, "PAYING", "pending"],
    [3, "TEMP_WALLET_RECEIVED", "pending"],
    [4, "PENDING_MANUAL_OPERATION", "review"],
    [5, "SEND_BACK", "refunding"],
    [10, "ON_CHAIN", "confirming"],
    [20, "CONFIRMED", "paid"],
  ] as const;

  test.each(known)("%i, %s, is %s", (number, name, status) => {
    expect(statusOfNumber(number)).toEqual({ name, status });
  });

  test("they reach all of ours, and every other number is unknown", () => {
    expect(new Set(known.map(([, , status]) => status))).toEqual(new Set(PAYMENT_STATUSES));
    const numbers = new Set<number>(known.map(([number]) => number));
    for (let number = -50; number <= 250; number += 1) {
      if (!numbers.has(number)) expect(statusOfNumber(number)).toBeNull();
    }
    expect(statusOfNumber(Number.NaN)).toBeNull();
  });
});

describe("chains", () => {
  const hash = `0x${"ab".repeat(32)}`;

  test.each([
    [1, "main", "Ethereum", "etherscan.io"],
    [10, "main", "OP Mainnet", "optimistic.etherscan.io"],
    [56, "main", "BNB Chain", "bscscan.com"],
    [137, "main", "Polygon", "polygonscan.com"],
    [8453, "main", "Base", "basescan.org"],
    [42161, "main", "Arbitrum One", "arbiscan.io"],
    [11155111, "test", "Sepolia", "sepolia.etherscan.io"],
    [84532, "test", "Base Sepolia", "sepolia.basescan.org"],
  ])("%i is a %s chain: %s, %s", (chainId, chain, network, explorer) => {
    const described = { chain, chainId, network, explorerUrl: `https://${explorer}/tx/${hash}` };
    expect(describeChain(chainId, hash)).toEqual(described);
    expect(transactionSchema.safeParse(described).success).toBe(true);
  });

  test.each([97, 17000, 80002, 421614, 560048, 11155420])("%i is a test chain with an explorer", (chainId) => {
    expect(describeChain(chainId, hash)).toMatchObject({
      chain: "test",
      explorerUrl: expect.stringMatching(/^https:/),
    });
  });

  test("an unknown chain has a number and no explorer, and no chain has neither", () => {
    expect(describeChain(424242, hash)).toEqual({ chain: "unknown", chainId: 424242, network: "Chain 424242" });
    expect(describeChain(undefined, hash)).toEqual({ chain: "unknown" });
  });

  test.each([undefined, "", "0x1", `${hash}0`, `${hash}\n`, hash.slice(2), `0x${"zz".repeat(32)}`, `../../${hash}`])(
    "%j is no hash to look up",
    (text) => expect(describeChain(1, text)).toEqual({ chain: "main", chainId: 1, network: "Ethereum" }),
  );
});

const production = "https://openapi.allscale.io";
const emulator = "http://127.0.0.1:4010";

test.each([
  "https://checkout.allscale.io/abc123",
  "https://app.allscale.io/pay/checkout/65b2f3d0d2d9c0a1b2c3d4e5?x=1&y=%20#top",
  "https://allscale.io/pay",
  "https://a.b.allscale.io/",
])("%s leads to AllScale, whatever the base URL is", (url) => {
  expect(checkAllScaleUrl(url, production)).toEqual({ ok: true, url });
  expect(checkAllScaleUrl(url, emulator)).toEqual({ ok: true, url });
});

test("the URL comes back as it was understood", () => {
  const checked = checkAllScaleUrl("HTTPS://CHECKOUT.AllScale.IO:443/a/../abc", production);
  expect(checked).toEqual({ ok: true, url: "https://checkout.allscale.io/abc" });
});

describe.each([production, emulator, "https://openapi.allscale.io.evil.com"])("with the base URL %s", (baseUrl) => {
  test.each([
    ...["http://checkout.allscale.io/abc", "https://allscale.io.evil.com/abc", "https://evilallscale.io/abc"],
    ...["https://evil.com/allscale.io", "https://evil.com?checkout.allscale.io", "https://evil.com#.allscale.io"],
    ...["https://checkout.allscale.io@evil.com/", "https://user@checkout.allscale.io/abc"],
    ...["https://user:secret@checkout.allscale.io/abc", "https://@evil.com/"],
    ...["https://:secret@checkout.allscale.io/abc", "https://checkout.allscale.io\\abc"],
    ...["https://checkout.allscale.io./abc", "https://checkout.allscale.io:8443/abc"],
    ...["https://checkout.allscale.io:80/abc", "https:\\\\checkout.allscale.io\\abc"],
    ...["https://evil.com\\.allscale.io/", "https://evil.com\\@checkout.allscale.io/"],
    ...["https:/checkout.allscale.io/abc", "https:checkout.allscale.io/abc", "https:///checkout.allscale.io/abc"],
    ...["//checkout.allscale.io/abc", "/pay/abc", "checkout.allscale.io/abc", "javascript:alert(1)//allscale.io"],
    ...["JavaScript://checkout.allscale.io/%0aalert(1)", "java\tscript:alert(1)"],
    ...["data:text/html,https://checkout.allscale.io", "blob:https://checkout.allscale.io/abc"],
    ...["ftp://checkout.allscale.io/abc", "https://checkout.allscale.io/a\nb", "https://check\tout.allscale.io/abc"],
    ...[" https://checkout.allscale.io/abc", "https://checkout.allscale.io/abc ", "https://checkout.аllscale.io/abc"],
    ...["https://checkout.allscale。io/abc", "https://checkout.allscale.io%2eevil.com/"],
    ...["https://evil.com%00.allscale.io/", "https://[::ffff:127.0.0.1]/", "https://.allscale.io.evil.com/", ""],
    ...[`https://checkout.allscale.io/${"a".repeat(2_000)}`],
  ])("%j is not followed", (url) => {
    expect(checkAllScaleUrl(url, baseUrl).ok).toBe(false);
  });
});

describe("loopback", () => {
  const urls = [
    "http://127.0.0.1:4010/pay/1",
    "http://localhost:3000/pay/1",
    "https://localhost/pay/1",
    "http://127.8.9.1/pay/1",
    "http://[::1]:4010/pay/1",
  ];
  test.each(urls)("%s is followed while the provider is on loopback", (url) => {
    for (const base of [emulator, "http://localhost:4010", "http://[::1]:4010"]) {
      expect(checkAllScaleUrl(url, base)).toEqual({ ok: true, url });
    }
    expect(checkAllScaleUrl(url, production).ok).toBe(false);
  });

  test.each([
    ...["http://127.0.0.1.evil.com/", "http://localhost.evil.com/", "http://evil.com/", "http://10.0.0.1/"],
    ...["http://0.0.0.0/", "http://169.254.169.254/latest", "http://user@localhost/", "http://localhost./"],
    ...["ws://localhost/"],
  ])("%s is not loopback", (url) => {
    expect(checkAllScaleUrl(url, emulator).ok).toBe(false);
  });
});

test("the reason names the host and nothing that follows it", () => {
  const checked = checkAllScaleUrl("https://evil.com/token=abc", production);
  expect(checked).toEqual({ ok: false, reason: "leads to https://evil.com" });
});
