import { describe, expect, test } from "vitest";
import { checkCheckoutUrl } from "./checkout-url";

const production = "https://openapi.allscale.io";
const emulator = "http://127.0.0.1:4010";

test.each([
  "https://checkout.allscale.io/abc123",
  "https://app.allscale.io/pay/checkout/65b2f3d0d2d9c0a1b2c3d4e5?x=1&y=%20#top",
  "https://allscale.io/pay",
  "https://a.b.allscale.io/",
])("%s leads to AllScale, whatever the base URL is", (url) => {
  expect(checkCheckoutUrl(url, production)).toEqual({ ok: true, url });
  expect(checkCheckoutUrl(url, emulator)).toEqual({ ok: true, url });
});

test("the URL comes back as it was understood", () => {
  const checked = checkCheckoutUrl("HTTPS://CHECKOUT.AllScale.IO:443/a/../abc", production);
  expect(checked).toEqual({ ok: true, url: "https://checkout.allscale.io/abc" });
});

describe.each([production, emulator, "https://openapi.allscale.io.evil.com"])("with the base URL %s", (baseUrl) => {
  test.each([
    "http://checkout.allscale.io/abc",
    "https://allscale.io.evil.com/abc",
    "https://evilallscale.io/abc",
    "https://evil.com/allscale.io",
    "https://evil.com?checkout.allscale.io",
    "https://evil.com#.allscale.io",
    "https://checkout.allscale.io@evil.com/",
    "https://user@checkout.allscale.io/abc",
    "https://user:secret@checkout.allscale.io/abc",
    "https://@evil.com/",
    "https://:secret@checkout.allscale.io/abc",
    "https://checkout.allscale.io\\abc",
    "https://checkout.allscale.io./abc",
    "https://checkout.allscale.io:8443/abc",
    "https://checkout.allscale.io:80/abc",
    "https:\\\\checkout.allscale.io\\abc",
    "https://evil.com\\.allscale.io/",
    "https://evil.com\\@checkout.allscale.io/",
    "https:/checkout.allscale.io/abc",
    "https:checkout.allscale.io/abc",
    "https:///checkout.allscale.io/abc",
    "//checkout.allscale.io/abc",
    "/pay/abc",
    "checkout.allscale.io/abc",
    "javascript:alert(1)//allscale.io",
    "JavaScript://checkout.allscale.io/%0aalert(1)",
    "java\tscript:alert(1)",
    "data:text/html,https://checkout.allscale.io",
    "blob:https://checkout.allscale.io/abc",
    "ftp://checkout.allscale.io/abc",
    "https://checkout.allscale.io/a\nb",
    "https://check\tout.allscale.io/abc",
    " https://checkout.allscale.io/abc",
    "https://checkout.allscale.io/abc ",
    "https://checkout.аllscale.io/abc",
    "https://checkout.allscale。io/abc",
    "https://checkout.allscale.io%2eevil.com/",
    "https://evil.com%00.allscale.io/",
    "https://[::ffff:127.0.0.1]/",
    "https://.allscale.io.evil.com/",
    "",
    `https://checkout.allscale.io/${"a".repeat(2_000)}`,
  ])("%j is not followed", (url) => {
    expect(checkCheckoutUrl(url, baseUrl).ok).toBe(false);
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
      expect(checkCheckoutUrl(url, base)).toEqual({ ok: true, url });
    }
    expect(checkCheckoutUrl(url, production).ok).toBe(false);
  });

  test.each([
    "http://127.0.0.1.evil.com/",
    "http://localhost.evil.com/",
    "http://evil.com/",
    "http://10.0.0.1/",
    "http://0.0.0.0/",
    "http://169.254.169.254/latest",
    "http://user@localhost/",
    "http://localhost./",
    "ws://localhost/",
  ])("%s is not loopback", (url) => {
    expect(checkCheckoutUrl(url, emulator).ok).toBe(false);
  });
});

test("the reason names the host and nothing that follows it", () => {
  const checked = checkCheckoutUrl("https://evil.com/token=abc", production);
  expect(checked).toEqual({ ok: false, reason: "leads to https://evil.com" });
});
