import { describe, expect, it } from "vitest";
import { readSettings } from "./env";
import type { Environment } from "./settings";

const GOOD = { ALLSCALE_API_KEY: "st_0f9a8b7c", ALLSCALE_API_SECRET: "st_1a2b3c4d5e6f" };
const EMULATOR = { ...GOOD, ALLSCALE_BASE_URL: "http://127.0.0.1:4010" };

function problemsOf(env: Environment) {
  return readSettings(env).problems.map(({ name }) => name);
}

const KV = { KV_REST_API_URL: "https://kv.upstash.io", KV_REST_API_TOKEN: "kv-token" };
const REDIS = { UPSTASH_REDIS_REST_URL: "https://x.upstash.io", UPSTASH_REDIS_REST_TOKEN: "t" };

describe("settings", () => {
  it("need nothing but credentials", () => {
    expect(readSettings(GOOD)).toMatchObject({
      problems: [],
      warnings: [{ name: "PUBLIC_URL", problem: expect.stringContaining("names only this machine") }],
      opener: { name: "allscale", label: "AllScale", isLocal: false },
      store: { kind: "sqlite", path: ".data/orders.db" },
      pricing: { currency: "USD", min: 100, max: 1_000_000, fixed: false },
      publicUrl: "http://localhost:3000",
      trustedProxyHops: 0,
      rates: { checkout: { limit: 5, windowMs: 60_000 }, status: { limit: 600, windowMs: 60_000 } },
      adminSecret: null,
      cronSecret: null,
    });
  });

  it("name both credentials when there are none", () => {
    expect(problemsOf({})).toEqual(["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET"]);
    expect(problemsOf({ ALLSCALE_API_KEY: " ", ALLSCALE_API_SECRET: "" })).toHaveLength(2);
  });

  it.each([
    ...[
      "your-api-secret",
      "st_xxxx",
      "<secret>",
      "[secret]",
      "st_your_secret_here",
      "changeme",
      "...",
      "***",
      "st_",
      "st_…",
    ],
    ...["my-secret", "paste-here", "fill_me_in", "st_example", "sk_test_xxx", "none", "undefined", "TBD"],
    ...["{{secret}}", "{SECRET}", "$".concat("{SECRET}"), "ALLSCALE_API_SECRET"],
  ])("refuse the placeholder %s without repeating it", (value) => {
    const { problems } = readSettings({ ...GOOD, ALLSCALE_API_SECRET: value });
    expect(problems).toEqual([{ name: "ALLSCALE_API_SECRET", problem: "is still a placeholder" }]);
  });

  it.each(["secret", "test", "k", "mySecret1", "nonexistent", "exampleA1", "kv_1a2b", "st_0a", "x7x"])(
    "do not take %s for a placeholder",
    (value) => expect(problemsOf({ ...GOOD, ALLSCALE_API_SECRET: value })).toEqual([]),
  );

  it.each(['"st_1a2b3c4d5e6f"', "'st_1a2b3c4d5e6f'"])(
    "name the quotation marks that an env file left around %s",
    (value) => {
      const { problems } = readSettings({ ...GOOD, ALLSCALE_API_KEY: value });
      expect(problems).toEqual([{ name: "ALLSCALE_API_KEY", problem: "has quotation marks around it" }]);
    },
  );

  it("take the emulator's credentials for the emulator only", () => {
    const known = { ALLSCALE_API_KEY: "st_emulator_key", ALLSCALE_API_SECRET: "st_emulator_secret_not_for_production" };
    expect(problemsOf({ ...known, ALLSCALE_BASE_URL: "http://127.0.0.1:4010" })).toEqual([]);
    expect(problemsOf(known)).toEqual(["ALLSCALE_API_KEY", "ALLSCALE_API_SECRET"]);
  });

  it("trim a pasted newline and say so", () => {
    const settings = readSettings({ ...GOOD, ALLSCALE_API_SECRET: "st_1a2b3c4d5e6f\n" });
    expect(settings.secrets).toContain("st_1a2b3c4d5e6f");
    expect(settings.warnings.map(({ name }) => name)).toContain("ALLSCALE_API_SECRET");
  });

  const WRONG: [string, Environment][] = [
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "http://openapi.allscale.io" }],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "https://openapi-sandbox.allscale.io" }],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "openapi.allscale.io" }],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "http://127.0.0.1.evil.example" }],
    ["ALLSCALE_BASE_URL", { ALLSCALE_BASE_URL: "http://127.0.0.1:4010", VERCEL_ENV: "production" }],
    ["ALLSCALE_CURRENCY", { ALLSCALE_CURRENCY: "XYZ" }],
    ["ALLSCALE_CURRENCY", { ALLSCALE_CURRENCY: "usd" }],
    ["ALLSCALE_CURRENCY", { ALLSCALE_CURRENCY: "__proto__" }],
    ["ALLSCALE_ACCEPTED_STABLE_COINS", { ALLSCALE_ACCEPTED_STABLE_COINS: "USDT,BUSD" }],
    ["ALLSCALE_SIGNED_RESPONSES", { ALLSCALE_SIGNED_RESPONSES: "yes" }],
    ["UPSTASH_REDIS_REST_TOKEN", { UPSTASH_REDIS_REST_URL: "https://x.upstash.io" }],
    ["UPSTASH_REDIS_REST_URL", { UPSTASH_REDIS_REST_TOKEN: "t" }],
    ["KV_REST_API_TOKEN", { KV_REST_API_URL: "https://x.upstash.io" }],
    ["UPSTASH_REDIS_REST_URL", { VERCEL: "1" }],
    ["PUBLIC_URL", { PUBLIC_URL: "tips.example" }],
    ["PUBLIC_URL", { PUBLIC_URL: "https://example.com/tips" }],
    ["PAYMENT_PROVIDER", { PAYMENT_PROVIDER: "stripe" }],
    ["PAYMENT_PROVIDER", { PAYMENT_PROVIDER: "constructor" }],
    ["AMOUNT_MAX", { ALLSCALE_CURRENCY: "JPY", AMOUNT_MAX: "9007199254740991" }],
    ["AMOUNT_MAX", { AMOUNT_MAX: "90071992547409.92" }],
    ["AMOUNT_MAX", { AMOUNT_MAX: "1".repeat(400) }],
    ["KV_REST_API_TOKEN", { ...REDIS, KV_REST_API_URL: "https://kv.upstash.io" }],
    ["UPSTASH_REDIS_REST_TOKEN", { ...KV, UPSTASH_REDIS_REST_URL: "https://x.upstash.io" }],
    ["UPSTASH_REDIS_REST_TOKEN", { ...REDIS, UPSTASH_REDIS_REST_TOKEN: "your-token" }],
    ["AMOUNT_MIN", { AMOUNT_MIN: "abc" }],
    ["AMOUNT_MIN", { AMOUNT_MIN: "0.01" }],
    ["AMOUNT_MAX", { AMOUNT_MAX: "1e3" }],
    ["TRUSTED_PROXY_HOPS", { TRUSTED_PROXY_HOPS: "-1" }],
    ["TRUSTED_PROXY_HOPS", { TRUSTED_PROXY_HOPS: "many" }],
    ["RATE_LIMIT_CHECKOUT", { RATE_LIMIT_CHECKOUT: "five" }],
    ["RATE_LIMIT_STATUS", { RATE_LIMIT_STATUS: "0/60s" }],
  ];
  it.each(WRONG)("name %s for %j", (name, env) => {
    expect(problemsOf({ ...GOOD, ...env })).toEqual([name]);
  });

  it("take a fixed price within the bounds for all that can be paid", () => {
    const price = { currency: "USD", min: 900, max: 900, fixed: true };
    expect(readSettings({ ...GOOD, AMOUNT_FIXED: "9" }).pricing).toEqual(price);
    expect(readSettings({ ...GOOD, AMOUNT_FIXED: "9.00", AMOUNT_MIN: "9", AMOUNT_MAX: "9" }).pricing).toEqual(price);
  });

  it.each([
    ["nine", "must be an amount in USD, such as 1.00"],
    ["9,00", "must be an amount in USD, such as 1.00"],
    ["0.50", "is not between the smallest and the largest amount, 1.00 USD and 10000.00 USD"],
    ["10000.01", "is not between the smallest and the largest amount, 1.00 USD and 10000.00 USD"],
  ])("take no payments with the fixed price %s", (price, problem) => {
    const settings = readSettings({ ...GOOD, AMOUNT_FIXED: price });
    expect(settings.problems).toEqual([{ name: "AMOUNT_FIXED", problem }]);
    expect(settings.pricing).toBeNull();
  });

  it("take payments for items only at prices that can be paid, and not besides a fixed price", () => {
    const mug = { id: "mug", label: "Mug", price: "18" };
    expect(readSettings(GOOD, [mug]).pricing).toMatchObject({ items: [{ id: "mug", minor: 18_00 }] });
    const wrong = readSettings(GOOD, [{ ...mug, price: "0.50" }]);
    expect(wrong.problems).toEqual([
      { name: "site.config.ts", problem: 'item "mug" has a price that must be at least 1.00 USD' },
    ]);
    expect(wrong.pricing).toBeNull();
    const both = readSettings({ ...GOOD, AMOUNT_FIXED: "9" }, [mug]);
    expect(both.problems.map(({ name }) => name)).toEqual(["AMOUNT_FIXED"]);
  });

  it("read either family of Redis names", () => {
    const kv = { kind: "redis", url: "https://kv.upstash.io", token: "kv-token", urlName: "KV_REST_API_URL" };
    const redis = { kind: "redis", url: "https://x.upstash.io", token: "t", urlName: "UPSTASH_REDIS_REST_URL" };
    expect(readSettings({ ...GOOD, ...KV }).store).toEqual(kv);
    expect(readSettings({ ...GOOD, ...REDIS }).store).toEqual(redis);
    expect(readSettings({ ...GOOD, ...KV, ...REDIS }).store).toEqual(redis);
  });

  it("warn of plain http where it may be meant, as between containers or on a phone in the same house", () => {
    const env = { ...REDIS, UPSTASH_REDIS_REST_URL: "http://redis:8079", PUBLIC_URL: "http://192.168.1.5:3000" };
    const settings = readSettings({ ...GOOD, ...env });
    expect(settings).toMatchObject({ problems: [], publicUrl: "http://192.168.1.5:3000" });
    expect(settings.warnings.map(({ name }) => name)).toEqual(["UPSTASH_REDIS_REST_URL", "PUBLIC_URL"]);
  });

  it.each([
    ["RATE_LIMIT_CHECKOUT", "1000000/60s", "must look like 5/60s"],
    ["RATE_LIMIT_STATUS", "10/48h", "24 hours"],
    ["TRUSTED_PROXY_HOPS", "-1", 'not "-1"'],
    ["ALLSCALE_SIGNED_RESPONSES", "yes", "true or false"],
    ["PUBLIC_URL", "https://example.com/tips", "such as https://example.com"],
  ])("say of %s=%s what is wanted", (name, value, part) => {
    const { problems } = readSettings({ ...GOOD, [name]: value });
    expect(problems).toEqual([{ name, problem: expect.stringContaining(part) }]);
  });

  it.each([{}, { PUBLIC_URL: "http://localhost:3000" }, { PUBLIC_URL: "http://[::1]:3000" }])(
    "warn of a public URL on this machine while the provider is elsewhere: %j",
    (env) => {
      const names = (settings: Environment) => readSettings(settings).warnings.map(({ name }) => name);
      expect(names({ ...GOOD, ...env })).toEqual(["PUBLIC_URL"]);
      expect(names({ ...EMULATOR, ...env })).toEqual([]);
      expect(names({ ...GOOD, PUBLIC_URL: "https://tips.example" })).toEqual([]);
    },
  );

  it("use short admin and cron secrets as if there were none", () => {
    const settings = readSettings({ ...GOOD, ADMIN_SECRET: "short", CRON_SECRET: "0123456789abcdef" });
    expect(settings.adminSecret).toBeNull();
    expect(settings.cronSecret).toBe("0123456789abcdef");
    expect(settings.warnings.map(({ name }) => name)).toContain("ADMIN_SECRET");
  });

  it("know their own address on Vercel and trust its proxy", () => {
    const settings = readSettings({
      ...GOOD,
      VERCEL: "1",
      VERCEL_ENV: "production",
      VERCEL_PROJECT_PRODUCTION_URL: "tips.vercel.app",
      KV_REST_API_URL: "https://kv.upstash.io",
      KV_REST_API_TOKEN: "kv-token",
    });
    expect(settings).toMatchObject({ publicUrl: "https://tips.vercel.app", trustedProxyHops: 1, problems: [] });
  });

  it("list every secret that is set for the log to hide, usable or not", () => {
    const env = { ALLSCALE_API_SECRET: " canary-1 ", ADMIN_SECRET: "canary-2", KV_REST_API_TOKEN: "canary-3" };
    expect(readSettings(env).secrets).toEqual(expect.arrayContaining(["canary-1", "canary-2", "canary-3"]));
  });

  it("keep the webhook side alive when only the price is wrong", () => {
    const settings = readSettings({ ...EMULATOR, ALLSCALE_CURRENCY: "XYZ" });
    expect(settings.pricing).toBeNull();
    expect(settings.opener).not.toBeNull();
    expect(settings.store).not.toBeNull();
  });
});
